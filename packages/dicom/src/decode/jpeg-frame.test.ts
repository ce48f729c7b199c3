import { describe, expect, it } from 'vitest';
import type { DicomDataset } from '../dicom-json.ts';
import type { PixelArray } from '../image/frame-pixels.ts';
import { describeImage } from '../image/image-description.ts';
import * as Tag from '../image/image-tags.ts';
import { testCodecs } from '../test-support/codecs.ts';
import { encode } from '../test-support/encode.ts';
import { colorDataset, imageDataset, us } from '../test-support/image-dataset.ts';
import { losslessJpeg } from '../test-support/lossless-jpeg.ts';
import { decodeFrame } from './decode-frame.ts';
import { decodeJpeg } from './jpeg/decode-jpeg.ts';
import { readJpegHeader } from './jpeg/segments.ts';

const codecs = testCodecs();
const [columns, rows] = [37, 21];
const size = { [Tag.Columns]: us(columns), [Tag.Rows]: us(rows) };
const bits8 = { [Tag.BitsAllocated]: us(8), [Tag.BitsStored]: us(8), [Tag.HighBit]: us(7) };
const grey8 = imageDataset({ ...size, ...bits8 });
const decode = (bytes: Uint8Array, dataset: DicomDataset, syntax = '.50') =>
  decodeFrame(bytes, describeImage(dataset), `1.2.840.10008.1.2.4${syntax}`, codecs);
const failed = expect.objectContaining({ code: 'decode_failed' });

/** Smooth, so that compression changes little. */
const smooth = Uint8Array.from(
  { length: columns * rows },
  (_, i) => 100 + 50 * Math.sin(i / 40) + (i % columns),
);
const red = Uint8Array.from({ length: columns * rows * 3 }, (_, i) => (i % 3 === 0 ? 220 : 30));
function largestError(wanted: ArrayLike<number>, found: PixelArray): number {
  let most = 0;
  for (let i = 0; i < found.length; i++) most = Math.max(most, Math.abs(found[i]! - wanted[i]!));
  return most;
}

const greyJpeg = (isProgressive = false) =>
  encode('libjpegTurbo8', { columns, rows, components: 1, bits: 8, data: smooth }, (encoder) => {
    encoder.setQuality(95);
    encoder.setProgressive(isProgressive);
  });
/** subsampling: 0 none, 2 both directions halved. JFIF, YCbCr. */
const redJpeg = (subsampling: number) =>
  encode('libjpegTurbo8', { columns, rows, components: 3, bits: 8, data: red }, (encoder) => {
    encoder.setQuality(95);
    encoder.setSubSampling(subsampling);
  });

