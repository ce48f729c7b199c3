import { BlobError, type BlobErrorCode } from './blob-store.ts';

/** Names of errors, of Amazon's S3 and of those that speak like it, that are not "ask again later". */
const codes: ReadonlyMap<string, BlobErrorCode> = new Map([
  ['NoSuchKey', 'missing'],
  ['NotFound', 'missing'],
  ['InvalidRange', 'short'],
  ['QuotaExceeded', 'out_of_space'],
  ['InsufficientCapacity', 'out_of_space'],
  ['XMinioStorageFull', 'out_of_space'],
]);

const statuses: ReadonlyMap<number, BlobErrorCode> = new Map([
  [404, 'missing'],
  [416, 'short'],
  [507, 'out_of_space'],
]);

/**
 * What a failure of the store means to us. Its own error goes no further than its name: its message, its properties and
 * its request may hold keys, addresses and signatures.
 */
export function blobErrorOf(error: unknown): BlobError {
  if (error instanceof BlobError) return error;
  const name = error instanceof Error && /^\w{1,60}$/.test(error.name) ? error.name : 'unknown';
  // A bucket that is gone is no object that is.
  const code = name === 'NoSuchBucket' ? undefined : (codes.get(name) ?? statuses.get(statusOf(error)));
  const cause = new Error(name);
  delete cause.stack;
  return new BlobError(code ?? 'unavailable', { cause });
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return 0;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return 0;
  return Number(metadata.httpStatusCode);
}
