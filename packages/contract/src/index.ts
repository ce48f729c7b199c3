export * from './bootstrap.ts';
export * from './problems.ts';
