import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DicomError } from '../dicom-error.ts';
import { describeImage } from '../image/image-description.ts';
import * as Tag from '../image/image-tags.ts';
import { testCodecs } from '../test-support/codecs.ts';
import { encode } from '../test-support/encode.ts';
import { imageDataset, us } from '../test-support/image-dataset.ts';
import { losslessJpeg } from '../test-support/lossless-jpeg.ts';
import { decodeFrame } from './decode-frame.ts';

const [columns, rows] = [72, 40];
const size = { [Tag.Columns]: us(columns), [Tag.Rows]: us(rows) };
const grey12 = describeImage(imageDataset(size));
const bits8 = { [Tag.BitsAllocated]: us(8), [Tag.BitsStored]: us(8), [Tag.HighBit]: us(7) };
const grey8 = describeImage(imageDataset({ ...size, ...bits8 }));
const samples = Uint16Array.from({ length: columns * rows }, (_, i) => (i * 37 + (i >> 3)) % 4096);
const image = { columns, rows, components: 1, bits: 12, data: samples } as const;
const image8 = { ...image, bits: 8, data: Uint8Array.from(samples) } as const;

const streams = [
  ['JPEG 2000', '.90', grey12, () => encode('openjpeg', image, (encoder) => encoder.setQuality(true, 0))],
  ['HTJ2K', '.201', grey12, () => encode('openjph', image, (encoder) => encoder.setQuality(true, 0))],
  ['JPEG-LS', '.80', grey12, () => encode('charls', image, (encoder) => encoder.setNearLossless(0))],
  ['JPEG XL', '.110', grey12, () => encode('libjxl', image, (encoder) => encoder.setLossless(true))],
  ['JPEG', '.50', grey8, () => encode('libjpegTurbo8', image8, (encoder) => encoder.setQuality(90))],
  [
    'progressive JPEG in our own decoder',
    '.55',
    { ...grey8, bitsAllocated: 16 as const },
    () => encode('libjpegTurbo8', image8, (encoder) => encoder.setProgressive(true)),
  ],
  [
    'lossless JPEG',
    '.70',
    grey12,
    async () => losslessJpeg({ ...image, precision: 12, samples, predictor: 1 }),
  ],
] as const;

const damage = fc.record({
  bytes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
  keep: fc.option(fc.nat(), { freq: 4 }),
});

describe.each(streams)('%s with wrong bytes', (_name, suffix, description, make) => {
  it('is a whole frame or a DicomError, and harms no frame after it', async () => {
    const codecs = testCodecs();
    const good = await make();
    const decode = (bytes: Uint8Array) =>
      decodeFrame(bytes, description, `1.2.840.10008.1.2.4${suffix}`, codecs);
    const { data: wanted } = await decode(good);
    await fc.assert(
      fc.asyncProperty(damage, async ({ bytes, keep }) => {
        const bad = good.slice(0, keep === null ? good.length : keep % good.length);
        for (const [at, value] of bytes) if (bad.length > 0) bad[at % bad.length] = value;
        const found = await decode(bad).catch((error: unknown) => error);
        if (!(found instanceof DicomError)) expect(found).toMatchObject({ columns, rows });
      }),
      { numRuns: 100 },
    );
    expect((await decode(good)).data).toEqual(wanted);
  });
});

it('decodes a whole frame after hundreds of damaged ones, each of which leaves its traces in the codec', async () => {
  const codecs = testCodecs();
  const good = await encode('charls', image, (encoder) => encoder.setNearLossless(0));
  const decode = (bytes: Uint8Array) => decodeFrame(bytes, grey12, '1.2.840.10008.1.2.4.80', codecs);
  const { data: wanted } = await decode(good);
  let refused = 0;
  for (let i = 0; i < 400; i += 1) {
    const bad = good.slice();
    for (let at = 0; at < 6; at += 1)
      bad[60 + ((i * 37 + at * 101) % (bad.length - 62))] = (i * 13 + at) & 0xff;
    await decode(bad).catch(() => (refused += 1));
    if (i % 20 === 0) expect((await decode(good)).data).toEqual(wanted);
  }
  expect(refused).toBeGreaterThan(300);
});

describe('an HTJ2K frame of four tiles', () => {
  const uid = '1.2.840.10008.1.2.4.201';
  const [wide, high] = [128, 96];
  const data = Uint16Array.from({ length: wide * high }, (_, i) => 100 + ((i * 37) % 3000));
  const tiled = () =>
    encode('openjph', { ...image, columns: wide, rows: high, data }, (encoder) => {
      encoder.setQuality(true, 0);
      encoder.setTileSize({ width: 64, height: 64 });
    });
  const description = describeImage(imageDataset({ [Tag.Columns]: us(wide), [Tag.Rows]: us(high) }));

  /** Where each tile-part begins, and its length. */
  function tileParts(stream: Uint8Array): { readonly at: number; readonly length: number }[] {
    const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
    const parts = [];
    let at = 2;
    while (view.getUint16(at) !== 0xff90) at += 2 + view.getUint16(at + 2);
    for (; view.getUint16(at) === 0xff90; at += view.getUint32(at + 6))
      parts.push({ at, length: view.getUint32(at + 6) });
    return parts;
  }

  it('is decoded whole', async () => {
    expect((await decodeFrame(await tiled(), description, uid, testCodecs())).data).toEqual(data);
  });

  it.each([0, 1, 2, 3])('is refused without tile %i, whose place would be grey', async (missing) => {
    const stream = await tiled();
    const { at = 0, length = 0 } = tileParts(stream)[missing] ?? {};
    const cut = Uint8Array.from([...stream.subarray(0, at), ...stream.subarray(at + length)]);
    await expect(decodeFrame(cut, description, uid, testCodecs())).rejects.toMatchObject({
      code: 'decode_failed',
    });
  });

  it('is refused where a tile says that it has one part more', async () => {
    const stream = (await tiled()).slice();
    stream[(tileParts(stream)[1]?.at ?? 0) + 11] = 2;
    await expect(decodeFrame(stream, description, uid, testCodecs())).rejects.toMatchObject({
      code: 'decode_failed',
    });
  });
});
