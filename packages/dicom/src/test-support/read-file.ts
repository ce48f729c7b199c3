import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import type { RandomAccess } from '../part10/random-access.ts';
import { type Part10, readPart10 } from '../part10/read-part10.ts';

/** A DICOM file read with the package's own reader, and the bytes of its frames. */
export interface OpenFile {
  readonly part10: Part10;
  /** From 0. As `decodeFrame` wants it: little endian, from a byte on, fragments joined. */
  frame(index: number): Uint8Array;
  bulk(uri: string): Uint8Array | undefined;
}

export function readDicomFile(path: string): OpenFile {
  const bytes = readFileSync(path);
  const source: RandomAccess = {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
  const part10 = readPart10(source, {
    inflateRaw: (data, maxOutputLength) => inflateRawSync(data, { maxOutputLength }),
  });
  const data = part10.inflated ?? bytes;
  return {
    part10,
    frame: (index) => frameBytes(data, part10, index),
    bulk: (uri) => {
      const place = part10.bulk.find(({ path }) => `bulkdata/${path}` === uri);
      return place && data.subarray(place.offset, place.offset + place.length);
    },
  };
}

function frameBytes(data: Uint8Array, { frames }: Part10, index: number): Uint8Array {
  if (frames === undefined) throw new Error('no frames');
  if (frames.kind === 'encapsulated') {
    return Buffer.concat(
      (frames.frames[index] ?? []).map(({ offset, length }) => data.subarray(offset, offset + length)),
    );
  }
  const firstBit = index * frames.frameBits;
  const from = frames.offset + Math.floor(firstBit / 8);
  const shift = firstBit % 8;
  const length = Math.ceil(frames.frameBits / 8);
  // Whole words, and one byte more where the bits have to move: the last of an odd frame shares its word with padding.
  const words = Math.ceil((length + (shift > 0 ? 1 : 0)) / frames.wordBytes);
  const raw = Buffer.from(data.subarray(from, from + words * frames.wordBytes));
  if (frames.bigEndian) swap(raw, frames.wordBytes);
  if (shift > 0) {
    for (let i = 0; i < length; i++) raw[i] = ((raw[i] ?? 0) >> shift) | ((raw[i + 1] ?? 0) << (8 - shift));
  }
  return raw.subarray(0, length);
}

function swap(bytes: Uint8Array, wordBytes: number): void {
  for (let at = 0; at + wordBytes <= bytes.length && wordBytes > 1; at += wordBytes) {
    bytes.subarray(at, at + wordBytes).reverse();
  }
}
