import type { FrameJob, RenderJob } from '@sightline/archive';
import type { DicomDataset } from '@sightline/dicom';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { createFrameRenderer } from './frame-renderer.ts';

const renderer = createFrameRenderer(1);
afterAll(() => renderer.close());

const us = (...Value: number[]) => ({ vr: 'US', Value }) as const;
const cs = (...Value: string[]) => ({ vr: 'CS', Value }) as const;

/** 8 columns, 4 rows, 16 bits: columns count 0, 100, ... 700. */
const ramp: DicomDataset = {
  '00280002': us(1),
  '00280004': cs('MONOCHROME2'),
  '00280010': us(4),
  '00280011': us(8),
  '00280100': us(16),
  '00280101': us(16),
  '00280102': us(15),
  '00280103': us(0),
};
const rampBytes = new Uint8Array(Uint16Array.from({ length: 32 }, (_, i) => (i % 8) * 100).buffer);

function job(overrides: Partial<RenderJob> = {}, dataset: DicomDataset = ramp): RenderJob {
  return {
    bytes: rampBytes,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    metadata: new TextEncoder().encode(JSON.stringify(dataset)),
    frame: 0,
    mediaType: 'image/png',
    quality: 90,
    ...overrides,
  };
}

/** As it is in the file: sharp would otherwise spread grey over three channels. */
async function pixelsOf(picture: Uint8Array) {
  const { channels } = await sharp(picture).metadata();
  const image = channels === 1 ? sharp(picture).toColourspace('b-w') : sharp(picture);
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels, data: [...data] };
}

