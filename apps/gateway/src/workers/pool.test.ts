import { describe, expect, it, onTestFinished } from 'vitest';
import { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from './pool.ts';
import type { OddJob } from './testing/odd-worker.ts';

function oddPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool<OddJob, number> {
  const pool = createWorkerPool<OddJob, number>({
    script: new URL('./testing/odd-worker.ts', import.meta.url),
    size: 1,
    maxQueued: 10,
    deadlineMs: 20_000,
    ...options,
  });
  onTestFinished(() => pool.close());
  return pool;
}

describe('a worker pool', () => {
  it('answers jobs in the order in which they came', async () => {
    const pool = oddPool();
    const jobs = [1, 2, 3].map((value) => pool.run({ do: 'double', value }));
    expect(await Promise.all(jobs)).toEqual([2, 4, 6]);
  });

  it('passes on what is wrong with the input as the DicomError it was', async () => {
    const pool = oddPool();
    await expect(pool.run({ do: 'refuse' })).rejects.toMatchObject({
      name: 'DicomError',
      code: 'decode_failed',
    });
    expect(await pool.run({ do: 'double', value: 4 })).toBe(8);
  });

  it('says where an unforeseen error happened but not what it said', async () => {
    const error: unknown = await oddPool()
      .run({ do: 'stumble' })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unforeseen' });
    const { message, stack } = error as Error;
    expect(stack).toContain('odd-worker.ts');
    expect(`${message} ${stack}`).not.toContain('MUELLER');
  });

  it('replaces a worker that ended, and loses only the job it had', async () => {
    const pool = oddPool();
    const [lost, next] = await Promise.allSettled([
      pool.run({ do: 'exit' }),
      pool.run({ do: 'double', value: 5 }),
    ]);
    expect(lost).toMatchObject({ status: 'rejected', reason: { code: 'crashed' } });
    expect(next).toEqual({ status: 'fulfilled', value: 10 });
  });

  it('replaces a worker that ran out of memory', async () => {
    const pool = oddPool({ resourceLimits: { maxOldGenerationSizeMb: 32 } });
    await expect(pool.run({ do: 'swallow-memory' })).rejects.toMatchObject({ code: 'crashed' });
    expect(await pool.run({ do: 'double', value: 6 })).toBe(12);
  });

  it('stops a job at its deadline, even one that never yields', async () => {
    const pool = oddPool({ deadlineMs: 1500 });
    await expect(pool.run({ do: 'hang' })).rejects.toMatchObject({ code: 'timed_out' });
    const turns = new Int32Array(new SharedArrayBuffer(4));
    await expect(pool.run({ do: 'count', turns })).rejects.toMatchObject({ code: 'timed_out' });
    // The job is told to be over when it is: whoever cleans up after it does so alone.
    const counted = Atomics.load(turns, 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([counted > 0, Atomics.load(turns, 0)]).toEqual([true, counted]);
    expect(await pool.run({ do: 'double', value: 7 })).toBe(14);
  });

  it('refuses a job when too many wait, and takes it again later', async () => {
    const pool = oddPool({ maxQueued: 1 });
    const running = pool.run({ do: 'double', value: 1, afterMs: 50 });
    const waiting = pool.run({ do: 'double', value: 2 });
    await expect(pool.run({ do: 'double', value: 3 })).rejects.toMatchObject({ code: 'overloaded' });
    expect(await Promise.all([running, waiting])).toEqual([2, 4]);
    expect(await pool.run({ do: 'double', value: 3 })).toBe(6);
  });

  it('lets a caller give up, waiting or under way, without harm to the others', async () => {
    const pool = oddPool();
    const early = AbortSignal.abort(new Error('left'));
    await expect(pool.run({ do: 'double', value: 1 }, { signal: early })).rejects.toThrow('left');
    const controller = new AbortController();
    const running = pool.run({ do: 'double', value: 1, afterMs: 50 }, { signal: controller.signal });
    const waiting = pool.run({ do: 'double', value: 2 }, { signal: controller.signal });
    const other = pool.run({ do: 'double', value: 3 });
    controller.abort(new Error('left'));
    await expect(running).rejects.toThrow('left');
    await expect(waiting).rejects.toThrow('left');
    expect(await other).toBe(6);
  });

  it('moves memory instead of copying it, and reports memory that is gone', async () => {
    const pool = oddPool();
    const bytes = new Uint8Array(1000);
    expect(await pool.run({ do: 'take', bytes }, { transfer: [bytes.buffer] })).toBe(1000);
    expect(bytes.length).toBe(0);
    await expect(pool.run({ do: 'take', bytes }, { transfer: [bytes.buffer] })).rejects.toThrow();
    expect(await pool.run({ do: 'double', value: 8 })).toBe(16);
  });

  it('gives its workers no environment', async () => {
    expect(await oddPool().run({ do: 'environment' })).toBe(0);
  });

  it('ends what it has and takes no more once closed', async () => {
    const pool = oddPool();
    const jobs = Promise.allSettled([pool.run({ do: 'hang' }), pool.run({ do: 'double', value: 1 })]);
    await pool.close();
    for (const job of await jobs)
      expect(job).toMatchObject({ status: 'rejected', reason: { code: 'closed' } });
    await expect(pool.run({ do: 'double', value: 1 })).rejects.toMatchObject({ code: 'closed' });
  });
});
