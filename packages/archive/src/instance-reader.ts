import type { DicomDataset, Uid } from '@sightline/dicom';

/**
 * Reads one DICOM file from disk. It runs in a worker thread with limits on time and memory, because the bytes are
 * untrusted; `readInstanceFile` of this package is the whole of the work.
 */
export interface InstanceReader {
  /** Rejects with a DicomError where the file cannot be used. */
  read(file: string): Promise<ParsedInstance>;
}

/** Everything that a later read needs, computed once. Plain data: it crosses from the worker by structured clone. */
export interface ParsedInstance {
  readonly transferSyntaxUid: string;
  readonly studyInstanceUid: Uid;
  readonly seriesInstanceUid: Uid;
  readonly sopInstanceUid: Uid;
  readonly sopClassUid: string;
  /** The DICOM JSON metadata, compressed in the form of `index/stored-json.ts`. */
  readonly metadata: Uint8Array;
  /** `encodeFrameIndex`; absent: no pixel data. */
  readonly frameIndex?: Uint8Array;
  /** 0: no pixel data. */
  readonly numberOfFrames: number;
  readonly bulk: readonly BulkLocationRow[];
  /** What search matches and answers. */
  readonly attributes: InstanceAttributes;
  /** Deflated transfer syntax: the inflated data set, to which the frame index and bulk locations refer. */
  readonly inflated?: Uint8Array;
  /** Fixed sentences: tolerated faults of the file. */
  readonly warnings: readonly string[];
}

/** Where the bytes of one BulkDataURI are. `path` is a tag, or tag.item.tag... below sequences. */
export interface BulkLocationRow {
  readonly path: string;
  readonly vr: string;
  readonly offset: number;
  readonly length: number;
  readonly bigEndian: boolean;
}

/** Data sets holding just the attributes of one level, as search answers them. */
export interface InstanceAttributes {
  readonly study: DicomDataset;
  readonly series: DicomDataset;
  readonly instance: DicomDataset;
}
