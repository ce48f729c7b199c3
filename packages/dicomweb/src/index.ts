export * from './http.ts';
export * from './study-query.ts';
