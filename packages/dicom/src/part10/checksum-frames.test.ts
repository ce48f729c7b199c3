import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { checksumFrames } from './checksum-frames.ts';
import type { FrameIndex } from './frame-index.ts';
import { randomAccess } from './random-access.ts';

const bytes = Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * 7) % 251);
const file = randomAccess(bytes);
const sum = (index: FrameIndex, maxBytes = Infinity) =>
  checksumFrames(index, file, crc32, maxBytes).checksums;

test('a native frame has the checksum of its own bytes, however long it is', () => {
  const index: FrameIndex = {
    kind: 'native',
    offset: 10,
    frameBits: 8 * 1_400_000,
    count: 2,
    bigEndian: false,
    wordBytes: 2,
  };
  expect(sum(index)).toEqual([
    crc32(bytes.subarray(10, 1_400_010)),
    crc32(bytes.subarray(1_400_010, 2_800_010)),
  ]);
});

test('a frame that ends within a byte has the checksum of all bytes that it touches, in whole words where they are swapped', () => {
  const bits = {
    kind: 'native',
    offset: 4,
    frameBits: 12,
    count: 2,
    bigEndian: false,
    wordBytes: 1,
  } as const;
  expect(sum(bits)).toEqual([crc32(bytes.subarray(4, 6)), crc32(bytes.subarray(5, 7))]);
  expect(sum({ ...bits, bigEndian: true, wordBytes: 2 })).toEqual([
    crc32(bytes.subarray(4, 6)),
    crc32(bytes.subarray(4, 8)),
  ]);
});

test('an encapsulated frame has the checksum of its fragments, one after the other', () => {
  const frames = [
    [
      { offset: 100, length: 5 },
      { offset: 300, length: 6 },
    ],
    [],
  ];
  const joined = Buffer.concat([bytes.subarray(100, 105), bytes.subarray(300, 306)]);
  expect(sum({ kind: 'encapsulated', frames })).toEqual([crc32(joined), 0]);
});

test('more bytes than it may read are left unread', () => {
  const frames = [[{ offset: 0, length: 11 }]];
  expect(sum({ kind: 'encapsulated', frames }, 10)).toBeUndefined();
});
