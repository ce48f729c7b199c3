import { describe, expect, it } from 'vitest';
import {
  concat,
  EXPLICIT,
  element,
  encapsulated,
  file,
  identity,
  imageAttributes,
  integer,
  item,
  latin,
  read,
  us,
} from '../test-support/part10-files.ts';
import type { FrameIndex } from './frame-index.ts';
import { readWarnings } from './read-warnings.ts';

const LE = '1.2.840.10008.1.2.1';
const RLE = '1.2.840.10008.1.2.5';
const JPEG = '1.2.840.10008.1.2.4.70';
const J2K = '1.2.840.10008.1.2.4.90';
const VIDEO = '1.2.840.10008.1.2.4.102';

/** A fragment of so many bytes that starts with `head`. */
const fragment = (size: number, ...head: number[]) =>
  Uint8Array.from({ length: size }, (_, index) => head[index] ?? 7);
const start = (size: number) => fragment(size, 0xff, 0xd8, 0xff);

const lengths = (index: FrameIndex | undefined) =>
  index?.kind === 'encapsulated' ? index.frames.map((frame) => frame.map((part) => part.length)) : undefined;

function encapsulatedFrames(uid: string, frames: number, ...content: Uint8Array[]) {
  const part10 = read(file(uid, identity(), imageAttributes({ frames }), ...content));
  return { lengths: lengths(part10.frames), warnings: part10.warnings };
}

describe('native frames', () => {
  const native = (attributes: Uint8Array, bytes: Uint8Array, vr = 'OW', tag = 0x7fe00010) =>
    read(file(LE, identity(), attributes, element(tag, vr, bytes)));

  it('lie one after the other from the start of the pixel data', () => {
    const bytes = file(
      LE,
      identity(),
      imageAttributes({ frames: 3, bits: 16 }),
      element(0x7fe00010, 'OW', new Uint8Array(36)),
    );
    expect(read(bytes).frames).toEqual({
      kind: 'native',
      offset: bytes.length - 36,
      frameBits: 96,
      count: 3,
      bigEndian: false,
      wordBytes: 2,
    });
  });

  it('of one bit need not end on a byte', () => {
    const { frames } = native(imageAttributes({ frames: 5, bits: 1 }), new Uint8Array(4), 'OB');
    expect(frames).toMatchObject({ frameBits: 6, count: 5, wordBytes: 1 });
  });

  it('of subsampled colour are smaller', () => {
    const colour = concat(
      us(0x00280002, 3),
      element(0x00280004, 'CS', latin('YBR_FULL_422')),
      us(0x00280010, 2),
      us(0x00280011, 4),
      us(0x00280100, 8),
    );
    expect(native(colour, new Uint8Array(16), 'OB').frames).toMatchObject({ frameBits: 128, count: 1 });
  });

  it('of floating point are as wide as their element says', () => {
    const attributes = concat(us(0x00280010, 2), us(0x00280011, 3));
    expect(native(attributes, new Uint8Array(24), 'OF', 0x7fe00008).frames).toMatchObject({
      frameBits: 192,
      wordBytes: 4,
    });
    expect(native(attributes, new Uint8Array(48), 'OD', 0x7fe00009).frames).toMatchObject({
      frameBits: 384,
      wordBytes: 8,
    });
  });

  it('that a cut file has lost are not counted', () => {
    const bytes = file(
      LE,
      identity(),
      imageAttributes({ frames: 4 }),
      element(0x7fe00010, 'OW', new Uint8Array(24)),
    );
    const cut = read(bytes.subarray(0, -7));
    expect(cut.frames).toMatchObject({ count: 2 });
    expect(cut.warnings).toEqual([readWarnings.pixelDataTruncated]);
    expect(() => read(bytes.subarray(0, -19))).toThrowError('The file ends before its data does.');
  });
});

