import { availableParallelism } from 'node:os';
import { type FrameJob, type FrameRenderer, RendererFailed, WorkersBusy } from '@sightline/archive';
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

/**
 * The archive's renderer, in worker threads that start with the first frame.
 * @param options for tests: another worker, or another time that one frame may take
 */
export function createFrameRenderer(
  size = Math.min(4, availableParallelism()),
  options: { readonly script?: URL; readonly deadlineMs?: number } = {},
): WorkerFrameRenderer {
  const pool: WorkerPool<RenderWorkerJob, Uint8Array> = createWorkerPool({
    script: options.script ?? new URL('./render-worker.ts', import.meta.url),
    size,
    maxQueued: size * QUEUED_PER_THREAD,
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const runFrame = <Job extends FrameJob>(kind: 'render' | 'decode', given: Job): Promise<Uint8Array> => {
    const { job, transfer } = ownMemory(given);
    // Both kinds carry a frame; which of them it is, the caller's type says.
    return run(pool, { kind, job } as RenderWorkerJob, transfer);
  };
  return {
    render: (job) => runFrame('render', job),
    decode: (job) => runFrame('decode', job),
    animate: (job) => {
      const pictures = job.pictures.map((picture) => new Uint8Array(picture));
      return run(
        pool,
        { kind: 'animate', job: { ...job, pictures } },
        pictures.map(({ buffer }) => buffer),
      );
    },
    close: () => pool.close(),
  };
}

/** A worker that ends, or is ended, says nothing about the frame: it may be damaged, hostile, or only very large. */
async function run(
  pool: WorkerPool<RenderWorkerJob, Uint8Array>,
  message: RenderWorkerJob,
  transfer: readonly ArrayBuffer[],
): Promise<Uint8Array> {
  try {
    return await pool.run(message, { transfer });
  } catch (error) {
    if (!(error instanceof WorkerPoolError)) throw error;
    if (error.code === 'overloaded') throw new WorkersBusy({ cause: error });
    if (error.code === 'crashed' || error.code === 'timed_out') throw new RendererFailed({ cause: error });
    throw error;
  }
}

/**
 * The frame's bytes move to the worker where they are given away whole; otherwise they are copied, because the caller's
 * may be part of a larger buffer, which cloning would copy whole and moving would take away from its other users. What
 * lies in shared memory is neither copied nor moved.
 */
function ownMemory<Job extends FrameJob>(
  job: Job,
): { readonly job: Job; readonly transfer: readonly ArrayBuffer[] } {
  const bytes = job.givesBytes === true && isWhole(job.bytes) ? job.bytes : new Uint8Array(job.bytes);
  const bulk = job.bulk && new Map([...job.bulk].map(([uri, table]) => [uri, ownOrShared(table)]));
  const owned = { ...job, bytes, metadata: ownOrShared(job.metadata), ...(bulk && { bulk }) };
  return { job: owned, transfer: [bytes.buffer as ArrayBuffer] }; // frames are never in shared memory, or were copied
}

const isWhole = ({ buffer, byteLength }: Uint8Array): boolean =>
  buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;

const ownOrShared = (bytes: Uint8Array): Uint8Array =>
  bytes.buffer instanceof SharedArrayBuffer ? bytes : new Uint8Array(bytes);
