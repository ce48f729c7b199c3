export * from './http.ts';
export * from './media-type.ts';
export * from './multipart.ts';
export * from './qido.ts';
export * from './query-string.ts';
export * from './study-query.ts';
