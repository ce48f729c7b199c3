/**
 * Decodes and renders frames in worker threads. Rejects with a DicomError where the frame cannot be decoded or shown.
 * The archive has already cut the frame out of its file: a job never names a file.
 */
export interface FrameRenderer {
  /** Answers the encoded picture. */
  render(job: RenderJob): Promise<Uint8Array>;
  /**
   * Answers the frame's stored values as the bytes of Explicit VR Little Endian native pixel data, in the photometric
   * interpretation and planar configuration that the decoder gives.
   */
  decode(job: FrameJob): Promise<Uint8Array>;
}

export interface FrameJob {
  /**
   * The frame as it is stored: the joined fragments of a compressed frame; of a native one its bytes, already little
   * endian, and of a 1-bit one already moved to begin at a byte.
   */
  readonly bytes: Uint8Array;
  /** Of `bytes`: 1.2.840.10008.1.2.1 for every native frame, whatever the file had. */
  readonly transferSyntaxUid: string;
  /** UTF-8 text of the instance's DICOM JSON data set (an object, without pixel data). */
  readonly metadata: Uint8Array;
  /** From 0. */
  readonly frame: number;
  /** Palettes and lookup tables kept outside the metadata: what `neededBulk` of the dicom package lists, by URI. */
  readonly bulk?: ReadonlyMap<string, Uint8Array>;
}

export interface RenderJob extends FrameJob {
  readonly mediaType: 'image/jpeg' | 'image/png';
  /** 1 to 100, JPEG only. */
  readonly quality: number;
  /** PS3.18 8.3.5.1.3. Absent: native size. The picture fits into width x height and keeps its aspect. */
  readonly viewport?: Viewport;
  /** PS3.18 8.3.5.1.4. Absent: the first VOI of the object. */
  readonly window?: VoiWindow;
}

export interface Viewport {
  readonly width: number;
  readonly height: number;
  /** Part of the image to show, in pixels of the image; a negative width or height flips. Absent: the whole. */
  readonly source?: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
}

export interface VoiWindow {
  readonly center: number;
  readonly width: number;
  readonly function: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
}

/** Too many jobs wait for a worker. InstanceReader and FrameRenderer reject with it: asking again shortly will do. */
export class WorkersBusy extends Error {
  override readonly name = 'WorkersBusy';

  constructor(options?: ErrorOptions) {
    super('Too many jobs are waiting for a worker.', options);
  }
}
