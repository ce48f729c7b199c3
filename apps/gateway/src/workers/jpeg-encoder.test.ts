import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeJpeg } from './jpeg-encoder.ts';

const side = 40;
const greys = Uint8Array.from({ length: side * side }, (_, at) => (at % side) * 6);
const colors = Uint8Array.from({ length: side * side * 3 }, (_, at) => (at % 3 === 0 ? 250 : 20));

// Native code that a machine may be without: the library's own JPEG is then what the renderer's tests see.
const hasEncoder =
  encodeJpeg({ columns: 8, rows: 8, channels: 1, data: new Uint8Array(64) }, 90) !== undefined;
if (!hasEncoder) console.warn('Skipped: the optional JPEG encoder is not installed for this machine.');

describe.skipIf(!hasEncoder)('encodeJpeg', () => {
  it('makes a grey JPEG of one component, close to the picture', async () => {
    const jpeg = encodeJpeg({ columns: side, rows: side, channels: 1, data: greys }, 95);
    expect(await sharp(jpeg).metadata()).toMatchObject({
      format: 'jpeg',
      width: side,
      height: side,
      channels: 1,
    });
    const back = await sharp(jpeg).toColourspace('b-w').raw().toBuffer();
    expect(Math.max(...back.map((value, at) => Math.abs(value - (greys[at] ?? 0))))).toBeLessThan(8);
  });

  it('keeps colour at full resolution', async () => {
    const jpeg = encodeJpeg({ columns: side, rows: side, channels: 3, data: colors }, 90);
    expect(await sharp(jpeg).metadata()).toMatchObject({ channels: 3, chromaSubsampling: '4:4:4' });
    const [red = 0, green = 0, blue = 0] = await sharp(jpeg).raw().toBuffer();
    expect([red > 240, green < 30, blue < 30]).toEqual([true, true, true]);
  });

  it('leaves the earlier picture alone when it makes the next', () => {
    const first = encodeJpeg({ columns: side, rows: side, channels: 1, data: greys }, 90);
    const copy = first?.slice();
    encodeJpeg({ columns: side, rows: side, channels: 1, data: greys.toReversed() }, 30);
    expect(first).toEqual(copy);
  });

  it('draws what is a part of larger memory, and fewer bytes for less quality', () => {
    const larger = new Uint8Array(100 + greys.length);
    larger.set(greys, 100);
    const [part, whole] = [larger.subarray(100), greys].map((data) =>
      encodeJpeg({ columns: side, rows: side, channels: 1, data }, 90),
    );
    expect(part).toEqual(whole);
    const rough = encodeJpeg({ columns: side, rows: side, channels: 1, data: greys }, 10);
    expect(rough?.length).toBeLessThan(whole?.length ?? 0);
  });

  it('declines a picture that is longer than a JPEG can be', () => {
    const data = new Uint8Array(70_000);
    expect(encodeJpeg({ columns: 70_000, rows: 1, channels: 1, data }, 90)).toBeUndefined();
  });
});
