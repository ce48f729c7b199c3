import { expect, test } from 'vitest';
import { PiecePool } from './piece-pool.ts';

test('lends the same memory again only after it came back', () => {
  const pool = new PiecePool(8, 4);
  const first = pool.take(8);
  expect(pool.take(8).buffer).not.toBe(first.buffer);
  pool.give(first);
  const again = pool.take(3);
  expect(again.buffer).toBe(first.buffer);
  expect(again).toHaveLength(3);
});

test('takes nothing back twice, nothing that is a part, nothing of others', () => {
  const pool = new PiecePool(8, 4);
  const first = pool.take(8);
  pool.give(first.subarray(0, 4));
  expect(pool.take(8).buffer).not.toBe(first.buffer);
  pool.give(new Uint8Array(8));
  pool.give(first);
  pool.give(first);
  const [a, b] = [pool.take(8), pool.take(8)];
  expect(a.buffer).toBe(first.buffer);
  expect(b.buffer).not.toBe(first.buffer);
});

test('keeps no more than it may', () => {
  const pool = new PiecePool(8, 1);
  const [a, b] = [pool.take(8), pool.take(8)];
  pool.give(a);
  pool.give(b);
  pool.take(8);
  expect(pool.take(8).buffer).not.toBe(b.buffer);
});
