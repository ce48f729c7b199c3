export * from './archive.ts';
export * from './blobs/blob-store.ts';
export * from './frame-renderer.ts';
export * from './index/index-store.ts';
export * from './instance-reader.ts';
export { openSqliteIndex } from './index/sqlite.ts';
export { openFileBlobs } from './blobs/file.ts';
