import type { TranscodeDataSetJob, TranscodedFrame, TranscodeFrameJob } from '@sightline/archive';
import type { RecodedPiece } from '@sightline/dicom';

/** What the main thread sends to the transcode worker. */
export type TranscodeWorkerJob =
  | { readonly kind: 'frame'; readonly job: TranscodeFrameJob }
  | { readonly kind: 'dataSet'; readonly job: TranscodeDataSetJob };

/** Of `frame` the one, of `dataSet` the other. */
export type TranscodeWorkerAnswer = TranscodedFrame | readonly RecodedPiece[];
