/** What the conformance statement and its tests are made of: the tables by which the archive works. */
export { always, ifKnown } from './http/qido-fields.ts';
export { MAX_RESULTS } from './http/qido-rs.ts';
export { archiveProblems } from './http/problems.ts';
export * from './http/service-claims.ts';
export { codedMediaTypes } from './http/stow-bulk.ts';
export { storeForms, storeLimits } from './http/stow-message.ts';
export { failures } from './http/stow-outcome.ts';
export { studiesService } from './http/studies-service.ts';
export type { Transaction } from './http/transaction.ts';
