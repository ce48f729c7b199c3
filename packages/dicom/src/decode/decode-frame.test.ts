import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { DicomDataset } from '../dicom-json.ts';
import { describeImage } from '../image/image-description.ts';
import * as Tag from '../image/image-tags.ts';
import { testCodecs } from '../test-support/codecs.ts';
import { encode } from '../test-support/encode.ts';
import { colorDataset, cs, imageDataset, us } from '../test-support/image-dataset.ts';
import { decodeFrame } from './decode-frame.ts';

const ROOT = '1.2.840.10008.1.2';
const codecs = testCodecs();
const [columns, rows] = [72, 40];
const size = { [Tag.Columns]: us(columns), [Tag.Rows]: us(rows) };

const decode = (bytes: Uint8Array, dataset: DicomDataset, syntax: string) =>
  decodeFrame(bytes, describeImage(dataset), `${ROOT}${syntax}`, codecs);
const depth = (allocated: number, stored: number, sign: 0 | 1 = 0) => ({
  [Tag.BitsAllocated]: us(allocated),
  [Tag.BitsStored]: us(stored),
  [Tag.HighBit]: us(stored - 1),
  [Tag.PixelRepresentation]: us(sign),
});
const coded = (code: string) => expect.objectContaining({ name: 'DicomError', code });

const grey12 = Uint16Array.from({ length: columns * rows }, (_, i) => (i * 37 + (i >> 3)) % 4096);
const signed16 = Int16Array.from(grey12, (value) => value * 11 - 20000);
const rgb = Uint8Array.from({ length: columns * rows * 3 }, (_, i) => (i * 5 + (i >> 4)) % 256);

const lossless = (encoder: { setQuality(...settings: (boolean | number)[]): void }) =>
  encoder.setQuality(true, 0);
const wavelets = [
  ['JPEG 2000', 'openjpeg', '.4.90'],
  ['HTJ2K', 'openjph', '.4.201'],
] as const;

describe.each(wavelets)('%s', (_name, codec, syntax) => {
  it('gives back grey, signed and colour images bit by bit', async () => {
    const grey = await encode(codec, { columns, rows, components: 1, bits: 12, data: grey12 }, lossless);
    expect((await decode(grey, imageDataset(size), syntax)).data).toEqual(grey12);

    const signed = { columns, rows, components: 1, bits: 16, isSigned: true, data: signed16 } as const;
    const dataset = imageDataset({ ...size, ...depth(16, 16, 1) });
    expect((await decode(await encode(codec, signed, lossless), dataset, syntax)).data).toEqual(signed16);

    const color = await encode(codec, { columns, rows, components: 3, bits: 8, data: rgb }, lossless);
    const pixels = await decode(color, colorDataset('YBR_RCT', size), syntax);
    expect(pixels.photometricInterpretation).toBe('RGB');
    expect(pixels.data).toEqual(rgb);
  });

  it('reads an unsigned stream of a signed image by its top bit', async () => {
    const bits = Uint16Array.from(grey12);
    const grey = await encode(codec, { columns, rows, components: 1, bits: 12, data: bits }, lossless);
    const { data } = await decode(grey, imageDataset({ ...size, ...depth(16, 12, 1) }), syntax);
    expect(data).toEqual(Int16Array.from(grey12, (value) => (value << 20) >> 20));
  });

  it('refuses a stream that is cut, or of another size, depth or number of samples', async () => {
    const bytes = await encode(codec, { columns, rows, components: 1, bits: 12, data: grey12 }, lossless);
    const refusals = [
      decode(bytes.subarray(0, bytes.length - 200), imageDataset(size), syntax),
      decode(bytes.subarray(0, 30), imageDataset(size), syntax),
      decode(bytes, imageDataset({ ...size, [Tag.Columns]: us(columns + 1) }), syntax),
      decode(bytes, imageDataset({ ...size, ...depth(8, 8) }), syntax),
      decode(bytes, colorDataset('RGB', size), syntax),
      decode(new Uint8Array(0), imageDataset(size), syntax),
    ];
    for (const refusal of refusals) await expect(refusal).rejects.toThrow(coded('decode_failed'));
  });
});

