import { expect, test } from 'vitest';
import { createIntakeMemory, MAX_COLLECTED_BYTES } from './intake-memory.ts';

const MB = 1024 * 1024;

test('gives at least what was asked for, and again what came back', () => {
  const memory = createIntakeMemory(8 * MB);
  const first = memory.take(200_000)!;
  expect(first.length).toBeGreaterThanOrEqual(200_000);
  memory.give(first);
  expect(memory.take(200_000)).toBe(first);
});

test('gives nothing beyond its bounds, and nothing larger than its largest', () => {
  const memory = createIntakeMemory(2 * MB);
  const taken = [memory.take(MB)!, memory.take(MB)!];
  expect(memory.take(1)).toBeUndefined();
  expect(memory.take(MAX_COLLECTED_BYTES + 1)).toBeUndefined();
  memory.give(taken[0]!);
  expect(memory.take(MB)).toBe(taken[0]);
});

test('what lies free in one size makes room for another', () => {
  const memory = createIntakeMemory(4 * MB);
  for (const each of [memory.take(MB)!, memory.take(MB)!]) memory.give(each);
  expect(memory.take(4 * MB)?.length).toBe(4 * MB);
});

test('what went down with a worker may be made anew', () => {
  const memory = createIntakeMemory(MB);
  memory.forget(memory.take(MB)!.length);
  expect(memory.take(MB)?.length).toBe(MB);
});
