import { asUid, encodeFrameIndex, type FrameIndex } from '@sightline/dicom';
import { expect, test } from 'vitest';
import { openFileBlobs } from './blobs/file.ts';
import { openStaging } from './blobs/staging.ts';
import { createFrames } from './frames.ts';
import { openSqliteIndex } from './index/sqlite.ts';
import { packJson } from './index/stored-json.ts';
import type { BulkLocationRow } from './instance-reader.ts';
import { once, readAll, renderer, temporaryFolder } from './test-support/in-process.ts';

interface Stored {
  readonly layout?: FrameIndex;
  readonly transferSyntaxUid?: string;
  readonly bulk?: readonly BulkLocationRow[];
}

/** An object whose file is these bytes, laid out so. */
async function stored(bytes: readonly number[], { layout, transferSyntaxUid, bulk = [] }: Stored) {
  const index = openSqliteIndex(':memory:');
  const folder = temporaryFolder();
  const blobs = openFileBlobs(folder);
  const staged = await openStaging(`${folder}/tmp`, blobs).stage(once(Uint8Array.from(bytes)), 1000);
  await staged.publish();
  const { hash, size } = staged;
  const parsed = {
    transferSyntaxUid: transferSyntaxUid ?? '1.2.840.10008.1.2.1',
    studyInstanceUid: asUid('1.2')!,
    seriesInstanceUid: asUid('1.3')!,
    sopInstanceUid: asUid('1.4')!,
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    metadata: packJson('{}'),
    ...(layout && { frameIndex: encodeFrameIndex(layout) }),
    numberOfFrames: layout ? (layout.kind === 'native' ? layout.count : layout.frames.length) : 0,
    bulk,
    attributes: { study: {}, series: {}, instance: {} },
  };
  await index.add({ parsed, hash, size, dataHash: hash, dataSize: size, received: '' }, () => true);
  const frames = createFrames({ index, blobs, renderer });
  const instance = await frames.find({ study: '1.2', series: '1.3', instance: '1.4' });
  return { frames, instance: instance! };
}

const native = (layout: Partial<Extract<FrameIndex, { kind: 'native' }>>): FrameIndex => ({
  kind: 'native',
  offset: 0,
  frameBits: 16,
  count: 1,
  bigEndian: false,
  wordBytes: 2,
  ...layout,
});

test('a native frame is its bytes, from where it begins', async () => {
  const { frames, instance } = await stored([9, 1, 2, 3, 4], { layout: native({ offset: 1, count: 2 }) });
  expect([...(await frames.native(instance, 2))]).toEqual([3, 4]);
  expect(await frames.storedLength(instance, 2)).toBe(2);
});

test('a big-endian frame comes out little endian, also of bytes in words and of an odd length', async () => {
  const words = await stored([1, 2, 3, 4], {
    layout: native({ bigEndian: true, count: 2 }),
    transferSyntaxUid: '1.2.840.10008.1.2.2',
  });
  expect([...(await words.frames.native(words.instance, 2))]).toEqual([4, 3]);
  // Three 8-bit pixels a frame, written as words: 1 2 3 | 4 5 6 lies as 2 1 4 3 6 5.
  const bytes = await stored([2, 1, 4, 3, 6, 5], {
    layout: native({ bigEndian: true, frameBits: 24, count: 2 }),
    transferSyntaxUid: '1.2.840.10008.1.2.2',
  });
  expect([...(await bytes.frames.native(bytes.instance, 1))]).toEqual([1, 2, 3]);
  expect([...(await bytes.frames.native(bytes.instance, 2))]).toEqual([4, 5, 6]);
});

test('a 1-bit frame begins at a byte, wherever it began in the file', async () => {
  // Nine bits a frame: the second begins at bit 1 of the second byte.
  const { frames, instance } = await stored([0xff, 0b0000_0011, 0b0000_0100, 0], {
    layout: native({ frameBits: 9, count: 3, wordBytes: 1 }),
  });
  expect([...(await frames.native(instance, 1))]).toEqual([0xff, 1]);
  expect([...(await frames.native(instance, 2))]).toEqual([0b0000_0001, 0]);
  expect([...(await frames.native(instance, 3))]).toEqual([1, 0]);
});

test('a compressed frame is its fragments joined, and is decoded once however often it is asked for', async () => {
  const { frames, instance } = await stored([0, 1, 2, 0, 3, 4], {
    layout: {
      kind: 'encapsulated',
      frames: [
        [
          { offset: 1, length: 2 },
          { offset: 4, length: 2 },
        ],
        [],
      ],
    },
    transferSyntaxUid: '1.2.840.10008.1.2.4.90',
  });
  expect([...(await frames.stored(instance, 1))]).toEqual([1, 2, 3, 4]);
  expect(await frames.storedLength(instance, 1)).toBe(4);
  const [first, second] = await Promise.all([frames.native(instance, 1), frames.native(instance, 1)]);
  expect([...first]).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
  expect(second).toBe(first);
  await expect(frames.stored(instance, 2)).rejects.toMatchObject({ code: 'frame_missing' });
});

test('an uncompressed frame in a fragment is taken out by the decoder, which knows its size', async () => {
  const { frames, instance } = await stored([1, 2, 3, 0], {
    layout: { kind: 'encapsulated', frames: [[{ offset: 0, length: 4 }]] },
    transferSyntaxUid: '1.2.840.10008.1.2.1.98',
  });
  expect([...(await frames.native(instance, 1))]).toEqual([1, 2, 3, 0, 1, 2, 3, 0]);
});

test.each([0, 3])('frame %i of two does not exist', async (frame) => {
  const { frames, instance } = await stored([1, 2, 3, 4], { layout: native({ count: 2 }) });
  await expect(frames.stored(instance, frame)).rejects.toMatchObject({ code: 'frame_missing' });
});

test('an object without pixel data has no frame', async () => {
  const { frames, instance } = await stored([1], {});
  await expect(frames.stored(instance, 1)).rejects.toMatchObject({ code: 'no_pixel_data' });
});

test('a frame that reaches beyond its file is an error', async () => {
  const { frames, instance } = await stored([1, 2, 3], { layout: native({ count: 2 }) });
  await expect(frames.native(instance, 2)).rejects.toMatchObject({ code: 'short' });
});

test('a job carries the tables of the image and no other bulk data', async () => {
  const location = (path: string, bigEndian = false): BulkLocationRow => ({
    path,
    vr: 'OW',
    offset: 1,
    length: 2,
    bigEndian,
  });
  const { frames, instance } = await stored([9, 1, 2, 3], {
    layout: native({}),
    bulk: [location('00281201'), location('00283000.0.00283006', true), location('00091010')],
  });
  const { bulk, transferSyntaxUid, frame } = await frames.job(instance, 1);
  expect([...(bulk ?? [])].map(([uri, bytes]) => [uri, [...bytes]])).toEqual([
    ['bulkdata/00281201', [1, 2]],
    ['bulkdata/00283000.0.00283006', [2, 1]],
  ]);
  expect([transferSyntaxUid, frame]).toEqual(['1.2.840.10008.1.2.1', 0]);
});

test('bulk data comes out little endian', async () => {
  const { frames, instance } = await stored([0, 1, 2, 3, 4], {
    bulk: [{ path: '00091010', vr: 'OL', offset: 1, length: 4, bigEndian: true }],
  });
  const bulk = await frames.bulk(instance, '00091010');
  expect([...(await readAll(await bulk!.read()))]).toEqual([4, 3, 2, 1]);
  expect(await frames.bulk(instance, '00091011')).toBeUndefined();
});
