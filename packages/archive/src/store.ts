import { DicomError } from '@sightline/dicom';
import type { InstanceIdentity, StoreOutcome, StoreRefusal } from './archive.ts';
import { BlobError, type BlobStore, type StagedBlob, type Staging } from './blobs/blob-store.ts';
import { type Arrived, type IntakeParts, takeIn } from './intake.ts';
import { IndexUnavailable } from './index/index-errors.ts';
import type { AddOutcome, IndexStore } from './index/index-store.ts';
import { type ParsedInstance, ReaderFailed } from './instance-reader.ts';

export interface StoreParts extends IntakeParts {
  readonly index: IndexStore;
  readonly blobs: BlobStore;
  readonly clock: () => Date;
}

/** Looks at an object before it is stored, and may refuse it. */
export type Admission = (identity: InstanceIdentity) => 'admitted' | 'refused';

/** `not_admitted`: the Admission refused it. */
export type StoreResult =
  | StoreOutcome
  | ({ readonly kind: 'refused'; readonly code: 'not_admitted' } & InstanceIdentity);

/** Enough to keep the disk busy, few enough that the memory they hold is small. */
const STORES_AT_ONCE = 16;

/**
 * Stores one DICOM file. The order is the promise: to a staged file on the disk, under its name, the folder to the
 * disk, one durable transaction, and only then the answer. Whatever fails before the transaction leaves nothing that
 * anyone could see.
 */
export async function storeInstance(
  parts: StoreParts,
  body: AsyncIterable<Uint8Array>,
  admission: Admission = () => 'admitted',
): Promise<StoreResult> {
  return (await beginToStore(parts, body, admission)).result;
}

/** A body to store, or what came instead of one and is passed on in its place. */
export type StoreItem<Other> = { readonly body: AsyncIterable<Uint8Array> } | { readonly instead: Other };

/**
 * Stores many, each as `storeInstance` does, and answers in the order of the items. A body is read to its end before
 * the next item is asked for; writing it goes on meanwhile, so that many share the work of the disk. When the items end
 * with an error, all that were complete are settled before it is thrown.
 */
