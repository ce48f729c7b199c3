import { parentPort } from 'node:worker_threads';
import { BlobError, type BlobErrorCode } from '@sightline/archive/reading';
import { DicomError, type DicomErrorCode } from '@sightline/dicom';

/** What a worker sends back. It has one job at a time, so nothing needs a number. */
export type WorkerReply =
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly code: DicomErrorCode }
  /** The disk, say, is full. */
  | { readonly kind: 'storage'; readonly code: BlobErrorCode }
  /** Where in our code it happened: never the message, which may quote a file. */
  | { readonly kind: 'unforeseen'; readonly stack: string };

/** An answer, and the memory that moves to the main thread instead of being copied. */
export interface WorkerAnswer<Answer> {
  readonly answer: Answer;
  readonly transfer?: readonly ArrayBuffer[];
}

/** Makes this thread a worker of a pool: answers each job that the main thread sends. */
export function serveJobs<Job, Answer>(
  handle: (job: Job) => WorkerAnswer<Answer> | Promise<WorkerAnswer<Answer>>,
): void {
  const port = parentPort;
  if (port === null) throw new Error('this file is started by a worker pool');
  const reply = (message: WorkerReply, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, [...transfer]);
  const serve = async (job: Job): Promise<void> => {
    try {
      const { answer, transfer } = await handle(job);
      reply({ kind: 'answer', answer }, transfer);
    } catch (error) {
      reply(failure(error));
    }
  };
  port.on('message', (job: Job) => void serve(job));
}

function failure(error: unknown): WorkerReply {
  if (error instanceof DicomError) return { kind: 'refused', code: error.code };
  if (error instanceof BlobError) return { kind: 'storage', code: error.code };
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const calls = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return { kind: 'unforeseen', stack: calls.join('\n') };
}
