import { availableParallelism } from 'node:os';
import { type InstanceReader, type ParsedInstance, WorkersBusy } from '@sightline/archive';
import { DicomError } from '@sightline/dicom';
import { createWorkerPool, type WorkerPool, WorkerPoolError } from './pool.ts';

/** A file of many gigabytes is read by its headers only, so this is long. */
const DEADLINE_MS = 30_000;
const HEAP_MB = 1024;
const MAX_QUEUED = 1024;

export interface WorkerInstanceReader extends InstanceReader {
  close(): Promise<void>;
}

/** The archive's reader, in worker threads that start with the first file. */
export function createInstanceReader(size = Math.min(2, availableParallelism())): WorkerInstanceReader {
  const pool: WorkerPool<string, ParsedInstance> = createWorkerPool({
    script: new URL('./parse-worker.ts', import.meta.url),
    size,
    maxQueued: MAX_QUEUED,
    deadlineMs: DEADLINE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  return { read: (file) => read(pool, file), close: () => pool.close() };
}

/** A file that takes a worker down, or its time, is a file that cannot be used. */
async function read(pool: WorkerPool<string, ParsedInstance>, file: string): Promise<ParsedInstance> {
  try {
    return await pool.run(file);
  } catch (error) {
    if (error instanceof WorkerPoolError && error.code === 'overloaded')
      throw new WorkersBusy({ cause: error });
    const isFileAtFault = error instanceof WorkerPoolError && ['crashed', 'timed_out'].includes(error.code);
    throw isFileAtFault ? new DicomError('malformed', { cause: error }) : error;
  }
}
