import { expect, test } from 'vitest';
import { createLru } from './lru.ts';

test('keeps what was used last, within its bound', () => {
  const lru = createLru<string>(3, (value) => value.length);
  lru.set('a', '1');
  lru.set('b', '1');
  lru.set('c', '1');
  lru.get('a');
  lru.set('d', '1');
  expect(['a', 'b', 'c', 'd'].map((key) => lru.get(key))).toEqual(['1', undefined, '1', '1']);
});

test('counts a replaced value once and keeps nothing that is too heavy', () => {
  const lru = createLru<string>(3, (value) => value.length);
  lru.set('a', '12');
  lru.set('a', '1');
  lru.set('b', '12');
  expect(lru.get('a')).toBe('1');
  lru.set('c', '12345');
  expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([undefined, undefined, undefined]);
});