export async function* storeEach<Other>(
  parts: StoreParts,
  items: AsyncIterable<StoreItem<Other>>,
  admission: Admission = () => 'admitted',
): AsyncGenerator<StoreResult | Other> {
  const underWay: Promise<StoreResult | Other>[] = [];
  try {
    for await (const item of items) {
      if ('instead' in item) underWay.push(Promise.resolve(item.instead));
      else underWay.push((await beginToStore(parts, item.body, admission)).result);
      const first = underWay.length >= STORES_AT_ONCE ? underWay.shift() : undefined;
      if (first) yield await first;
    }
    for (let next = underWay.shift(); next; next = underWay.shift()) yield await next;
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** Resolves when the body is read; the result comes later. Rejects only with an error of the body itself. */
async function beginToStore(
  parts: StoreParts,
  body: AsyncIterable<Uint8Array>,
  admission: Admission,
): Promise<{ readonly result: Promise<StoreResult> }> {
  try {
    const { arrived } = await takeIn(parts, body);
    const result = settle(parts, arrived, admission);
    // Others may be waited for first.
    result.catch(() => undefined);
    return { result };
  } catch (error) {
    return { result: Promise.resolve(refused(error)) };
  }
}

async function settle(
  parts: StoreParts,
  arrived: Promise<Arrived>,
  admission: Admission,
): Promise<StoreResult> {
  const staged: StagedBlob[] = [];
  // Until it is known whether what was placed has a record: the next start asks for what is left.
  let isKnown = false;
  try {
    const { parsed, blob } = await arrived;
    staged.push(blob);
    const result = await decide(parts, { parsed, blob, admission, staged });
    if (result.kind === 'refused') await collectPlaced(parts, staged);
    isKnown = true;
    return result;
  } catch (error) {
    return refused(error);
  } finally {
    const done = staged.filter(({ isPlaced }) => isKnown || !isPlaced);
    await Promise.all(done.map((blob) => blob.end()));
  }
}

async function decide(
  parts: StoreParts,
  {
    parsed,
    blob,
    admission,
    staged,
  }: Arrived & { readonly admission: Admission; readonly staged: StagedBlob[] },
): Promise<StoreResult> {
  const identity = identityOf(parsed);
  if (admission(identity) === 'refused') return { kind: 'refused', code: 'not_admitted', ...identity };
  try {
    const data = parsed.inflated ? await stageDerived(parts.staging, parsed.inflated) : blob;
    if (data !== blob) staged.push(data);
    return await record(parts, { parsed, original: blob, data });
  } catch (error) {
    return refused(error);
  }
}

/** What was written and placed in one go, and then refused. */
async function collectPlaced({ index, blobs }: StoreParts, staged: readonly StagedBlob[]): Promise<void> {
  const placed = staged.filter(({ isPlaced }) => isPlaced).map(({ hash }) => hash);
  if (placed.length > 0) await index.collect(placed, (hash) => blobs.remove(hash));
}

/** Throws the error where it is not one of the object's own. */
function refused(error: unknown): StoreResult {
  const code = refusalOf(error);
  if (code === undefined) throw error;
  return { kind: 'refused', code };
}

interface Ready {
  readonly parsed: ParsedInstance;
  readonly original: StagedBlob;
  /** What offsets refer to: the original, or the inflated data set. */
  readonly data: StagedBlob;
}

async function publish({ original, data }: Ready): Promise<void> {
  await original.publish();
  if (data !== original) await data.publish();
}

/** How often bytes that a clean-up took away are put back before their record; more than once was never seen. */
const MAX_PUTS = 5;

/**
 * Bytes first, then the record. They are put even where the object is here already: they are the same as those that
 * were stored, unless the disk lost or changed some since, and then this mends it.
 */
async function record(parts: StoreParts, ready: Ready): Promise<StoreResult> {
  const { index, blobs } = parts;
  const identity = identityOf(ready.parsed);
  const { hash } = ready.original;
  const known = await index.hashOf(identity.sopInstanceUid);
  if (known !== undefined && known !== hash) return { kind: 'refused', code: 'conflict', ...identity };
  const outcome = await publishAndAdd(parts, ready);
  if (outcome === 'stored' || outcome === 'identical') return { kind: outcome, ...identity };
  await index.collect([hash, ready.data.hash], (each) => blobs.remove(each));
  return { kind: 'refused', code: outcome, ...identity };
}

async function publishAndAdd(
  { index, blobs, clock }: StoreParts,
  ready: Ready,
): Promise<Exclude<AddOutcome, 'unpublished'>> {
  const { parsed, original, data } = ready;
  const instance = {
    parsed,
    hash: original.hash,
    size: original.size,
    dataHash: data.hash,
    dataSize: data.size,
    received: clock().toISOString(),
  };
  const isPublished = async (): Promise<boolean> =>
    (await blobs.has(original.hash)) && (data === original || (await blobs.has(data.hash)));
  for (let puts = 0; puts < MAX_PUTS; puts += 1) {
    await publish(ready);
    const outcome = await index.add(instance, isPublished);
    // A clean-up has taken the bytes, which a deleted object had as well, between the two lines before this.
    if (outcome !== 'unpublished') return outcome;
  }
  throw new Error('the bytes were removed again and again before they were recorded');
}

async function stageDerived(staging: Staging, bytes: Uint8Array): Promise<StagedBlob> {
  async function* once(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  return staging.stage(once(), bytes.length);
}

const identityOf = ({
  studyInstanceUid,
  seriesInstanceUid,
  sopInstanceUid,
  sopClassUid,
}: ParsedInstance): InstanceIdentity => ({
  studyInstanceUid,
  seriesInstanceUid,
  sopInstanceUid,
  sopClassUid,
});

function refusalOf(error: unknown): StoreRefusal | undefined {
  if (error instanceof DicomError) return error.code;
  if (error instanceof IndexUnavailable) return 'unavailable';
  if (error instanceof ReaderFailed) return 'processing_failed';
  if (!(error instanceof BlobError)) return undefined;
  const { code } = error;
  return code === 'too_large' || code === 'out_of_space' || code === 'unavailable' ? code : undefined;
}
