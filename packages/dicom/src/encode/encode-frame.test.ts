import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../decode/decode-frame.ts';
import { decodeNative } from '../decode/native-frame.ts';
import { nativeBytes } from '../decode/native-bytes.ts';
import { describeImage } from '../image/image-description.ts';
import { instantiate, testCodecs } from '../test-support/codecs.ts';
import { colorDataset, cs, imageDataset, us } from '../test-support/image-dataset.ts';
import { encodableSyntaxes } from './encodable-syntaxes.ts';
import { encodeFrame } from './encode-frame.ts';
import type { EncoderModules, Encoders } from './encoders.ts';
import { encodeRle } from './rle-encode.ts';

const codecs = testCodecs();
const specifiers = {
  charls: '@cornerstonejs/codec-charls/wasmjs',
  openjpeg: '@cornerstonejs/codec-openjpeg/wasmjs',
  openjph: '@cornerstonejs/codec-openjph/wasmjs',
} as const;
const encoders: Encoders = {
  get: (name) => instantiate<EncoderModules[typeof name]>(specifiers[name]),
  discard: () => {},
};

const size = { '00280010': us(37), '00280011': us(41) };
const bits = (allocated: number, stored: number, high = stored - 1) => ({
  '00280100': us(allocated),
  '00280101': us(stored),
  '00280102': us(high),
});
const signed = { '00280103': us(1) };

/** Runs, slopes and noise, over the whole range of the values. */
function samples(count: number, stored: number, isSigned: boolean): number[] {
  const most = 2 ** stored - 1;
  return Array.from({ length: count }, (_, i) => {
    const value = i % 97 < 30 ? most : i % 97 < 50 ? 0 : (i * 2654435761) % (most + 1);
    return isSigned && value > most / 2 ? value - most - 1 : value;
  });
}

const kinds = {
  '8 bits': imageDataset({ ...size, ...bits(8, 8) }),
  '12 bits in 16': imageDataset({ ...size, ...bits(16, 12) }),
  '12 bits at the top of 16': imageDataset({ ...size, ...bits(16, 12, 15) }),
  '16 bits': imageDataset({ ...size, ...bits(16, 16) }),
  '12 bits signed': imageDataset({ ...size, ...bits(16, 12), ...signed }),
  '16 bits signed': imageDataset({ ...size, ...bits(16, 16), ...signed }),
  '8 bits signed': imageDataset({ ...size, ...bits(8, 8), ...signed }),
  RGB: colorDataset('RGB', size),
  YBR_FULL: colorDataset('YBR_FULL', size),
  palette: imageDataset({ ...size, ...bits(8, 8), '00280004': cs('PALETTE COLOR') }),
  'one pixel wide': imageDataset({ '00280010': us(3), '00280011': us(1), ...bits(16, 12) }),
};

describe.each(Object.entries(kinds))('a frame of %s', (name, dataset) => {
  const description = describeImage(dataset);
  const { rows, columns, samplesPerPixel, bitsAllocated, bitsStored, highBit, pixelRepresentation } =
    description;
  const count = rows * columns * samplesPerPixel;
  const values = samples(count, bitsStored, pixelRepresentation === 1).map(
    (v) => v * 2 ** (highBit + 1 - bitsStored),
  );
  const cells = bitsAllocated === 8 ? Int8Array.from(values) : Int16Array.from(values);
  const pixels = decodeNative(new Uint8Array(cells.buffer), description);

  it.each([...encodableSyntaxes])('is the same after %s', async (uid) => {
    const encoding = encodeFrame(pixels, description, uid, { encoders, codecs });
    // It would transform YCbCr once more; and of signed bytes it makes others, which the proof finds.
    if (uid === '1.2.840.10008.1.2.4.90' && ['YBR_FULL', '8 bits signed'].includes(name)) {
      await expect(encoding).rejects.toMatchObject({ code: 'unsupported_transfer_syntax' });
      return;
    }
    const { bytes, photometricInterpretation } = await encoding;
    const isRct = uid === '1.2.840.10008.1.2.4.90' && name === 'RGB';
    expect(photometricInterpretation).toBe(isRct ? 'YBR_RCT' : description.photometricInterpretation);
    const decoded = await decodeFrame(bytes, { ...description, photometricInterpretation }, uid, codecs);
    expect(decoded.photometricInterpretation).toBe(pixels.photometricInterpretation);
    expect(
      Buffer.from(nativeBytes(decoded, description)).equals(Buffer.from(nativeBytes(pixels, description))),
    ).toBe(true);
  });
});

it.each([
  [
    'single bits',
    imageDataset({ ...bits(1, 1), '00280010': us(1), '00280011': us(8) }),
    '1.2.840.10008.1.2.5',
  ],
  [
    '32 bits',
    imageDataset({ ...bits(32, 32), '00280010': us(1), '00280011': us(1) }),
    '1.2.840.10008.1.2.4.80',
  ],
  ['any', imageDataset({ ...bits(8, 8), '00280010': us(1), '00280011': us(4) }), '1.2.840.10008.1.2.4.50'],
])('refuses %s where the syntax is not for it', async (_name, dataset, uid) => {
  const description = describeImage(dataset);
  const pixels = decodeNative(new Uint8Array(4), description);
  await expect(encodeFrame(pixels, description, uid, { encoders, codecs })).rejects.toMatchObject({
    code: 'unsupported_transfer_syntax',
  });
});

it('gives nothing away that does not come back as it was', async () => {
  const description = describeImage(imageDataset({ ...size, ...bits(8, 8) }));
  const pixels = decodeNative(new Uint8Array(37 * 41), description);
  const lossy: Encoders = {
    async get(name) {
      const module = await encoders.get(name);
      if (!('JpegLSEncoder' in module)) return module;
      const Real = module.JpegLSEncoder;
      class Lossy extends Real {
        override getDecodedBuffer(info: Parameters<InstanceType<typeof Real>['getDecodedBuffer']>[0]) {
          return super.getDecodedBuffer({ ...info, width: info.height, height: info.width });
        }
      }
      return { ...module, JpegLSEncoder: Lossy };
    },
    discard: () => {},
  };
  await expect(
    encodeFrame(pixels, description, '1.2.840.10008.1.2.4.80', { encoders: lossy, codecs }),
  ).rejects.toMatchObject({ code: expect.stringMatching(/decode_failed|unsupported_transfer_syntax/) });
});

it('packs runs and literals of RLE in segments of an even length', () => {
  const packed = encodeRle(Uint8Array.of(7, 7, 7, 7, 1, 2, 3, 9, 9), {
    columns: 9,
    samplesPerPixel: 1,
    cellBytes: 1,
  });
  expect([...packed.subarray(0, 8)]).toEqual([1, 0, 0, 0, 64, 0, 0, 0]);
  expect([...packed.subarray(64)]).toEqual([253, 7, 4, 1, 2, 3, 9, 9]);
});