describe('JPEG-LS', () => {
  const grey = () =>
    encode('charls', { columns, rows, components: 1, bits: 12, data: grey12 }, (encoder) => {
      encoder.setNearLossless(0);
      encoder.setInterleaveMode(0);
    });

  it('gives grey back bit by bit, also of a signed image', async () => {
    expect((await decode(await grey(), imageDataset(size), '.4.80')).data).toEqual(grey12);
    const { data } = await decode(await grey(), imageDataset({ ...size, ...depth(16, 12, 1) }), '.4.80');
    expect(data).toEqual(Int16Array.from(grey12, (value) => (value << 20) >> 20));
  });

  it.each([
    ['line', 1],
    ['sample', 2],
  ])('gives colour interleaved by %s back by pixel', async (_name, mode) => {
    const bytes = await encode('charls', { columns, rows, components: 3, bits: 8, data: rgb }, (encoder) => {
      encoder.setNearLossless(0);
      encoder.setInterleaveMode(mode);
    });
    expect((await decode(bytes, colorDataset('RGB', size), '.4.80')).data).toEqual(rgb);
  });

  it('decodes a stream that lacks its end marker', async () => {
    const bytes = await grey();
    const { data } = await decode(bytes.subarray(0, bytes.length - 2), imageDataset(size), '.4.80');
    expect(data).toEqual(grey12);
  });

  it('refuses a stream that is cut or of another size', async () => {
    const bytes = await grey();
    const refusals = [
      decode(bytes.subarray(0, bytes.length >> 1), imageDataset(size), '.4.80'),
      decode(bytes, imageDataset({ ...size, [Tag.Rows]: us(rows - 1) }), '.4.80'),
      decode(bytes, imageDataset({ ...size, ...depth(8, 8) }), '.4.80'),
      decode(Uint8Array.of(0xff, 0xd8), imageDataset(size), '.4.80'),
    ];
    for (const refusal of refusals) await expect(refusal).rejects.toThrow(coded('decode_failed'));
  });
});

describe('JPEG XL', () => {
  const grey = () =>
    encode('libjxl', { columns, rows, components: 1, bits: 12, data: grey12 }, (encoder) =>
      encoder.setLossless(true),
    );

  it('gives grey and colour back bit by bit', async () => {
    expect((await decode(await grey(), imageDataset(size), '.4.110')).data).toEqual(grey12);
    const color = await encode('libjxl', { columns, rows, components: 3, bits: 8, data: rgb }, (encoder) =>
      encoder.setLossless(true),
    );
    const pixels = await decode(color, colorDataset('RGB', size), '.4.110');
    expect([pixels.photometricInterpretation, pixels.data]).toEqual(['RGB', rgb]);
  });

  it('reads signed values by the top bit of the stream', async () => {
    const { data } = await decode(await grey(), imageDataset({ ...size, ...depth(16, 12, 1) }), '.4.110');
    expect(data).toEqual(Int16Array.from(grey12, (value) => (value << 20) >> 20));
  });

  it('refuses a stream that is cut, or of another size, depth or number of samples', async () => {
    const bytes = await grey();
    const refusals = [
      decode(bytes.subarray(0, bytes.length >> 1), imageDataset(size), '.4.110'),
      decode(bytes, imageDataset({ ...size, [Tag.Columns]: us(columns + 1) }), '.4.110'),
      decode(bytes, imageDataset({ ...size, ...depth(8, 8) }), '.4.110'),
      decode(bytes, colorDataset('RGB', size), '.4.110'),
      decode(new Uint8Array(20), imageDataset(size), '.4.110'),
    ];
    for (const refusal of refusals) await expect(refusal).rejects.toThrow(coded('decode_failed'));
  });
});

