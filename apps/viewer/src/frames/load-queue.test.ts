import { describe, expect, it } from 'vitest';
import { createLoadQueue, interleave } from './load-queue.ts';

/** A queue whose loads end when the test says so. */
function queueOf(limit: number) {
  const done = new Set<string>();
  const running = new Map<string, { end(): void }>();
  const aborted: string[] = [];
  const queue = createLoadQueue({
    limit,
    isNeeded: (key) => !done.has(key),
    load: (key, signal) =>
      new Promise<void>((resolve) => {
        running.set(key, {
          end() {
            done.add(key);
            running.delete(key);
            resolve();
          },
        });
        signal.addEventListener('abort', () => {
          aborted.push(key);
          running.delete(key);
          resolve();
        });
      }),
  });
  const finish = async (key: string): Promise<void> => {
    running.get(key)?.end();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { queue, aborted, finish, running: () => [...running.keys()] };
}

describe('createLoadQueue', () => {
  it('loads in order, never more at once than allowed', async () => {
    const { queue, running, finish } = queueOf(2);
    queue.update(['a', 'b', 'c', 'd']);
    expect(running()).toEqual(['a', 'b']);
    await finish('a');
    expect(running()).toEqual(['b', 'c']);
  });

  it('aborts what nobody wants any more', () => {
    const { queue, running, aborted } = queueOf(2);
    queue.update(['a', 'b']);
    queue.update(['b', 'x']);
    expect(aborted).toEqual(['a']);
    expect(running()).toEqual(['b', 'x']);
  });

  it('makes room for the most urgent at the cost of the least urgent', () => {
    const { queue, running, aborted } = queueOf(2);
    queue.update(['a', 'b', 'c']);
    queue.update(['c', 'a', 'b']);
    expect(aborted).toEqual(['b']);
    expect(running()).toEqual(['a', 'c']);
  });

  it('does not abort anything when the most urgent is already there', async () => {
    const { queue, aborted, finish } = queueOf(2);
    queue.update(['a', 'b', 'c', 'd']);
    await finish('a');
    queue.update(['a', 'd', 'c', 'b']);
    expect(aborted).toEqual([]);
  });

  it('comes back to what was aborted for something more urgent', async () => {
    const { queue, running, finish } = queueOf(1);
    queue.update(['a', 'b']);
    queue.update(['b', 'a']);
    await finish('b');
    expect(running()).toEqual(['a']);
  });

  it('starts nothing while paused, and goes on afterwards', async () => {
    const { queue, running, finish } = queueOf(1);
    queue.update(['a', 'b']);
    queue.setPaused(true);
    await finish('a');
    expect(running()).toEqual([]);
    queue.setPaused(false);
    expect(running()).toEqual(['b']);
  });

  it('has nothing to do for an empty order', () => {
    const { queue, running } = queueOf(1);
    queue.update([]);
    expect(running()).toEqual([]);
  });
});

describe('interleave', () => {
  it('takes turns and names each key once', () => {
    expect(interleave([['a', 'b', 'c'], [], ['x', 'b']])).toEqual(['a', 'x', 'b', 'c']);
  });

  it('gives nothing for nothing', () => {
    expect(interleave([])).toEqual([]);
  });
});
