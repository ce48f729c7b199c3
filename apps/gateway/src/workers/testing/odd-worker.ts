import { DicomError } from '@sightline/dicom';
import { serveJobs } from '../worker-protocol.ts';

/** What a worker can do well or badly, for the tests of the pool. */
export type OddJob =
  | { readonly do: 'double'; readonly value: number; readonly afterMs?: number }
  | { readonly do: 'take'; readonly bytes: Uint8Array }
  | { readonly do: 'count'; readonly turns: Int32Array }
  | { readonly do: 'refuse' | 'stumble' | 'exit' | 'hang' | 'swallow-memory' | 'environment' };

serveJobs<OddJob, number>(async (job) => {
  switch (job.do) {
    case 'double':
      await new Promise((resolve) => setTimeout(resolve, job.afterMs ?? 0));
      return { answer: job.value * 2 };
    case 'take':
      return { answer: job.bytes.length };
    case 'count':
      for (;;) Atomics.add(job.turns, 0, 1);
    case 'refuse':
      throw new DicomError('decode_failed');
    case 'stumble':
      throw new TypeError('a sentence that quotes MUELLER^ANNA');
    case 'exit':
      process.exit(3);
    // falls through: never reached
    case 'hang':
      for (;;);
    case 'swallow-memory':
      for (const kept: unknown[] = []; ; ) kept.push(Array.from({ length: 100_000 }, (_, i) => ({ i })));
    case 'environment':
      return { answer: Object.keys(process.env).length };
  }
});
