import type { DicomDataset, Uid } from '@sightline/dicom';

/**
 * Reads one DICOM file. It runs in a worker thread with limits on time and memory, because the bytes are untrusted;
 * `readInstanceFile` and `takeInstance` of this package are the whole of the work.
 */
export interface InstanceReader {
  /**
   * Rejects with a DicomError where the file cannot be used, with ReaderFailed where that is not known, and with
   * BlobError `damaged` where its SHA-256 is not the one given.
   */
  read(file: string, sha256?: string): Promise<ParsedInstance>;
  /**
   * The same of a file that is in memory only, and puts what can be used on the disk, durably, under the name
   * `stagedFile(stem, hash)`. The memory moves away and comes back with the answer; when it rejects, with a DicomError,
   * ReaderFailed, BlobError or because of the worker, it is gone. Then `placeByLink` in `placeIn`, where that is given.
   */
  take(file: FileInMemory, stem: string, placeIn?: string): Promise<TakenInstance>;
}

/** The worker of a file took too long, or ended: the machine may have been busy, or the file is hostile. */
export class ReaderFailed extends Error {
  override readonly name = 'ReaderFailed';

  constructor(options?: ErrorOptions) {
    super('Reading a file took too long, or ended.', options);
  }
}

export interface FileInMemory {
  /** Memory that nothing else lies in. */
  readonly memory: Uint8Array<ArrayBuffer>;
  /** How much of it, from its start, is the file. */
  readonly size: number;
}

export interface TakenInstance extends FileInMemory {
  readonly parsed: ParsedInstance;
  /** SHA-256 of the file, hexadecimal. */
  readonly hash: string;
  readonly isPlaced: boolean;
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
  /** CRC-32 of the whole file, where it was read as a whole. */
  readonly crc32?: number;
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
