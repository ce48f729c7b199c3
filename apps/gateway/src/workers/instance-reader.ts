import { availableParallelism } from 'node:os';
import {
  type InstanceReader,
  type ParsedInstance,
  ReaderFailed,
  type TakenInstance,
} from '@sightline/archive';
import type { ParseAnswer, ParseJob } from './parse-worker.ts';
import { createWorkerPool, type JobOptions, type WorkerPool } from './pool.ts';
import { askWorker } from './ask-worker.ts';

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

/**
 * The archive's reader, in worker threads that start with the first file.
 * @param options for tests: another worker, or another time that one file may take
 */
export function createInstanceReader(
  size = THREADS,
  options: { readonly script?: URL; readonly deadlineMs?: number } = {},
): WorkerInstanceReader {
  const pool: WorkerPool<ParseJob, ParseAnswer> = createWorkerPool({
    script: options.script ?? new URL('./parse-worker.ts', import.meta.url),
    size,
    maxQueued: MAX_QUEUED,
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const ask = (job: ParseJob, options?: JobOptions): Promise<ParseAnswer> =>
    askWorker(pool, job, ReaderFailed, options);
  // The worker answers each kind of job with its own kind of answer.
  return {
    read: (file, sha256) =>
      ask({ kind: 'read', file, ...(sha256 !== undefined && { sha256 }) }) as Promise<ParsedInstance>,
    take: ({ memory, size: length }, stem, placeIn) =>
      ask(
        { kind: 'take', memory, size: length, stem, ...(placeIn !== undefined && { placeIn }) },
        { transfer: [memory.buffer] },
      ) as Promise<TakenInstance>,
    close: () => pool.close(),
  };
}
