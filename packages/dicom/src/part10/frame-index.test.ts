import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrameIndex, encodeFrameIndex, type FrameIndex } from './frame-index.ts';

const native: FrameIndex = {
  kind: 'native',
  offset: 2 ** 40,
  frameBits: 6,
  count: 5,
  bigEndian: true,
  wordBytes: 2,
};

describe('the frame index as bytes', () => {
  it('gives back native frames', () => {
    expect(decodeFrameIndex(encodeFrameIndex(native))).toEqual(native);
  });

  it('gives back any fragments of any frames', () => {
    const fragment = fc.record({
      offset: fc.integer({ min: 0, max: 2 ** 48 }),
      length: fc.integer({ min: 0, max: 2 ** 32 }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(fragment)), (frames) => {
        const index: FrameIndex = { kind: 'encapsulated', frames };
        expect(decodeFrameIndex(encodeFrameIndex(index))).toEqual(index);
        const checked = { ...index, checksums: frames.map((_, at) => (at * 2_654_435_761) % 2 ** 32) };
        expect(decodeFrameIndex(encodeFrameIndex(checked))).toEqual(checked);
      }),
    );
  });

  it('gives back native frames with their checksums, and refuses too few of those', () => {
    const checked = { ...native, checksums: [0, 1, 2 ** 31, 2 ** 32 - 1, 5] };
    const bytes = encodeFrameIndex(checked);
    expect(decodeFrameIndex(bytes)).toEqual(checked);
    expect(() => decodeFrameIndex(bytes.subarray(0, -1))).toThrowError(/breaks the rules/);
    expect(() => decodeFrameIndex(encodeFrameIndex({ ...native, checksums: [1] }))).toThrowError(
      /breaks the rules/,
    );
  });

  it('stays small for the frames of a slide', () => {
    const frames = Array.from({ length: 100_000 }, (_, index) => [
      { offset: 1000 + index * 20_008, length: 20_000 },
    ]);
    const bytes = encodeFrameIndex({ kind: 'encapsulated', frames });
    expect(bytes.length).toBeLessThan(600_000);
    expect(decodeFrameIndex(bytes)).toEqual({ kind: 'encapsulated', frames });
  });

  it('refuses what it did not make', () => {
    for (const bytes of [
      [],
      [0],
      [9, 9, 9],
      [2],
      [2, 0xff, 0xff, 0xff, 0xff, 0x7f],
      [2, 1, 1, 2],
      [2, 0, 0],
      Array(40).fill(255),
    ]) {
      expect(() => decodeFrameIndex(Uint8Array.from(bytes))).toThrowError(/breaks the rules/);
    }
    const cut = encodeFrameIndex(native).subarray(0, 20);
    expect(() => decodeFrameIndex(cut)).toThrowError(/breaks the rules/);
  });
});
