import type { StatedIdentity } from '@sightline/dicom';
import type { InstanceIdentity } from '../archive.ts';
import type { StoreResult } from '../store.ts';

/** What can be wrong with a part of a message, besides what can be wrong with an object. */
type PartFailure =
  | 'not_an_object'
  | 'part_encoded'
  | 'class_not_stored'
  | 'metadata_unreadable'
  | 'bulk_missing'
  | 'bulk_unreferenced'
  | 'bulk_mismatch'
  | 'bulk_type_unsupported';

export type FailureCode = Extract<StoreResult, { kind: 'refused' }>['code'] | PartFailure;

interface FailureRow {
  /** (0008,1197) Failure Reason, PS3.18 table I.2-2. */
  readonly reason: number;
  /** What it means here. */
  readonly meaning: string;
  /** The status of an answer that has nothing but such failures, where it is not 409. */
  readonly status?: number;
}

const CANNOT_UNDERSTAND = 0xc000;

/** Every failure of a store, PS3.18 table I.2-2; 45070 is what archives in use answer for a duplicate. */
export const failures: Readonly<Record<FailureCode, FailureRow>> = {
  not_dicom: { reason: CANNOT_UNDERSTAND, meaning: 'the part is no DICOM file' },
  truncated: { reason: CANNOT_UNDERSTAND, meaning: 'the file ends before its data does' },
  malformed: { reason: CANNOT_UNDERSTAND, meaning: 'the file breaks the rules of the DICOM encoding' },
  missing_uid: { reason: CANNOT_UNDERSTAND, meaning: 'a study, series, instance or class UID is missing' },
  bad_uid: { reason: CANNOT_UNDERSTAND, meaning: 'a UID is no UID' },
  no_pixel_data: { reason: CANNOT_UNDERSTAND, meaning: 'there is no pixel data where it is needed' },
  bad_image_attributes: {
    reason: CANNOT_UNDERSTAND,
    meaning: 'the attributes of the image contradict each other',
  },
  frame_missing: { reason: CANNOT_UNDERSTAND, meaning: 'the pixel data of a frame is missing' },
  decode_failed: { reason: CANNOT_UNDERSTAND, meaning: 'the pixel data is damaged' },
  not_an_object: { reason: CANNOT_UNDERSTAND, meaning: 'the part is of a media type that is no object' },
  part_encoded: {
    reason: CANNOT_UNDERSTAND,
    meaning: 'the part has a content or transfer encoding (base64, gzip)',
  },
  metadata_unreadable: {
    reason: CANNOT_UNDERSTAND,
    meaning: 'the metadata is no DICOM JSON or Native DICOM Model',
    status: 400,
  },
  bulk_missing: { reason: CANNOT_UNDERSTAND, meaning: 'no part has the location of a BulkDataURI' },
  bulk_unreferenced: { reason: CANNOT_UNDERSTAND, meaning: 'no BulkDataURI is the location of the part' },
  bulk_mismatch: {
    reason: CANNOT_UNDERSTAND,
    meaning: 'bulk data is not what the metadata or its own media type says: size, number of frames, coding',
  },
  bulk_type_unsupported: {
    reason: 0xc122,
    meaning: 'bulk data of a media type or transfer syntax that its attribute cannot have',
  },
  unsupported_transfer_syntax: { reason: 0xc122, meaning: 'the transfer syntax cannot be stored' },
  too_large: { reason: 0xa700, meaning: 'the object is larger than this archive takes' },
  out_of_space: { reason: 0xa700, meaning: 'the disk is full', status: 507 },
  unavailable: { reason: 0xa700, meaning: 'the storage cannot be reached at the moment', status: 503 },
  processing_failed: {
    reason: 0x0110,
    meaning: 'reading the object took too long or ended; it may be sent again',
    status: 503,
  },
  not_admitted: {
    reason: 0xa900,
    meaning: 'the object is of another study than the address, or of one that the session may not store',
  },
  class_not_stored: { reason: 0x0122, meaning: 'a DICOMDIR is no object to store' },
  conflict: { reason: 45070, meaning: 'another object with this SOP Instance UID is here, and stays' },
};

/** (0008,1196) Warning Reason, PS3.18 table I.2-1. Nothing is ever coerced, so B000 does not occur. */
export const ELEMENTS_DISCARDED = 0xb006;

export interface Failed extends StatedIdentity {
  readonly kind: 'failed';
  readonly code: FailureCode;
}

export interface Stored extends InstanceIdentity {
  readonly kind: 'stored';
  readonly warning?: number;
}

/** What became of one object of a message, or of a part that was none. */
export type PartOutcome = Stored | Failed;

/** PS3.18 table 10.5.3-1; 507 where the disk is full, so that a client knows to come back. */
export function statusOf(outcomes: readonly PartOutcome[]): number {
  const failed = outcomes.filter((outcome) => outcome.kind === 'failed');
  const hasWarnings = outcomes.some((outcome) => outcome.kind === 'stored' && outcome.warning !== undefined);
  if (failed.length === 0) return hasWarnings ? 202 : 200;
  if (failed.length < outcomes.length) return 202;
  const statuses = new Set(failed.map(({ code }) => failures[code].status ?? 409));
  const [status = 409] = statuses;
  return statuses.size === 1 ? status : 409;
}
