import { DicomError } from '@sightline/dicom';
import type { InstanceIdentity, StoreOutcome, StoreRefusal } from './archive.ts';
import { BlobError, type BlobStore, type StagedBlob } from './blobs/blob-store.ts';
import type { IndexStore } from './index/index-store.ts';
import type { InstanceReader, ParsedInstance } from './instance-reader.ts';

/** As large as the largest slide or cine in a file; a limit, because a stream has none of its own. */
const MAX_INSTANCE_BYTES = 32 * 1024 ** 3;

export interface StoreParts {
  readonly index: IndexStore;
  readonly blobs: BlobStore;
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
    const original = await parts.blobs.stage(bytes, MAX_INSTANCE_BYTES);
    staged.push(original);
    const parsed = await parts.reader.read(original.file);
    const identity = identityOf(parsed);
    if (admission(identity) === 'refused') return { kind: 'refused', code: 'not_admitted', ...identity };
    const data = parsed.inflated ? await stageDerived(parts.blobs, parsed.inflated) : original;
    if (data !== original) staged.push(data);
    const ready = { parsed, original, data };
    return (await settleKnown(parts, ready)) ?? (await record(parts, ready));
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

async function record({ index, blobs, clock }: StoreParts, ready: Ready): Promise<StoreResult> {
  const { parsed, original, data } = ready;
  const identity = identityOf(parsed);
  await publish(ready);
  const outcome = await index.add(
    {
      parsed,
      hash: original.hash,
      size: original.size,
      dataHash: data.hash,
      dataSize: data.size,
      received: clock().toISOString(),
    },
    () => blobs.has(original.hash) && blobs.has(data.hash),
  );
  if (outcome === 'stored' || outcome === 'identical') return { kind: outcome, ...identity };
  await index.collect([original.hash, data.hash], (hash) => blobs.remove(hash));
  // Only the clean-up after another process that died can have taken them, between two lines of this function.
  if (outcome === 'unpublished') throw new Error('the bytes were removed before they were recorded');
  return { kind: 'refused', code: outcome, ...identity };
}

/**
 * The answer where the object is already here. The bytes take the place of those that were stored: they are the same,
 * unless the disk lost or changed some since, and then this mends it.
 */
async function settleKnown({ index }: StoreParts, ready: Ready): Promise<StoreOutcome | undefined> {
  const identity = identityOf(ready.parsed);
  const known = await index.hashOf(identity.sopInstanceUid);
  if (known === undefined) return undefined;
  if (known !== ready.original.hash) return { kind: 'refused', code: 'conflict', ...identity };
  await publish(ready);
  return { kind: 'identical', ...identity };
}

async function stageDerived(blobs: BlobStore, bytes: Uint8Array): Promise<StagedBlob> {
  async function* once(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  return blobs.stage(once(), bytes.length);
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