describe('RLE', () => {
  /** A header and literal runs only: the simplest stream there is. */
  function rle(...segments: readonly (readonly number[])[]): Uint8Array {
    const bodies = segments.map((bytes) => {
      const out: number[] = [];
      for (let i = 0; i < bytes.length; i += 128) {
        const run = bytes.slice(i, i + 128);
        out.push(run.length - 1, ...run);
      }
      return out.length % 2 === 0 ? out : [...out, 0];
    });
    const header = new Uint32Array(16);
    header[0] = segments.length;
    let offset = 64;
    bodies.forEach((body, i) => {
      header[i + 1] = offset;
      offset += body.length;
    });
    return Uint8Array.from([...new Uint8Array(header.buffer), ...bodies.flat()]);
  }
  const grey = imageDataset({ [Tag.Rows]: us(1), [Tag.Columns]: us(3) });

  it('puts the high bytes of all samples before the low ones', async () => {
    const { data } = await decode(rle([0x01, 0x02, 0x0f], [0x11, 0x22, 0xff]), grey, '.5');
    expect(data).toEqual(Uint16Array.of(0x111, 0x222, 0xfff));
  });

  it('repeats runs and skips the byte that means nothing', async () => {
    const bytes = rle([], []);
    const body = [0xfe, 7, 0x80, 0x80, 2, 1, 2, 3];
    new DataView(bytes.buffer).setUint32(8, 64 + 4, true);
    const { data } = await decode(Uint8Array.from([...bytes, ...body]), grey, '.5');
    expect(data).toEqual(Uint16Array.of(0x701, 0x702, 0x703));
  });

  it('gives the planes of colour back by pixel, and leaves YBR_FULL what it is', async () => {
    const dataset = colorDataset('YBR_FULL', {
      [Tag.Rows]: us(1),
      [Tag.Columns]: us(2),
      [Tag.PlanarConfiguration]: us(1),
    });
    const pixels = await decode(rle([1, 2], [3, 4], [5, 6]), dataset, '.5');
    expect(pixels.photometricInterpretation).toBe('YBR_FULL');
    expect(pixels.data).toEqual(Uint8Array.of(1, 3, 5, 2, 4, 6));
  });

  it('refuses too few segments, too few bytes, and offsets outside', async () => {
    const outside = rle([1, 2, 3], [1, 2, 3]);
    new DataView(outside.buffer).setUint32(8, 4000, true);
    for (const bytes of [rle([1, 2, 3]), rle([1, 2, 3], [1, 2]), outside, new Uint8Array(10)]) {
      await expect(decode(bytes, grey, '.5')).rejects.toThrow(coded('decode_failed'));
    }
  });
});

describe('native pixel data', () => {
  const line = (overrides: DicomDataset) =>
    imageDataset({ [Tag.Rows]: us(1), [Tag.Columns]: us(2), ...overrides });

  it('of a larger cell loses what does not belong to the value, and keeps its sign', async () => {
    const overlay = Uint8Array.of(0xff, 0xf1, 0x34, 0x02);
    expect((await decode(overlay, line({}), '.1')).data).toEqual(Uint16Array.of(0x1ff, 0x234));
    const signed = line(depth(16, 12, 1));
    expect((await decode(Uint8Array.of(0xff, 0x0f, 0x00, 0x08), signed, '.1')).data).toEqual(
      Int16Array.of(-1, -2048),
    );
    const high = line({ [Tag.HighBit]: us(15) });
    expect((await decode(Uint8Array.of(0x0f, 0x10, 0xf0, 0xff), high, '.1')).data).toEqual(
      Uint16Array.of(0x100, 0xfff),
    );
  });

  it('of big endian is turned round', async () => {
    const bytes = Uint8Array.of(0x01, 0x02, 0x03, 0x04);
    expect((await decode(bytes, line({}), '.2')).data).toEqual(Uint16Array.of(0x102, 0x304));
    const wide = line({ ...depth(32, 32), [Tag.Columns]: us(1) });
    expect((await decode(bytes, wide, '.2')).data).toEqual(Uint32Array.of(0x01020304));
  });

  it('of one bit begins at the least significant one', async () => {
    const bits = line({ ...depth(1, 1), [Tag.Columns]: us(10) });
    const { data } = await decode(Uint8Array.of(0b10000001, 0b10), bits, '.1');
    expect([...data]).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 1]);
  });

  it('of floating point numbers stays what it is', async () => {
    const floats = line({ [Tag.BitsAllocated]: us(32), [Tag.BitsStored]: us() });
    const bytes = new Uint8Array(Float32Array.of(0.5, -3).buffer);
    expect((await decode(bytes, floats, '.1')).data).toEqual(Float32Array.of(0.5, -3));
    const doubles = line({ [Tag.BitsAllocated]: us(64), [Tag.BitsStored]: us() });
    const more = new Uint8Array(Float64Array.of(0.1, 1e300).buffer);
    expect((await decode(more, doubles, '.1')).data).toEqual(Float64Array.of(0.1, 1e300));
  });

  it('of colour by plane, and with chroma at half rate, comes by pixel', async () => {
    const planar = colorDataset('RGB', {
      [Tag.Rows]: us(1),
      [Tag.Columns]: us(2),
      [Tag.PlanarConfiguration]: us(1),
    });
    expect([...(await decode(Uint8Array.of(1, 2, 3, 4, 5, 6), planar, '.1')).data]).toEqual([
      1, 3, 5, 2, 4, 6,
    ]);
    const half = colorDataset('YBR_FULL_422', { [Tag.Rows]: us(1), [Tag.Columns]: us(2) });
    const pixels = await decode(Uint8Array.of(10, 20, 100, 200), half, '.1');
    expect(pixels.photometricInterpretation).toBe('YBR_FULL');
    expect([...pixels.data]).toEqual([10, 100, 200, 20, 100, 200]);
    const partial = colorDataset('YBR_PARTIAL_422', { [Tag.Rows]: us(1), [Tag.Columns]: us(2) });
    const studio = await decode(Uint8Array.of(16, 235, 128, 128), partial, '.1');
    expect(studio.photometricInterpretation).toBe('RGB');
    expect([...studio.data]).toEqual([0, 0, 0, 255, 255, 255]);
  });

  it('may lie anywhere in a larger buffer', async () => {
    const bytes = Buffer.from([9, 9, 9, 0x01, 0x02, 0x03, 0x04]).subarray(3);
    expect((await decode(bytes, line({}), '.1')).data).toEqual(Uint16Array.of(0x201, 0x403));
  });

  it('is missing where it is too short', async () => {
    await expect(decode(Uint8Array.of(1, 2, 3), line({}), '.1')).rejects.toThrow(coded('frame_missing'));
  });
});

