import { WorkersBusy } from '@sightline/archive';
import { type JobOptions, type WorkerPool, WorkerPoolError } from './pool.ts';

/**
 * One job, its failures told in the archive's words: WorkersBusy where too many wait, `Failed` where the worker ended or
 * was ended. That says nothing about what it was given: it may be damaged, hostile, or only very large.
 */
export async function askWorker<Job, Answer>(
  pool: WorkerPool<Job, Answer>,
  job: Job,
  Failed: new (options: ErrorOptions) => Error,
  options?: JobOptions,
): Promise<Answer> {
  try {
    return await pool.run(job, options);
  } catch (error) {
    if (!(error instanceof WorkerPoolError)) throw error;
    if (error.code === 'overloaded') throw new WorkersBusy({ cause: error });
    if (error.code === 'crashed' || error.code === 'timed_out') throw new Failed({ cause: error });
    throw error;
  }
}

/** Nothing else lies in its memory, so that it can move to another thread. */
export const isWhole = ({ buffer, byteLength }: Uint8Array): boolean =>
  buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
