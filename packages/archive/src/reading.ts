/** What a worker thread needs to read files, and nothing of the rest: each thread has its own copy in memory. */
export { BlobError, type BlobErrorCode } from './blobs/blob-store.ts';
export { readInstanceFile, takeInstance } from './blobs/read-instance-file.ts';
export type * from './instance-reader.ts';
