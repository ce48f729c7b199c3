import { BlobError, type BlobStore } from './blobs/blob-store.ts';
import type { BlobState, BlobToCheck, IndexStore } from './index/index-store.ts';

export interface CheckParts {
  readonly index: IndexStore;
  readonly blobs: BlobStore;
  readonly clock: () => Date;
}

export interface CheckOptions {
  /** Blobs that were checked since then are left out. ISO 8601, UTC. */
  readonly before: string;
  readonly atOnce: number;
  /** Ends the check between two blobs. */
  readonly signal?: AbortSignal;
  /** Awaited before each blob; the place to be slow. */
  readonly pace?: (blob: BlobToCheck) => Promise<void>;
}

export interface CheckedBlob extends BlobToCheck {
  readonly state: BlobState;
}

const BATCH = 64;

/**
 * Reads blobs whole and compares them with the hash that is their name, those never checked first and then the oldest
 * check. What it finds is noted in the index. A store that is unavailable ends the check with its error.
 */
export async function* checkBlobs(parts: CheckParts, options: CheckOptions): AsyncGenerator<CheckedBlob> {
  const { index } = parts;
  const { before, atOnce, signal } = options;
  // One object that is stored between two batches is not waited for without end: each batch has what is left.
  for (;;) {
    const batch = await index.blobsToCheck(before, BATCH);
    if (batch.length === 0) return;
    for (let at = 0; at < batch.length; at += atOnce) {
      if (signal?.aborted) return;
      yield* await Promise.all(batch.slice(at, at + atOnce).map((blob) => checkOne(parts, options, blob)));
    }
  }
}

async function checkOne(
  { index, blobs, clock }: CheckParts,
  { before, pace }: CheckOptions,
  blob: BlobToCheck,
): Promise<CheckedBlob> {
  await pace?.(blob);
  const state = await stateOf(blobs, blob);
  const now = clock().toISOString();
  // A clock that was set back must not make this blob the next one to check.
  await index.markChecked(blob.hash, now < before ? before : now, state);
  return { ...blob, state };
}

async function stateOf(blobs: BlobStore, { hash, size }: BlobToCheck): Promise<BlobState> {
  try {
    const pieces = (await blobs.stream(hash, size))[Symbol.asyncIterator]();
    while ((await pieces.next()).done !== true);
    return 'whole';
  } catch (error) {
    const code = error instanceof BlobError ? error.code : undefined;
    if (code === 'missing') return 'missing';
    if (code === 'short' || code === 'damaged') return 'damaged';
    throw error;
  }
}
