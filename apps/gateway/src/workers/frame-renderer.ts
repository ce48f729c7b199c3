import { availableParallelism } from 'node:os';
import { type FrameJob, type FrameRenderer, WorkersBusy } from '@sightline/archive';
import { DicomError } from '@sightline/dicom';
import { createWorkerPool, type WorkerPool, WorkerPoolError } from './pool.ts';
import type { RenderWorkerJob } from './render-job.ts';

const DEADLINE_MS = 10_000;
/** JavaScript objects only; decoded pixels lie outside and are bounded by the sizes that a description allows. */
const HEAP_MB = 1024;
/** For each thread: at 10 ms a frame, what waits longest waits about a second. */
const QUEUED_PER_THREAD = 128;

export interface WorkerFrameRenderer extends FrameRenderer {
  close(): Promise<void>;
}

/** The archive's renderer, in worker threads that start with the first frame. */
export function createFrameRenderer(size = Math.min(4, availableParallelism())): WorkerFrameRenderer {
  const pool: WorkerPool<RenderWorkerJob, Uint8Array> = createWorkerPool({
    script: new URL('./render-worker.ts', import.meta.url),
    size,
    maxQueued: size * QUEUED_PER_THREAD,
    deadlineMs: DEADLINE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  return {
    render: (job) => run(pool, { kind: 'render', job: ownMemory(job) }),
    decode: (job) => run(pool, { kind: 'decode', job: ownMemory(job) }),
    close: () => pool.close(),
  };
}

/** A frame that takes a worker down, or its time, is a damaged frame to whoever asked for it. */
async function run(
  pool: WorkerPool<RenderWorkerJob, Uint8Array>,
  message: RenderWorkerJob,
): Promise<Uint8Array> {
  try {
    const { bytes, metadata } = message.job;
    return await pool.run(message, {
      transfer: [bytes.buffer as ArrayBuffer, metadata.buffer as ArrayBuffer],
    }); // see ownMemory
  } catch (error) {
    if (error instanceof WorkerPoolError && error.code === 'overloaded')
      throw new WorkersBusy({ cause: error });
    const isFrameAtFault = error instanceof WorkerPoolError && ['crashed', 'timed_out'].includes(error.code);
    throw isFrameAtFault ? new DicomError('decode_failed', { cause: error }) : error;
  }
}

/**
 * Copies what the job points at: the caller's bytes may be part of a larger buffer, which cloning would copy whole and
 * moving would take away from its other users.
 */
function ownMemory<Job extends FrameJob>(job: Job): Job {
  const bulk = job.bulk && new Map([...job.bulk].map(([uri, bytes]) => [uri, new Uint8Array(bytes)]));
  return {
    ...job,
    bytes: new Uint8Array(job.bytes),
    metadata: new Uint8Array(job.metadata),
    ...(bulk && { bulk }),
  };
}
