import { availableParallelism } from 'node:os';
import { RendererFailed, type TranscodedFrame, type Transcoder } from '@sightline/archive';
import type { RecodedPiece } from '@sightline/dicom';
import { askWorker, isWhole } from './ask-worker.ts';
import { createWorkerPool, type WorkerPool } from './pool.ts';
import type { TranscodeWorkerAnswer, TranscodeWorkerJob } from './transcode-job.ts';

/** A large frame of JPEG 2000 takes seconds to compress, and as long again to prove. */
const DEADLINE_MS = 30_000;
/** JavaScript objects only; pixels lie outside and are bounded by the sizes that a description allows. */
const HEAP_MB = 1024;
const QUEUED_PER_THREAD = 128;

export interface WorkerTranscoder extends Transcoder {
  close(): Promise<void>;
}

/** The archive's transcoder, in worker threads of its own: whoever looks at images does not wait behind a download. */
export function createTranscoder(size = Math.min(2, availableParallelism())): WorkerTranscoder {
  const pool: WorkerPool<TranscodeWorkerJob, TranscodeWorkerAnswer> = createWorkerPool({
    script: new URL('./transcode-worker.ts', import.meta.url),
    size,
    maxQueued: size * QUEUED_PER_THREAD,
    deadlineMs: DEADLINE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const ask = (job: TranscodeWorkerJob, transfer: readonly ArrayBuffer[]): Promise<TranscodeWorkerAnswer> =>
    askWorker(pool, job, RendererFailed, { transfer });
  return {
    frame: async (job) => {
      // Cloning would copy the whole of a larger buffer that the bytes are a part of.
      const bytes = job.givesBytes === true && isWhole(job.bytes) ? job.bytes : new Uint8Array(job.bytes);
      const { buffer } = bytes;
      const transfer = buffer instanceof ArrayBuffer ? [buffer] : [];
      return (await ask({ kind: 'frame', job: { ...job, bytes } }, transfer)) as TranscodedFrame; // of this kind
    },
    dataSet: async (job) => {
      const pieces = job.pieces.map((piece) => ({ ...piece, bytes: new Uint8Array(piece.bytes) }));
      const message = { kind: 'dataSet', job: { ...job, pieces } } as const;
      const transfer = pieces.map(({ bytes }) => bytes.buffer);
      return (await ask(message, transfer)) as readonly RecodedPiece[]; // as above
    },
    close: () => pool.close(),
  };
}
