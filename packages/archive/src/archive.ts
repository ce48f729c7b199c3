import type { DicomDataset, DicomErrorCode, Uid } from '@sightline/dicom';
import type { HttpRequest, HttpResponse } from '@sightline/dicomweb';

/** An embedded DICOMweb origin server. It opens nothing itself: storage, workers and clock are given to it. */
export interface Archive {
  /**
   * Stores one DICOM file. Answered only when the object is durable. Foreseen refusals are outcomes; a failing source
   * (`bytes` throws) and failing storage reject, and leave nothing visible behind.
   */
  store(bytes: AsyncIterable<Uint8Array>): Promise<StoreOutcome>;
  /** Answers one DICOMweb request. Foreseen errors are problem documents; rejects only on the unforeseen. */
  handle(request: HttpRequest, context: RequestContext): Promise<HttpResponse>;
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
}

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

/** `conflict`: another object with the same SOP Instance UID and other bytes is already here, and stays. */
export type StoreRefusal = DicomErrorCode | 'conflict' | 'out_of_space';

export interface InstanceIdentity {
  readonly studyInstanceUid: Uid;
  readonly seriesInstanceUid: Uid;
  readonly sopInstanceUid: Uid;
  readonly sopClassUid: string;
}
