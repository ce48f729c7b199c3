import { setTimeout as wait } from 'node:timers/promises';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { BlobError } from '@sightline/archive';
import { DicomError } from '@sightline/dicom';
import type { WorkerReply } from './worker-protocol.ts';

const sentences = {
  overloaded: 'Too many jobs are waiting for a worker.',
  timed_out: 'A job took longer than it may, and its worker was stopped.',
  crashed: 'The worker of a job ended before it answered.',
  unforeseen: 'A job failed in a way that was not foreseen.',
  closed: 'The workers have been stopped.',
} as const;

/** Why a job has no answer, other than a fault of its own input (that is a DicomError). */
export class WorkerPoolError extends Error {
  override readonly name = 'WorkerPoolError';
  readonly code: keyof typeof sentences;

  constructor(code: keyof typeof sentences, options?: ErrorOptions) {
    super(sentences[code], options);
    this.code = code;
  }
}

export interface WorkerPoolOptions {
  /** A file that calls `serveJobs`. */
  readonly script: URL;
  /** Threads at most. They start when there is work for them and then stay. */
  readonly size: number;
  /** Jobs waiting at most; one more is refused at once, so that a flood costs no memory. */
  readonly maxQueued: number;
  /** For one job, from when a worker takes it up. */
  readonly deadlineMs: number;
  readonly resourceLimits?: ResourceLimits;
}

export interface JobOptions {
  /** Gives up waiting. A job already running ends by itself or by its deadline. */
  readonly signal?: AbortSignal;
  /** Memory that moves to the worker; the caller no longer has it. */
  readonly transfer?: readonly ArrayBuffer[];
}

/**
 * Threads for work on untrusted bytes. A worker that crashes, runs out of memory or passes its deadline costs its own
 * job and nothing else: the next job gets a new one.
 */
export interface WorkerPool<Job, Answer> {
  /** Rejects with DicomError (the input), BlobError (the disk), WorkerPoolError (the pool) or the reason of the signal. */
  run(job: Job, options?: JobOptions): Promise<Answer>;
  /** Stops the threads; jobs under way and waiting reject with `closed`. */
  close(): Promise<void>;
}

interface Task<Job, Answer> {
  readonly job: Job;
  readonly transfer: readonly ArrayBuffer[];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

export function createWorkerPool<Job, Answer>(options: WorkerPoolOptions): WorkerPool<Job, Answer> {
  const waiting: Task<Job, Answer>[] = [];
  const threads = new Set<PoolThread<Job, Answer>>();
  let isClosed = false;

  function pump(): void {
    while (waiting.length > 0) {
      const idle = [...threads].find((thread) => !thread.isBusy()) ?? grow();
      const task = idle && waiting.shift();
      if (!idle || !task) return;
      idle.take(task);
    }
  }

  function grow(): PoolThread<Job, Answer> | undefined {
    if (threads.size >= options.size) return undefined;
    const thread = startThread<Job, Answer>(options, {
      idle: pump,
      gone() {
        threads.delete(thread);
        pump();
      },
    });
    threads.add(thread);
    return thread;
  }

  return {
    run(job, { signal, transfer = [] } = {}) {
      if (isClosed) return Promise.reject(new WorkerPoolError('closed'));
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (waiting.length >= options.maxQueued) return Promise.reject(new WorkerPoolError('overloaded'));
      return new Promise<Answer>((resolve, reject) => {
        const task: Task<Job, Answer> = { job, transfer, ...settleOnce(resolve, reject, signal, drop) };
        function drop(): void {
          const place = waiting.indexOf(task);
          if (place >= 0) waiting.splice(place, 1);
        }
        waiting.push(task);
        pump();
      });
    },
    async close() {
      isClosed = true;
      for (const task of waiting.splice(0)) task.reject(new WorkerPoolError('closed'));
      await Promise.all([...threads].map((thread) => thread.stop(new WorkerPoolError('closed'))));
    },
  };
}

/** A promise's two ends that also listen to a signal, and let go of it when settled. */
function settleOnce<Answer>(
  resolve: (answer: Answer) => void,
  reject: (reason: unknown) => void,
  signal: AbortSignal | undefined,
  onAbort: () => void,
): Pick<Task<unknown, Answer>, 'resolve' | 'reject'> {
  const abort = (): void => {
    onAbort();
    reject(signal?.reason);
  };
  signal?.addEventListener('abort', abort, { once: true });
  const letGo = (): void => signal?.removeEventListener('abort', abort);
  return {
    resolve(answer) {
      letGo();
      resolve(answer);
    },
    reject(reason) {
      letGo();
      reject(reason);
    },
  };
}

/** A thread that hangs in the system (a disk that does not answer) is not waited for any longer. */
const LONGEST_END_MS = 1000;

interface PoolThread<Job, Answer> {
  isBusy(): boolean;
  take(task: Task<Job, Answer>): void;
  stop(reason: WorkerPoolError): Promise<void>;
}

function startThread<Job, Answer>(
  { script, deadlineMs, resourceLimits }: WorkerPoolOptions,
  on: { idle(): void; gone(): void },
): PoolThread<Job, Answer> {
  // No environment and no flags: what a worker needs comes with the job.
  const worker = new Worker(script, { env: {}, execArgv: [], ...(resourceLimits && { resourceLimits }) });
  worker.unref();
  let current: Task<Job, Answer> | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let isGone = false;
  /** Why it is being stopped. */
  let ending: WorkerPoolError | undefined;

  function finish(): Task<Job, Answer> | undefined {
    const task = current;
    current = undefined;
    clearTimeout(deadline);
    worker.unref();
    return task;
  }

  function leave(reason: WorkerPoolError): void {
    if (isGone) return;
    isGone = true;
    finish()?.reject(reason);
    on.gone();
  }

  worker.on('message', (reply: WorkerReply) => {
    const task = finish();
    if (reply.kind === 'answer')
      task?.resolve(reply.answer as Answer); // the script is written for this pool
    else task?.reject(asError(reply));
    on.idle();
  });
  // An error ends the thread; its message may quote the input and is not passed on.
  worker.on('error', () => leave(new WorkerPoolError('crashed')));
  worker.on('exit', () => leave(ending ?? new WorkerPoolError('crashed')));

  /** The job is over when the thread is: until then it may go on writing what its caller wants to take away. */
  async function stop(reason: WorkerPoolError): Promise<void> {
    ending ??= reason;
    const ended = worker.terminate();
    await Promise.race([ended, wait(LONGEST_END_MS, undefined, { ref: false })]);
    leave(ending);
    await ended;
  }

  return {
    isBusy: () => current !== undefined || ending !== undefined,
    take(task) {
      current = task;
      worker.ref();
      deadline = setTimeout(() => void stop(new WorkerPoolError('timed_out')), deadlineMs);
      try {
        worker.postMessage(task.job, [...task.transfer]);
      } catch (error) {
        // Memory that was already given away, say: the caller's mistake, and the worker knows nothing of it.
        finish()?.reject(error);
      }
    },
    stop,
  };
}

function asError(reply: Exclude<WorkerReply, { kind: 'answer' }>): Error {
  if (reply.kind === 'refused') return new DicomError(reply.code);
  if (reply.kind === 'storage') return new BlobError(reply.code);
  const error = new WorkerPoolError('unforeseen');
  error.stack = `${error.name}: ${error.message}\n${reply.stack}`;
  return error;
}
