import type { DicomDataset, DicomErrorCode, Uid } from '@sightline/dicom';
import type { HttpRequest, HttpResponse } from '@sightline/dicomweb';
import type { CheckedBlob, CheckOptions } from './check-blobs.ts';
import type { DamagedInstance, IndexStatistics, ObjectPath } from './index/index-store.ts';
import type { Admission, StoreResult } from './store.ts';

/** An embedded DICOMweb origin server. It opens nothing itself: storage, workers and clock are given to it. */
export interface Archive {
  /**
   * Stores one DICOM file. Answered only when the object is durable. Foreseen refusals are outcomes; a failing source
   * (`bytes` throws) and failing storage reject, and leave nothing visible behind.
   */
  store(bytes: AsyncIterable<Uint8Array>): Promise<StoreOutcome>;
  /** As `store`, for who was told what the object is: what `admission` refuses is not stored. */
  storeIf(bytes: AsyncIterable<Uint8Array>, admission: Admission): Promise<StoreResult>;
  /** Answers one DICOMweb request. Foreseen errors are problem documents; rejects only on the unforeseen. */
  handle(request: HttpRequest, context: RequestContext): Promise<HttpResponse>;
  /** Answers one WADO-URI request (PS3.18 chapter 9). `request.path` is of no importance. */
  retrieveByUri(request: HttpRequest, context: RequestContext): Promise<HttpResponse>;
  /**
   * Deletes everything below the path, audited before it is answered. Nothing of it is found or retrieved from then on;
   * the bytes go as soon as nothing else names them. Answers what was deleted, which may be nothing.
   */
  delete(path: ObjectPath, actor: Actor): Promise<Deletion>;
  /** Reads blobs whole and compares them with their hashes; what is found is noted, and listed by `damaged`. */
  checkBlobs(options: CheckOptions): AsyncIterable<CheckedBlob>;
  /** The objects whose bytes the last check found damaged or missing. Storing them again mends them. */
  damaged(): Promise<readonly DamagedInstance[]>;
  statistics(): Promise<IndexStatistics>;
  hasStudy(studyInstanceUid: string): Promise<boolean>;
  isEmpty(): Promise<boolean>;
  /** The image to show first of a study: the first series with images, its first instance. Undefined: there is none. */
  firstImage(studyInstanceUid: string): Promise<FirstImageOfStudy | undefined>;
  /** Newest first; each with the attributes that a QIDO-RS study search answers. */
  listStudies(options?: {
    readonly limit?: number;
    readonly offset?: number;
  }): Promise<readonly DicomDataset[]>;
  /** Waits for nothing: end the requests first. */
  close(): Promise<void>;
}

export interface RequestContext {
  /** Absolute URL of the service root, without trailing slash, for RetrieveURL and BulkDataURI. */
  readonly root: string;
  /** Scope: nothing but these studies exists for this request. Absent: all. */
  readonly studies?: ReadonlySet<string>;
  readonly canStore: boolean;
  /** Absent: no. */
  readonly canDelete?: boolean;
  /** Who asks, for the audit trail. */
  readonly actor?: Actor;
}

/** Who did something, in words that an audit trail keeps: a name of ours ("api-key", "dimse:STATION1"), never a secret. */
export interface Actor {
  readonly name: string;
  /** Network address, where there is one. */
  readonly address?: string;
}

export interface Deletion {
  readonly studyInstanceUids: readonly string[];
  readonly series: number;
  readonly instances: number;
}

/** What happened to patient data, for the audit trail (PS3.15 A.5). UIDs only. */
export interface AuditEvent {
  readonly action: 'deleted';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly actor: Actor;
  readonly studyInstanceUids: readonly string[];
  readonly seriesInstanceUid?: string;
  readonly sopInstanceUid?: string;
  readonly instances: number;
  /** `begun` is written before anything happens: where it cannot be, nothing does. */
  readonly outcome: 'begun' | 'success' | 'failure';
}

/** Resolves when the event is durable. What is audited is not answered before. */
export type Audit = (event: AuditEvent) => Promise<void>;

export interface FirstImageOfStudy {
  readonly studyInstanceUid: Uid;
  readonly seriesInstanceUid: Uid;
  readonly sopInstanceUid: Uid;
  /** From 1. */
  readonly frame: number;
  /** The whole DICOM JSON data set; BulkDataURIs relative to the instance's URL ("bulkdata/..."). */
  readonly metadata: DicomDataset;
}

export type StoreOutcome =
  | ({ readonly kind: 'stored' | 'identical' } & InstanceIdentity)
  | ({ readonly kind: 'refused'; readonly code: StoreRefusal } & Partial<InstanceIdentity>);

/**
 * `conflict`: another object with the same SOP Instance UID and other bytes is already here, and stays. `unavailable`:
 * where index or bytes are kept cannot be reached; sending the object again later may do. `processing_failed`: reading it
 * took too long or ended, which may be the machine's fault or the object's; sending it again may do.
 */
export type StoreRefusal = DicomErrorCode | 'conflict' | 'out_of_space' | 'unavailable' | 'processing_failed';

export interface InstanceIdentity {
  readonly studyInstanceUid: Uid;
  readonly seriesInstanceUid: Uid;
  readonly sopInstanceUid: Uid;
  readonly sopClassUid: string;
}
