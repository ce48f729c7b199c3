/**
 * Decodes and renders frames in worker threads. Rejects with a DicomError where the frame cannot be decoded or shown,
 * with RendererFailed where its decoder did not survive it, and with WorkersBusy. The archive has already cut the frame
 * out of its file: a job never names a file.
 */
export interface FrameRenderer {
  /** Answers the encoded picture. */
  render(job: RenderJob): Promise<Uint8Array>;
  /** Pictures that `render` made, all of one size, as one GIF that moves for ever. */
  animate(job: AnimationJob): Promise<Uint8Array>;
  /**
   * Answers the frame as the bytes of Explicit VR Little Endian native pixel data, in the photometric interpretation and
   * planar configuration that its metadata names (docs/adr/0010).
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
  /**
   * The same for every job on one object, and for no other object: what a worker read of the metadata holds for the next
   * frame. Absent: nothing is remembered.
   */
  readonly object?: string;
  /** True: nobody else looks at `bytes`, so their memory may move to a worker instead of being copied. */
  readonly givesBytes?: boolean;
}

export interface RenderJob extends FrameJob {
  readonly mediaType: PictureMediaType;
  /** 1 to 100, JPEG only. */
  readonly quality: number;
  /** PS3.18 8.3.5.1.3. Absent: native size. The picture fits into width x height and keeps its aspect. */
  readonly viewport?: Viewport;
  /** PS3.18 8.3.5.1.4. Absent: the first VOI of the object. */
  readonly window?: VoiWindow;
  /** PS3.18 8.3.5.1.1: what is written on the picture. Absent: nothing. */
  readonly annotations?: readonly Annotation[];
  /** PS3.18 8.3.5.1.5. Absent: `no`. */
  readonly iccProfile?: IccProfile;
}

export type PictureMediaType = 'image/jpeg' | 'image/png' | 'image/gif';

/** patient: name, identifier, birth date, sex. technique: modality, date, place in the study, window, compression. */
export type Annotation = 'patient' | 'technique';

/** yes: the object's own profile goes with its own colours. srgb: converted to sRGB, whose profile goes with them. */
export type IccProfile = 'no' | 'yes' | 'srgb';

export interface AnimationJob {
  readonly pictures: readonly Uint8Array[];
  /** Milliseconds between one picture and the next. */
  readonly frameTime: number;
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

/** The worker of a frame took too long, or ended. Other frames are not touched by it; the same one will do it again. */
export class RendererFailed extends Error {
  override readonly name = 'RendererFailed';

  constructor(options?: ErrorOptions) {
    super('The decoder of an image took too long, or ended.', options);
  }
}

/** Too many jobs wait for a worker. InstanceReader and FrameRenderer reject with it: asking again shortly will do. */
export class WorkersBusy extends Error {
  override readonly name = 'WorkersBusy';

  constructor(options?: ErrorOptions) {
    super('Too many jobs are waiting for a worker.', options);
  }
}
