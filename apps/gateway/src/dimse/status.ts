import type { StoreRefusal } from '@sightline/archive';

/** Statuses of PS3.7 annex C and PS3.4 B.2.3, C.4.1.1.4, C.4.2.1.5, C.4.3.1.4. */
export const Status = {
  Success: 0x0000,
  ProcessingFailure: 0x0110,
  DuplicateInstance: 0x0111,
  NotAuthorized: 0x0124,
  UnrecognizedOperation: 0x0211,
  OutOfResources: 0xa700,
  SubOperationsImpossible: 0xa702,
  MoveDestinationUnknown: 0xa801,
  DataSetMismatch: 0xa900,
  SubOperationsFailed: 0xb000,
  CannotUnderstand: 0xc000,
  Canceled: 0xfe00,
  Pending: 0xff00,
} as const;

/** PS3.4 B.2.3: what the sender of an object that is refused is told. */
const refusals: Partial<Record<StoreRefusal | 'not_admitted', number>> = {
  conflict: Status.DuplicateInstance,
  out_of_space: Status.OutOfResources,
  unavailable: Status.OutOfResources,
  processing_failed: Status.ProcessingFailure,
  too_large: Status.OutOfResources,
  not_admitted: Status.DataSetMismatch,
  missing_uid: Status.DataSetMismatch,
  bad_uid: Status.DataSetMismatch,
};

export const statusOfRefusal = (code: StoreRefusal | 'not_admitted'): number =>
  refusals[code] ?? Status.CannotUnderstand;

/** Classes of PS3.7 annex C: everything else is a failure. */
export const isWarning = (status: number): boolean =>
  status === 0x0001 || status >>> 12 === 0xb || status === 0x0107 || status === 0x0116;
