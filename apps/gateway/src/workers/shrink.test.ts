import { describe, expect, it } from 'vitest';
import { shrink } from './shrink.ts';

const grey = (columns: number, rows: number, data: readonly number[]) =>
  ({ columns, rows, channels: 1, data: Uint8Array.from(data) }) as const;

describe('shrink', () => {
  it('gives each pixel the mean of the whole pixels that it covers', () => {
    const small = shrink(grey(4, 2, [0, 10, 200, 100, 20, 30, 0, 100]), 2, 1);
    expect(small).toMatchObject({ columns: 2, rows: 1, channels: 1 });
    expect([...small.data]).toEqual([15, 100]);
  });

  it('counts a pixel that two share for the part that each has of it', () => {
    expect([...shrink(grey(3, 1, [0, 90, 240]), 2, 1).data]).toEqual([30, 190]);
    expect([...shrink(grey(1, 3, [0, 90, 240]), 1, 2).data]).toEqual([30, 190]);
  });

  it('keeps the colours apart', () => {
    const data = Uint8Array.from([255, 0, 10, 255, 100, 30, 0, 0, 7, 0, 0, 9]);
    const small = shrink({ columns: 4, rows: 1, channels: 3, data }, 2, 1);
    expect([...small.data]).toEqual([255, 50, 20, 0, 0, 8]);
  });

  it('keeps one grey what it is at any size, white included', () => {
    for (const size of [1, 2, 3, 5, 7, 11, 12, 13]) {
      const small = shrink(
        grey(
          13,
          13,
          Array.from({ length: 169 }, () => 255),
        ),
        size,
        size,
      );
      expect([...small.data]).toEqual(Array.from({ length: size * size }, () => 255));
    }
  });

  it('leaves a picture of that size as it is', () => {
    expect([...shrink(grey(3, 2, [1, 2, 3, 4, 5, 6]), 3, 2).data]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
