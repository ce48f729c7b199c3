import { DicomError } from '@sightline/dicom';
import type { InstanceIdentity, StoreOutcome, StoreRefusal } from './archive.ts';
import { BlobError, type BlobStore, type StagedBlob, type Staging } from './blobs/blob-store.ts';
import type { AddOutcome, IndexStore } from './index/index-store.ts';
import type { InstanceReader, ParsedInstance } from './instance-reader.ts';

/** As large as the largest slide or cine in a file; a limit, because a stream has none of its own. */
const MAX_INSTANCE_BYTES = 32 * 1024 ** 3;

export interface StoreParts {
  readonly index: IndexStore;
  readonly blobs: BlobStore;
  readonly staging: Staging;
  readonly reader: InstanceReader;
  readonly clock: () => Date;
}

/** Looks at an object before it is stored, and may refuse it. */
export type Admission = (identity: InstanceIdentity) => 'admitted' | 'refused';

/** `not_admitted`: the Admission refused it. */
export type StoreResult =
  | StoreOutcome
  | ({ readonly kind: 'refused'; readonly code: 'not_admitted' } & InstanceIdentity);

/**
 * Stores one DICOM file. The order is the promise: to a temporary file while hashing, to the disk, under its name, the
 * folder to the disk, one durable transaction, and only then the answer. Whatever fails before the transaction leaves
 * nothing that anyone could see.
 */
export async function storeInstance(
  parts: StoreParts,
  bytes: AsyncIterable<Uint8Array>,
  admission: Admission = () => 'admitted',
): Promise<StoreResult> {
  const staged: StagedBlob[] = [];
  try {
    const original = await parts.staging.stage(bytes, MAX_INSTANCE_BYTES);
    staged.push(original);
    const parsed = await parts.reader.read(original.file);
    const identity = identityOf(parsed);
    if (admission(identity) === 'refused') return { kind: 'refused', code: 'not_admitted', ...identity };
    const data = parsed.inflated ? await stageDerived(parts.staging, parsed.inflated) : original;
    if (data !== original) staged.push(data);
    const ready = { parsed, original, data };
    return await record(parts, ready);
  } catch (error) {
    const code = refusalOf(error);
    if (code === undefined) throw error;
    return { kind: 'refused', code };
  } finally {
    await Promise.all(staged.map((blob) => blob.end()));
  }
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
  if (!(error instanceof BlobError)) return undefined;
  return error.code === 'too_large' || error.code === 'out_of_space' ? error.code : undefined;
}
