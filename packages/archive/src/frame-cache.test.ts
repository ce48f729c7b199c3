import { expect, test } from 'vitest';
import { createFrameCache } from './frame-cache.ts';

test('loads once for all who ask at the same time, and remembers', async () => {
  const cache = createFrameCache(100);
  let loads = 0;
  const load = async () => Uint8Array.of(++loads);
  const bytes = await Promise.all([cache('a', load), cache('a', load), cache('b', load)]);
  expect(bytes.map(([first]) => first)).toEqual([1, 1, 2]);
  expect((await cache('a', load))[0]).toBe(1);
});

test('forgets what does not fit, and never remembers a failure', async () => {
  const cache = createFrameCache(10);
  let loads = 0;
  const load = (length: number) => async () => {
    loads += 1;
    return new Uint8Array(length);
  };
  await cache('large', load(11));
  await cache('large', load(11));
  expect(loads).toBe(2);
  await expect(cache('x', () => Promise.reject(new Error('disk')))).rejects.toThrow('disk');
  expect(await cache('x', load(1))).toHaveLength(1);
});
