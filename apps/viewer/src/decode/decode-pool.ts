import { DicomError, dicomErrors, type DicomErrorCode } from '@sightline/dicom';
import type { DecodeAnswer, DecodeJob } from './decode-protocol.ts';
import type { DecodedFrame } from './decoded-frame.ts';

/** The decoder failed, which says nothing about the frame: its worker ended, or its code could not be fetched. */
export class DecoderError extends Error {
  override readonly name = 'DecoderError';
}

/** Decodes frames in workers, each of which takes one frame at a time. */
export interface DecodePool {
  /** @throws DicomError, DecoderError; the job's bytes are gone afterwards. The signal drops a job that no worker has begun. */
  decode(job: Omit<DecodeJob, 'id'>, signal: AbortSignal): Promise<DecodedFrame>;
}

interface Waiting {
  readonly job: DecodeJob;
  readonly signal: AbortSignal;
  resolve(frame: DecodedFrame): void;
  reject(error: unknown): void;
}

/** Longer than the slowest frame of any real file; a worker that needs more is stuck on damaged data. */
const LONGEST_DECODE_MS = 60_000;

export function createDecodePool(size: number, spawn: () => Worker): DecodePool {
  const idle: Worker[] = [];
  const queue: Waiting[] = [];
  let workers = 0;
  let lastId = 0;

  const next = (): void => {
    while (queue.length > 0 && (idle.length > 0 || workers < size)) {
      const waiting = queue.shift();
      if (!waiting) return;
      if (waiting.signal.aborted) {
        waiting.reject(waiting.signal.reason);
        continue;
      }
      const worker = idle.pop() ?? (workers++, spawn());
      runOn(worker, waiting, (isUsable) => {
        if (isUsable) idle.push(worker);
        else {
          worker.terminate();
          workers--;
        }
        next();
      });
    }
  };
  return {
    decode: (job, signal) =>
      new Promise((resolve, reject) => {
        queue.push({ job: { ...job, id: ++lastId }, signal, resolve, reject });
        next();
      }),
  };
}

function runOn(worker: Worker, { job, resolve, reject }: Waiting, done: (isUsable: boolean) => void): void {
  const finish = (isUsable: boolean): void => {
    clearTimeout(timer);
    worker.removeEventListener('message', onMessage);
    worker.removeEventListener('error', onError);
    done(isUsable);
  };
  const fail = (error: Error, isUsable: boolean): void => {
    reject(error);
    finish(isUsable);
  };
  const onError = (): void => fail(new DecoderError(), false);
  const onMessage = ({ data }: MessageEvent<DecodeAnswer>): void => {
    if (data.id !== job.id) return;
    if ('failure' in data) {
      const { failure } = data;
      // A browser may remember that code could not be fetched for as long as its worker lives.
      if (failure === undefined) fail(new DecoderError(), false);
      else fail(new DicomError(isDicomErrorCode(failure) ? failure : 'decode_failed'), true);
      return;
    }
    resolve(data.frame);
    finish(true);
  };
  const timer = setTimeout(() => fail(new DicomError('decode_failed'), false), LONGEST_DECODE_MS);
  worker.addEventListener('message', onMessage);
  worker.addEventListener('error', onError);
  worker.postMessage(job, [job.bytes.buffer]);
}

function isDicomErrorCode(code: string): code is DicomErrorCode {
  return Object.hasOwn(dicomErrors, code);
}
