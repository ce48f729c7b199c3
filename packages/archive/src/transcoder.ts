import type { DicomDataset, RecodedPiece, SparsePiece } from '@sightline/dicom';
import type { FrameJob } from './frame-renderer.ts';

/**
 * Turns objects and frames into other transfer syntaxes, in worker threads. Rejects with a DicomError where that cannot
 * be done, with RendererFailed where the codec did not survive it, and with WorkersBusy.
 */
export interface Transcoder {
  /** One frame, decoded and, for a compressed syntax, encoded again without loss; what is given is proved to be the same. */
  frame(job: TranscodeFrameJob): Promise<TranscodedFrame>;
  /** The data set of an object without its frames. */
  dataSet(job: TranscodeDataSetJob): Promise<readonly RecodedPiece[]>;
}

export interface TranscodeFrameJob extends FrameJob {
  readonly target: string;
  /**
   * What the samples are to agree with: the metadata of the stored object, which the client has beside the frame; or a
   * data set of their own, which is written to fit them.
   */
  readonly for: 'metadata' | 'object';
}

export interface TranscodedFrame {
  readonly bytes: Uint8Array;
  /** As the data set around the frame has to name it. Samples of a pixel lie side by side. */
  readonly photometricInterpretation: string;
}

export interface TranscodeDataSetJob {
  /** Of the stored bytes, everything but long values and frames. */
  readonly pieces: readonly SparsePiece[];
  readonly size: number;
  readonly isBare: boolean;
  readonly target: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly replaced: DicomDataset;
  /** Present: frames take the place of the pixel data. `end`: of the last fragment. */
  readonly frames?: { readonly end?: number };
  readonly pixelWordBytes?: number;
}
