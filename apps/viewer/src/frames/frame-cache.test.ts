import { expect, it } from 'vitest';
import { createFrameCache } from './frame-cache.ts';

const nothing = new Set<string>();

it('forgets what was used longest ago when the budget is passed', () => {
  const cache = createFrameCache<string>(20);
  cache.set('a', 'A', 10, nothing);
  cache.set('b', 'B', 10, nothing);
  expect(cache.get('a')).toBe('A');
  cache.set('c', 'C', 10, nothing);
  expect(['a', 'b', 'c'].map(cache.has)).toEqual([true, false, true]);
  expect(cache.bytes).toBe(20);
});

it('keeps what is wanted, however long ago it was used', () => {
  const cache = createFrameCache<string>(20);
  cache.set('near', 'N', 10, nothing);
  cache.set('far', 'F', 10, nothing);
  cache.set('new', 'X', 10, new Set(['near']));
  expect(['near', 'far', 'new'].map(cache.has)).toEqual([true, false, true]);
});

it('keeps a single frame that is larger than the budget', () => {
  const cache = createFrameCache<string>(5);
  cache.set('huge', 'H', 50, nothing);
  expect(cache.get('huge')).toBe('H');
});

it('counts a replaced entry once', () => {
  const cache = createFrameCache<string>(100);
  cache.set('a', 'A', 10, nothing);
  cache.set('a', 'B', 30, nothing);
  expect([cache.get('a'), cache.bytes]).toEqual(['B', 30]);
});
