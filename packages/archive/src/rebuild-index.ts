import { DicomError, type DicomErrorCode } from '@sightline/dicom';
import type { InstanceIdentity } from './archive.ts';
import {
  BlobError,
  type BlobStore,
  type ListedBlob,
  type StagedBlob,
  type Staging,
} from './blobs/blob-store.ts';
import type { IndexStore } from './index/index-store.ts';
import { type InstanceReader, type ParsedInstance, ReaderFailed } from './instance-reader.ts';

export interface RebuildParts {
  /** To be filled; what it has already stays. */
  readonly index: IndexStore;
  readonly blobs: BlobStore;
  readonly staging: Staging;
  readonly reader: InstanceReader;
  /** Whether the object was deleted after `modified`: its bytes were not collected before the index was lost. */
  readonly isDeleted: (identity: InstanceIdentity, modified: string) => boolean;
}

/** What became of one blob. */
export interface Rebuilt {
  readonly hash: string;
  readonly outcome:
    | 'stored'
    | 'identical'
    /** Another object with its UID came earlier, and stays. */
    | 'conflict'
    /** Deleted before, and now for good. */
    | 'deleted'
    /** Its bytes are not those of its name: left where it is, and out of the index. */
    | 'damaged'
    /** Reading it took too long or ended: left where it is, and out of the index. */
    | 'processing_failed'
    | DicomErrorCode;
}

/** Enough to keep the workers busy, and one transaction for all of them. */
const AT_ONCE = 64;

/**
 * Records every object that the blobs are, in the order in which they came, so that of two with one UID the first stays
 * as it did then. Inflated data sets, which are kept beside their files, are passed over.
 */
export async function* rebuildIndex(parts: RebuildParts): AsyncGenerator<Rebuilt> {
  const whole: ListedBlob[] = [];
  /** May be the inflated data of one of the others, which has to be known first. */
  const bare: ListedBlob[] = [];
  for await (const blob of parts.blobs.list()) {
    ((await hasPreamble(parts.blobs, blob)) ? whole : bare).push(blob);
  }
  const derived = new Set<string>();
  for (const list of [whole, bare]) {
    list.sort((a, b) => (a.modified < b.modified || (a.modified === b.modified && a.hash < b.hash) ? -1 : 1));
    for (let at = 0; at < list.length; at += AT_ONCE) {
      const group = list.slice(at, at + AT_ONCE).filter(({ hash }) => !derived.has(hash));
      const read = await Promise.all(group.map((blob) => readBlob(parts, blob)));
      for (const { data } of read) if (data) derived.add(data.hash);
      yield* await Promise.all(read.map((found) => record(parts, found)));
      await Promise.all(read.flatMap(({ data }) => (data ? [data.end()] : [])));
    }
  }
}

async function hasPreamble(blobs: BlobStore, { hash, size }: ListedBlob): Promise<boolean> {
  return size >= 132 && String.fromCharCode(...(await blobs.read(hash, 128, 4))) === 'DICM';
}

interface ReadBlob {
  readonly blob: ListedBlob;
  readonly parsed?: ParsedInstance;
  /** The inflated data set, staged. */
  readonly data?: StagedBlob;
  readonly refusal?: Rebuilt['outcome'];
}

async function readBlob(parts: RebuildParts, blob: ListedBlob): Promise<ReadBlob> {
  try {
    const parsed = await readParsed(parts, blob);
    if (!parsed.inflated) return { blob, parsed };
    const { inflated } = parsed;
    const data = await parts.staging.stage(once(inflated), inflated.length);
    return { blob, parsed, data };
  } catch (error) {
    if (error instanceof DicomError) return { blob, refusal: error.code };
    if (error instanceof ReaderFailed) return { blob, refusal: 'processing_failed' };
    if (error instanceof BlobError && ['damaged', 'short', 'missing'].includes(error.code)) {
      return { blob, refusal: 'damaged' };
    }
    throw error;
  }
}

/** From where it lies, where that is this machine; else from a copy, which is checked on its way. */
async function readParsed(
  { blobs, staging, reader }: RebuildParts,
  blob: ListedBlob,
): Promise<ParsedInstance> {
  const file = blobs.fileOf?.(blob.hash);
  if (file !== undefined) return reader.read(file, blob.hash);
  const copy = await staging.stage(await blobs.stream(blob.hash, blob.size), blob.size);
  try {
    return await reader.read(copy.file);
  } finally {
    await copy.end();
  }
}

async function record(parts: RebuildParts, { blob, parsed, data, refusal }: ReadBlob): Promise<Rebuilt> {
  const { index, blobs } = parts;
  const { hash, size, modified } = blob;
  if (!parsed) return { hash, outcome: refusal ?? 'malformed' };
  if (parts.isDeleted(parsed, modified)) {
    await Promise.all([blobs.remove(hash), data && blobs.remove(data.hash)]);
    return { hash, outcome: 'deleted' };
  }
  await data?.publish();
  const outcome = await index.add(
    {
      parsed,
      hash,
      size,
      dataHash: data?.hash ?? hash,
      dataSize: data?.size ?? size,
      received: modified,
    },
    () => true,
  );
  if (outcome === 'out_of_space') throw new BlobError(outcome);
  if (outcome === 'unpublished') throw new Error('what was said to be published was not');
  return { hash, outcome };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
