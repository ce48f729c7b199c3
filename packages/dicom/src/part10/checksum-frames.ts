import type { ByteRange } from './fragments.ts';
import { countFrames, type FrameIndex, frameRanges } from './frame-index.ts';
import type { RandomAccess } from './random-access.ts';

/** CRC-32 as in ISO 3309 and zip, going on from that of the bytes before: `crc32` of node:zlib. */
export type Crc32 = (bytes: Uint8Array, before: number) => number;

const PIECE_BYTES = 1024 * 1024;

/**
 * The index with a checksum of every frame, so that a frame can be checked when it is read alone. Reads the frames
 * once; an index of more than `maxBytes` of them comes back as it is.
 */
export function checksumFrames(
  index: FrameIndex,
  file: RandomAccess,
  crc32: Crc32,
  maxBytes: number,
): FrameIndex {
  const frames = Array.from({ length: countFrames(index) }, (_, at) => frameRanges(index, at + 1));
  const total = frames.flat().reduce((sum, { length }) => sum + length, 0);
  if (total > maxBytes) return index;
  const checksum = (ranges: readonly ByteRange[]): number =>
    ranges.reduce((before, range) => checksumOf(file, range, crc32, before), 0);
  return { ...index, checksums: frames.map(checksum) };
}

function checksumOf(file: RandomAccess, { offset, length }: ByteRange, crc32: Crc32, before: number): number {
  let sum = before;
  for (let done = 0; done < length; done += PIECE_BYTES) {
    sum = crc32(file.read(offset + done, Math.min(PIECE_BYTES, length - done)), sum);
  }
  return sum;
}
