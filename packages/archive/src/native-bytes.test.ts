import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutBits, swapBytes, swapStream } from './native-bytes.ts';
import { readAll } from './test-support/in-process.ts';

test('turns words round', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  expect([...swapBytes(bytes, 2)]).toEqual([2, 1, 4, 3, 6, 5, 8, 7]);
  expect([...swapBytes(bytes, 4)]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
  expect([...swapBytes(bytes, 8)]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  expect(swapBytes(bytes, 1)).toBe(bytes);
});

test('turns words round that are cut between pieces', async () => {
  const bytes = Uint8Array.from({ length: 24 }, (_, at) => at);
  for (let size = 1; size <= 24; size += 1) {
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    expect([...(await readAll(swapStream(pieces(), 4)))]).toEqual([...swapBytes(bytes, 4)]);
  }
});

test('bits that begin anywhere begin at a byte afterwards, and no bit of the next frame stays', () => {
  const bits = (bytes: Uint8Array) =>
    [...bytes].flatMap((byte) => [0, 1, 2, 3, 4, 5, 6, 7].map((at) => (byte >> at) & 1));
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
      fc.nat(20),
      fc.integer({ min: 1, max: 40 }),
      (bytes, first, count) => {
        const cut = bits(cutBits(bytes, first, count));
        expect(cut.slice(0, count)).toEqual(bits(bytes).slice(first, first + count));
        expect(cut.slice(count).every((bit) => bit === 0)).toBe(true);
        expect(cut.length).toBe(Math.ceil(count / 8) * 8);
      },
    ),
  );
});
