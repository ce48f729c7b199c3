import { availableParallelism } from 'node:os';
import {
  type InstanceReader,
  type ParsedInstance,
  type TakenInstance,
  WorkersBusy,
} from '@sightline/archive';
import { DicomError } from '@sightline/dicom';
import type { ParseAnswer, ParseJob } from './parse-worker.ts';
import { createWorkerPool, type JobOptions, type WorkerPool, WorkerPoolError } from './pool.ts';

/** A file of many gigabytes is read by its headers only, so this is long. */
const DEADLINE_MS = 30_000;
const HEAP_MB = 1024;
const MAX_QUEUED = 1024;
/** A worker that waits for the disk leaves its core to another one; each costs some 25 MB. */
const THREADS = Math.min(4, Math.max(2, availableParallelism()));
/** What a file leaves behind is little; V8 would let it grow to several times as much. */
const YOUNG_MB = 8;

export interface WorkerInstanceReader extends InstanceReader {
  close(): Promise<void>;
}

/** The archive's reader, in worker threads that start with the first file. */
export function createInstanceReader(size = THREADS): WorkerInstanceReader {
  const pool: WorkerPool<ParseJob, ParseAnswer> = createWorkerPool({
    script: new URL('./parse-worker.ts', import.meta.url),
    size,
    maxQueued: MAX_QUEUED,
    deadlineMs: DEADLINE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
  });
  // The worker answers each kind of job with its own kind of answer.
  return {
    read: (file, sha256) =>
      run(pool, { kind: 'read', file, ...(sha256 !== undefined && { sha256 }) }) as Promise<ParsedInstance>,
    take: ({ memory, size: length }, stem) =>
      run(
        pool,
        { kind: 'take', memory, size: length, stem },
        { transfer: [memory.buffer] },
      ) as Promise<TakenInstance>,
    close: () => pool.close(),
  };
}

/** A file that takes a worker down, or its time, is a file that cannot be used. */
async function run(
  pool: WorkerPool<ParseJob, ParseAnswer>,
  job: ParseJob,
  options?: JobOptions,
): Promise<ParseAnswer> {
  try {
    return await pool.run(job, options);
  } catch (error) {
    if (error instanceof WorkerPoolError && error.code === 'overloaded')
      throw new WorkersBusy({ cause: error });
    const isFileAtFault = error instanceof WorkerPoolError && ['crashed', 'timed_out'].includes(error.code);
    throw isFileAtFault ? new DicomError('malformed', { cause: error }) : error;
  }
}