describe('render', () => {
  it('draws a frame as a grey PNG, without loss', async () => {
    const picture = await pixelsOf(await renderer.render(job()));
    expect(picture).toMatchObject({ width: 8, height: 4, channels: 1 });
    expect(picture.data.slice(0, 8)).toEqual([0, 36, 73, 109, 146, 182, 219, 255]);
  });

  it('draws a frame as a JPEG', async () => {
    const picture = await renderer.render(job({ mediaType: 'image/jpeg' }));
    expect([...picture.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    expect(await pixelsOf(picture)).toMatchObject({ width: 8, height: 4 });
  });

  it('uses the window it is asked for', async () => {
    const window = { center: 350, width: 1, function: 'LINEAR' } as const;
    const { data } = await pixelsOf(await renderer.render(job({ window })));
    expect(data.slice(0, 8)).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
  });

  it('fits the viewport and keeps the aspect, smaller and larger', async () => {
    const small = await pixelsOf(await renderer.render(job({ viewport: { width: 4, height: 4 } })));
    expect([small.width, small.height]).toEqual([4, 2]);
    const large = await pixelsOf(await renderer.render(job({ viewport: { width: 100, height: 8 } })));
    expect([large.width, large.height]).toEqual([16, 8]);
  });

  it('never enlarges without bound', async () => {
    const huge = await pixelsOf(await renderer.render(job({ viewport: { width: 60000, height: 60000 } })));
    expect([huge.width, huge.height]).toEqual([4096, 2048]);
  });

  it('crops to a region, and mirrors where its width is negative', async () => {
    const source = { x: 2, y: 0, width: 2, height: 1 };
    const part = await pixelsOf(await renderer.render(job({ viewport: { width: 2, height: 1, source } })));
    expect(part.data).toEqual([73, 109]);
    const mirrored = { width: 2, height: 1, source: { ...source, width: -2 } };
    expect((await pixelsOf(await renderer.render(job({ viewport: mirrored })))).data).toEqual([109, 73]);
  });

  it('refuses a region that lies beside the image', async () => {
    const viewport = { width: 2, height: 1, source: { x: 50, y: 0, width: 2, height: 1 } };
    await expect(renderer.render(job({ viewport }))).rejects.toMatchObject({ code: 'bad_image_attributes' });
  });

  it('draws colour, with a palette that comes beside the metadata', async () => {
    const uri = 'bulkdata/palette';
    const palette = { vr: 'OW', BulkDataURI: uri } as const;
    const dataset: DicomDataset = {
      ...ramp,
      '00280004': cs('PALETTE COLOR'),
      '00280100': us(8),
      '00280101': us(8),
      '00280102': us(7),
      '00281101': us(2, 0, 16),
      '00281102': us(2, 0, 16),
      '00281103': us(2, 0, 16),
      '00281201': palette,
      '00281202': palette,
      '00281203': palette,
    };
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => i % 2);
    const bulk = new Map([[uri, Uint8Array.of(0, 10, 0, 200)]]);
    const picture = await pixelsOf(await renderer.render(job({ bytes, bulk }, dataset)));
    expect(picture.data.slice(0, 6)).toEqual([10, 10, 10, 200, 200, 200]);
    await expect(renderer.render(job({ bytes }, dataset))).rejects.toMatchObject({
      code: 'bad_image_attributes',
    });
  });
});

describe('memory', () => {
  const shared = (dataset: DicomDataset): Uint8Array => {
    const text = new TextEncoder().encode(JSON.stringify(dataset));
    const memory = new Uint8Array(new SharedArrayBuffer(text.length));
    memory.set(text);
    return memory;
  };

  it('takes what it is given, and reads an object once', async () => {
    const bytes = new Uint8Array(rampBytes);
    const first = await renderer.render(
      job({ bytes, givesBytes: true, metadata: shared(ramp), object: 'one' }),
    );
    expect(bytes.length).toBe(0);
    // Nothing that could be read comes with it: what was read of the object holds.
    const again = await renderer.render(job({ metadata: new Uint8Array(0), object: 'one' }));
    expect(again).toEqual(first);
    const inverse = { ...ramp, '00280004': cs('MONOCHROME1') };
    const other = await pixelsOf(await renderer.render(job({ metadata: shared(inverse), object: 'two' })));
    expect(other.data.slice(0, 2)).toEqual([255, 219]);
  });

  it('leaves nothing of one picture in the next', async () => {
    const bright = new Uint8Array(Uint16Array.from({ length: 32 }, () => 700).buffer);
    await renderer.render(job({ bytes: bright }));
    const { data } = await pixelsOf(await renderer.render(job()));
    expect(data).toEqual([0, 1, 2, 3].flatMap(() => [0, 36, 73, 109, 146, 182, 219, 255]));
  });

  it('copies what is a part of something larger, given or not', async () => {
    const large = new Uint8Array(100);
    large.set(rampBytes, 3);
    await renderer.render(job({ bytes: large.subarray(3, 3 + rampBytes.length), givesBytes: true }));
    expect(large.length).toBe(100);
  });
});

describe('what is not a frame', () => {
  it('joins pictures to one that moves, colour among them', async () => {
    const palette = sharp({ create: { width: 8, height: 4, channels: 3, background: '#c02040' } });
    const red = await palette.png().toBuffer();
    const grey = await renderer.render(job());
    const moving = await renderer.animate({ pictures: [grey, red], frameTime: 250 });
    const { format, pages, delay } = await sharp(moving, { animated: true }).metadata();
    expect([format, pages, delay]).toEqual(['gif', 2, [250, 250]]);
  });
});

describe('decode', () => {
  const frame = (overrides: Partial<FrameJob>, dataset: DicomDataset = ramp): FrameJob => ({
    ...job(overrides, dataset),
  });

  it('gives native bytes back as they were', async () => {
    expect(await renderer.decode(frame({}))).toEqual(rampBytes);
  });

  it('leaves the memory of the caller alone', async () => {
    const large = new Uint8Array(100);
    large.set(rampBytes, 3);
    expect(await renderer.decode(frame({ bytes: large.subarray(3, 67) }))).toEqual(rampBytes);
    expect(large.length).toBe(100);
  });

  it('packs single bits again', async () => {
    const bits = { ...ramp, '00280100': us(1), '00280101': us(1), '00280102': us(0) };
    const bytes = Uint8Array.of(0x0f, 0xa5, 0, 0xff);
    expect(await renderer.decode(frame({ bytes }, bits))).toEqual(bytes);
  });

  it.each([
    ['a frame that is cut', { bytes: rampBytes.subarray(0, 60) }, 'frame_missing'],
    ['bytes that are no JPEG 2000', { transferSyntaxUid: '1.2.840.10008.1.2.4.90' }, 'decode_failed'],
    ['a video', { transferSyntaxUid: '1.2.840.10008.1.2.4.102' }, 'unsupported_transfer_syntax'],
  ])('refuses %s', async (_what, overrides, code) => {
    await expect(renderer.decode(frame(overrides))).rejects.toMatchObject({ name: 'DicomError', code });
  });
});
