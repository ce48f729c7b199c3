import { availableParallelism } from 'node:os';
import { type FrameJob, type FrameRenderer, RendererFailed } from '@sightline/archive';
import { askWorker, isWhole } from './ask-worker.ts';
import { createWorkerPool, type WorkerPool } from './pool.ts';
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
    return askWorker(pool, { kind, job } as RenderWorkerJob, RendererFailed, { transfer });
  };
  return {
    render: (job) => runFrame('render', job),
    decode: (job) => runFrame('decode', job),
    animate: (job) => {
      const pictures = job.pictures.map((picture) => new Uint8Array(picture));
      const transfer = pictures.map(({ buffer }) => buffer);
      return askWorker(pool, { kind: 'animate', job: { ...job, pictures } }, RendererFailed, { transfer });
    },
    close: () => pool.close(),
  };
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

const ownOrShared = (bytes: Uint8Array): Uint8Array =>
  bytes.buffer instanceof SharedArrayBuffer ? bytes : new Uint8Array(bytes);