describe('8-bit JPEG', () => {
  it.each([false, true])(
    'decodes grey (progressive: %s), and so does our own decoder',
    async (isProgressive) => {
      const bytes = await greyJpeg(isProgressive);
      const { data } = await decode(bytes, grey8);
      expect(largestError(smooth, data)).toBeLessThanOrEqual(6);
      // libjpeg-turbo's integer inverse DCT and our exact one round differently, by one level at most.
      expect(largestError(decodeJpeg(bytes, readJpegHeader(bytes)), data)).toBeLessThanOrEqual(1);
    },
  );

  it.each([0, 2])('decodes YCbCr with subsampling %s to RGB', async (subsampling) => {
    const pixels = await decode(await redJpeg(subsampling), colorDataset('YBR_FULL_422', size));
    expect(pixels.photometricInterpretation).toBe('RGB');
    expect(largestError(red, pixels.data)).toBeLessThanOrEqual(4);
  });

  it('believes a JFIF stream that is declared RGB, which real files often are', async () => {
    const pixels = await decode(await redJpeg(2), colorDataset('RGB', size));
    expect(largestError(red, pixels.data)).toBeLessThanOrEqual(4);
  });

  it('believes the data set where the stream says nothing', async () => {
    const bytes = withoutJfif(await redJpeg(0));
    const ybr = await decode(bytes, colorDataset('YBR_FULL', size));
    expect(largestError(red, ybr.data)).toBeLessThanOrEqual(4);
    // Y of that red is 87: without colour transformation the first sample stays that.
    const rgb = await decode(bytes, colorDataset('RGB', size));
    expect(Math.abs((rgb.data[0] ?? 0) - 87)).toBeLessThanOrEqual(2);
  });

  it('decodes a stream that lacks its end marker, or has padding behind it', async () => {
    const bytes = await greyJpeg();
    const { data } = await decode(bytes, grey8);
    expect((await decode(bytes.subarray(0, bytes.length - 2), grey8)).data).toEqual(data);
    expect((await decode(Uint8Array.from([...bytes, 0]), grey8)).data).toEqual(data);
  });

  it('is refused where it is damaged or shows another image than announced', async () => {
    const bytes = await greyJpeg();
    const wrong = [
      decode(bytes.subarray(0, 100), grey8),
      decode(bytes.subarray(0, bytes.length - 200), grey8),
      decode(bytes, imageDataset({ ...size, ...bits8, [Tag.Rows]: us(rows + 1) })),
      decode(bytes, colorDataset('RGB', size)),
      decode(Uint8Array.of(1, 2, 3), grey8),
      decode(new Uint8Array(0), grey8),
    ];
    for (const refusal of wrong) await expect(refusal).rejects.toThrow(failed);
  });

  it('is refused by our own decoder where it is cut', async () => {
    for (const isProgressive of [false, true]) {
      const bytes = await greyJpeg(isProgressive);
      const header = readJpegHeader(bytes);
      expect(() => decodeJpeg(bytes.subarray(0, bytes.length - 60), header)).toThrow(failed);
    }
  });
});

describe('lossless JPEG', () => {
  const samples = Uint16Array.from({ length: columns * rows }, (_, i) => (i * 977 + ((i * i) >> 2)) % 65536);
  const grey16 = imageDataset({ ...size, [Tag.BitsStored]: us(16), [Tag.HighBit]: us(15) });
  const image = { columns, rows, components: 1, precision: 16, samples };

  it.each([1, 2, 3, 4, 5, 6, 7])('gives 16 bits back by predictor %s', async (predictor) => {
    expect((await decode(losslessJpeg({ ...image, predictor }), grey16, '.57')).data).toEqual(samples);
  });

  it('begins anew at restart markers', async () => {
    const bytes = losslessJpeg({ ...image, predictor: 4, restartRows: 2 });
    expect((await decode(bytes, grey16, '.57')).data).toEqual(samples);
  });

  it('gives the samples of colour back by pixel, as RGB or as the YBR_FULL that went in', async () => {
    const color = Uint16Array.from({ length: columns * rows * 3 }, (_, i) => (i * 31) % 256);
    const bytes = losslessJpeg({ columns, rows, components: 3, precision: 8, samples: color, predictor: 1 });
    const rgb = await decode(bytes, colorDataset('RGB', size), '.70');
    expect(rgb.photometricInterpretation).toBe('RGB');
    expect(rgb.data).toEqual(Uint8Array.from(color));
    const ybr = await decode(bytes, colorDataset('YBR_FULL', size), '.70');
    expect(ybr.photometricInterpretation).toBe('YBR_FULL');
  });

  it('reads signed values out of unsigned samples', async () => {
    const signed = imageDataset({
      ...size,
      [Tag.BitsStored]: us(16),
      [Tag.HighBit]: us(15),
      [Tag.PixelRepresentation]: us(1),
    });
    const { data } = await decode(losslessJpeg({ ...image, predictor: 1 }), signed, '.70');
    expect(data).toEqual(Int16Array.from(samples));
  });

  it('is refused where it is cut, or deeper than the image', async () => {
    const bytes = losslessJpeg({ ...image, predictor: 1 });
    await expect(decode(bytes.subarray(0, bytes.length >> 1), grey16, '.70')).rejects.toThrow(failed);
    await expect(decode(bytes, grey8, '.70')).rejects.toThrow(failed);
  });
});

/** Takes the APP0 segment out. */
function withoutJfif(bytes: Uint8Array): Uint8Array {
  const length = (bytes[4]! << 8) | bytes[5]!;
  return Uint8Array.from([...bytes.subarray(0, 2), ...bytes.subarray(4 + length)]);
}