describe('a deflated frame', () => {
  const image = imageDataset({ ...size, ...depth(16, 16) });
  const raw = new Uint8Array(grey12.buffer);

  it('is inflated', async () => {
    expect((await decode(deflateRawSync(raw), image, '.8.1')).data).toEqual(grey12);
  });

  it('is refused where it is cut, damaged or holds too little, and never inflated beyond the frame', async () => {
    const deflated = deflateRawSync(raw);
    const tooLittle = deflateRawSync(raw.subarray(0, 100));
    for (const bytes of [deflated.subarray(0, 50), Uint8Array.of(7, 7, 7), tooLittle, new Uint8Array(0)]) {
      await expect(decode(bytes, image, '.8.1')).rejects.toThrow(coded('decode_failed'));
    }
    const bomb = deflateRawSync(Buffer.concat([raw, new Uint8Array(50_000_000)]));
    expect((await decode(bomb, image, '.8.1')).data).toEqual(grey12);
  });
});

describe('what is not a picture here', () => {
  it('is refused where it announces more than memory should be asked for', async () => {
    const huge = imageDataset({ [Tag.Rows]: us(65535), [Tag.Columns]: us(65535) });
    await expect(decode(new Uint8Array(100), huge, '.5')).rejects.toThrow(coded('too_large'));
    await expect(decode(new Uint8Array(100), huge, '.1')).rejects.toThrow(coded('frame_missing'));
  });

  it.each(['.4.102', '.99.99'])('is refused by its transfer syntax: %s', async (syntax) => {
    await expect(decode(new Uint8Array(10), imageDataset(), syntax)).rejects.toThrow(
      coded('unsupported_transfer_syntax'),
    );
  });

  it('is refused where compressed floats are claimed', async () => {
    const floats = imageDataset({
      ...size,
      [Tag.BitsAllocated]: us(32),
      [Tag.BitsStored]: us(),
      [Tag.PhotometricInterpretation]: cs('MONOCHROME2'),
    });
    const bytes = await encode(
      'openjpeg',
      { columns, rows, components: 1, bits: 12, data: grey12 },
      lossless,
    );
    await expect(decode(bytes, floats, '.4.90')).rejects.toThrow(coded('decode_failed'));
  });
});
