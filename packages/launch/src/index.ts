export * from './dn-viewer.ts';
export * from './launch-request.ts';