describe('encapsulated frames', () => {
  it('are found by the basic offset table', () => {
    const data = encapsulated([0, 8 + 10 + 8 + 4], [fragment(10), fragment(4), fragment(6)]);
    expect(encapsulatedFrames(JPEG, 2, data)).toEqual({ lengths: [[10, 4], [6]], warnings: [] });
  });

  it.each([
    ['of the wrong size', [0]],
    ['that points between fragments', [0, 12]],
    ['that does not start at the first fragment', [18, 18]],
    ['of zeros', [0, 0]],
  ])('are found without a basic offset table %s', (_, table) => {
    const found = encapsulatedFrames(JPEG, 2, encapsulated(table, [start(10), start(4)]));
    expect(found).toEqual({ lengths: [[10], [4]], warnings: [readWarnings.offsetTable] });
  });

  it('are found by the extended offset table, which also tells padding from data', () => {
    const uint64 = (value: number) => concat(integer(value, 4), integer(0, 4));
    const table = concat(
      element(0x7fe00001, 'OV', concat(uint64(0), uint64(18))),
      element(0x7fe00002, 'OV', concat(uint64(9), uint64(4))),
    );
    const data = encapsulated([], [fragment(10), fragment(4)]);
    expect(encapsulatedFrames(JPEG, 2, table, data)).toEqual({ lengths: [[9], [4]], warnings: [] });
    const wrong = element(0x7fe00001, 'OV', concat(uint64(0), uint64(17)));
    expect(encapsulatedFrames(JPEG, 2, wrong, data).warnings).toEqual([readWarnings.offsetTable]);
  });

  it('are one fragment each when there are as many', () => {
    const found = encapsulatedFrames(RLE, 3, encapsulated([], [fragment(2), fragment(4), fragment(6)]));
    expect(found).toEqual({ lengths: [[2], [4], [6]], warnings: [] });
  });

  it('are all fragments when there is one frame', () => {
    expect(encapsulatedFrames(J2K, 1, encapsulated([], [fragment(2), fragment(4)])).lengths).toEqual([
      [2, 4],
    ]);
  });

  it.each([
    ['JPEG', [0xff, 0xd8, 0xff]],
    ['JPEG 2000', [0xff, 0x4f, 0xff, 0x51]],
    ['JP2', [0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20]],
    ['JPEG XL', [0xff, 0x0a]],
  ])('are found by the first bytes of %s when there is no table', (_, marker) => {
    const data = encapsulated(
      [],
      [fragment(10, ...marker), fragment(4), fragment(12, ...marker), fragment(2)],
    );
    expect(encapsulatedFrames(JPEG, 2, data)).toEqual({
      lengths: [
        [10, 4],
        [12, 2],
      ],
      warnings: [],
    });
  });

  it('of RLE are never joined', () => {
    const found = encapsulatedFrames(RLE, 2, encapsulated([], [start(2), fragment(4), fragment(6)]));
    expect(found).toEqual({ lengths: [[2], [4]], warnings: [readWarnings.frameCount] });
  });

  it('of a video are one stream', () => {
    const found = encapsulatedFrames(VIDEO, 34, encapsulated([], [fragment(10), fragment(4)]));
    expect(found).toEqual({ lengths: [[10, 4]], warnings: [] });
  });

  it('that are fewer than stated are said to be so', () => {
    const found = encapsulatedFrames(RLE, 3, encapsulated([], [fragment(2), fragment(4)]));
    expect(found).toEqual({ lengths: [[2], [4]], warnings: [readWarnings.frameCount] });
  });

  it('of odd length are read where the pad byte is not counted', () => {
    const odd = concat(item(fragment(5)), new Uint8Array(1));
    const data = element(
      0x7fe00010,
      'OB',
      concat(
        item(new Uint8Array(0)),
        odd,
        item(fragment(4)),
        integer(0xfffe, 2),
        integer(0xe0dd, 2),
        integer(0, 4),
      ),
      EXPLICIT,
      0xffffffff,
    );
    expect(encapsulatedFrames(RLE, 2, data)).toEqual({
      lengths: [[5], [4]],
      warnings: [readWarnings.oddLength],
    });
  });

  it('that a cut file has lost are left out, and with them the frame that is cut', () => {
    const whole = file(
      JPEG,
      identity(),
      imageAttributes({ frames: 3 }),
      encapsulated([], [start(10), fragment(4), start(10), fragment(4), start(6)]),
    );
    const end = 8 + 8 + 6; // delimiter, and the last fragment with its item
    const cut = (bytes: number) => read(whole.subarray(0, whole.length - bytes));
    expect(cut(end + 2)).toMatchObject({ warnings: [readWarnings.pixelDataTruncated] });
    expect(lengths(cut(end + 2).frames)).toEqual([[10, 4]]);
    expect(lengths(cut(8 + 2).frames)).toEqual([
      [10, 4],
      [10, 4],
    ]);
    expect(lengths(cut(4).frames)).toEqual([[10, 4], [10, 4], [6]]);
    expect(() => cut(end + 12 + 18 + 12 + 2)).toThrowError('The file ends before its data does.');
  });

  it('inside a stated length are found too', () => {
    const items = concat(item(new Uint8Array(0)), item(fragment(4)), item(fragment(6)));
    expect(encapsulatedFrames(RLE, 2, element(0x7fe00010, 'OB', items)).lengths).toEqual([[4], [6]]);
  });

  it('cannot be more than the limit allows', () => {
    const data = encapsulated(
      [],
      Array.from({ length: 9 }, () => fragment(2)),
    );
    expect(() =>
      read(file(RLE, identity(), imageAttributes({ frames: 9 }), data), { maxFragments: 8 }),
    ).toThrowError(/more data/);
    expect(() =>
      read(file(RLE, identity(), imageAttributes({ frames: 9 }), data), { maxFrames: 8 }),
    ).toThrowError(/more data/);
  });

  it('are not looked into when they are far apart', () => {
    const bytes = file(
      RLE,
      identity(),
      imageAttributes({ frames: 200 }),
      encapsulated(
        [],
        Array.from({ length: 200 }, () => fragment(10_000)),
      ),
    );
    expect(lengths(read(bytes).frames)).toHaveLength(200);
  });
});
