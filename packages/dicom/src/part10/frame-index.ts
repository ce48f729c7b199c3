import { DicomError } from '../dicom-error.ts';
import type { ByteRange } from './fragments.ts';

/** Where the frames of one object lie. Offsets are those of the file, or of the inflated data set. */
export type FrameIndex = NativeFrames | EncapsulatedFrames;

interface Checked {
  /** CRC-32 of the bytes at `frameRanges` of each frame, one range after the other. Absent: not known. */
  readonly checksums?: readonly number[];
}

/** Frames one after the other, of the same size. */
export interface NativeFrames extends Checked {
  readonly kind: 'native';
  readonly offset: number;
  /** Bits of one frame: frames of 1-bit images need not start on a byte. */
  readonly frameBits: number;
  /** Complete frames. */
  readonly count: number;
  readonly bigEndian: boolean;
  /** What a change of byte order swaps. */
  readonly wordBytes: 1 | 2 | 4 | 8;
}

/** Each frame is what its fragments are, one after the other. */
export interface EncapsulatedFrames extends Checked {
  readonly kind: 'encapsulated';
  readonly frames: readonly (readonly ByteRange[])[];
}

const NATIVE = 1;
const ENCAPSULATED = 2;
/** The same, and the checksums after it, 4 bytes each. */
const NATIVE_CHECKED = 3;
const ENCAPSULATED_CHECKED = 4;
const NATIVE_BYTES = 24;
const CHECKSUM_BYTES = 4;

/** Where the bytes of one frame are, counted from 1; of a native one with the bits of its neighbours in its first and last byte. */
export function frameRanges(index: FrameIndex, frame: number): readonly ByteRange[] {
  return index.kind === 'native' ? [nativeRange(index, frame)] : (index.frames[frame - 1] ?? []);
}

/** Whole bytes, and whole words where their order is to be changed. */
export function nativeRange(
  { offset, frameBits, wordBytes, bigEndian }: NativeFrames,
  frame: number,
): ByteRange {
  const firstBit = (frame - 1) * frameBits;
  const word = bigEndian ? wordBytes : 1;
  const from = Math.floor(firstBit / 8 / word) * word;
  const to = Math.ceil((firstBit + frameBits) / 8 / word) * word;
  return { offset: offset + from, length: to - from };
}

export const countFrames = (index: FrameIndex): number =>
  index.kind === 'native' ? index.count : index.frames.length;

/**
 * A frame index as bytes for the index database: 24 for native frames; else 3 to 7 for each fragment, because
 * fragments lie close to each other; 4 more for the checksum of each frame. Little endian; the first byte says which.
 */
export function encodeFrameIndex(index: FrameIndex): Uint8Array {
  const places = index.kind === 'encapsulated' ? encodeEncapsulated(index) : encodeNative(index);
  const { checksums } = index;
  if (!checksums) return places;
  const bytes = new Uint8Array(places.length + checksums.length * CHECKSUM_BYTES);
  bytes.set(places);
  bytes[0] = index.kind === 'encapsulated' ? ENCAPSULATED_CHECKED : NATIVE_CHECKED;
  const view = new DataView(bytes.buffer, places.length);
  checksums.forEach((checksum, at) => view.setUint32(at * CHECKSUM_BYTES, checksum, true));
  return bytes;
}

/** The inverse. Throws DicomError malformed on bytes that encodeFrameIndex did not make. */
export function decodeFrameIndex(bytes: Uint8Array): FrameIndex {
  const isEncapsulated = bytes[0] === ENCAPSULATED || bytes[0] === ENCAPSULATED_CHECKED;
  const { index, end } = isEncapsulated ? decodeEncapsulated(bytes) : decodeNative(bytes);
  const isChecked = bytes[0] === ENCAPSULATED_CHECKED || bytes[0] === NATIVE_CHECKED;
  const count = isChecked ? countFrames(index) : 0;
  if (bytes.length !== end + count * CHECKSUM_BYTES) throw new DicomError('malformed');
  if (!isChecked) return index;
  const view = new DataView(bytes.buffer, bytes.byteOffset + end);
  const checksums = Array.from({ length: count }, (_, at) => view.getUint32(at * CHECKSUM_BYTES, true));
  return { ...index, checksums };
}

function encodeNative(index: NativeFrames): Uint8Array {
  const view = new DataView(new ArrayBuffer(NATIVE_BYTES));
  view.setUint8(0, NATIVE);
  view.setUint8(1, index.bigEndian ? 1 : 0);
  view.setUint8(2, index.wordBytes);
  view.setUint32(4, index.count, true);
  view.setFloat64(8, index.offset, true);
  view.setFloat64(16, index.frameBits, true);
  return new Uint8Array(view.buffer);
}

/** `end`: where its bytes end. */
interface Decoded<Index> {
  readonly index: Index;
  readonly end: number;
}

function decodeNative(bytes: Uint8Array): Decoded<NativeFrames> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const wordBytes = bytes[2];
  const isWord = wordBytes === 1 || wordBytes === 2 || wordBytes === 4 || wordBytes === 8;
  const isKind = bytes[0] === NATIVE || bytes[0] === NATIVE_CHECKED;
  if (!isKind || bytes.length < NATIVE_BYTES || !isWord) throw new DicomError('malformed');
  const index: NativeFrames = {
    kind: 'native',
    offset: view.getFloat64(8, true),
    frameBits: view.getFloat64(16, true),
    count: view.getUint32(4, true),
    bigEndian: bytes[1] === 1,
    wordBytes,
  };
  return { index, end: NATIVE_BYTES };
}

/** Numbers of 7 bits a byte, the top bit saying that more follow: kind, frames, then fragments of each frame. */
function encodeEncapsulated({ frames }: EncapsulatedFrames): Uint8Array {
  const fragments = frames.reduce((sum, frame) => sum + frame.length, 0);
  // A number up to 2^53 takes 8 bytes at most; a frame has one, a fragment two.
  const bytes = new Uint8Array(9 + frames.length * 8 + fragments * 16);
  bytes[0] = ENCAPSULATED;
  let at = 1;
  let end = 0;
  const put = (value: number) => {
    let rest = value;
    while (rest >= 0x80) {
      bytes[at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    bytes[at++] = rest;
  };
  put(frames.length);
  for (const frame of frames) {
    put(frame.length);
    for (const { offset, length } of frame) {
      // The gap from the last fragment, which is small; its sign in the lowest bit, for tables in any order.
      const gap = offset - end;
      put(gap < 0 ? -gap * 2 - 1 : gap * 2);
      put(length);
      end = offset + length;
    }
  }
  return bytes.slice(0, at);
}

function decodeEncapsulated(bytes: Uint8Array): Decoded<EncapsulatedFrames> {
  let at = 1;
  let end = 0;
  const take = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = bytes[at++];
      if (byte === undefined || scale > 2 ** 56) throw new DicomError('malformed');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  const fragment = (): ByteRange => {
    const gap = take();
    const offset = end + (gap % 2 === 1 ? -(gap + 1) / 2 : gap / 2);
    const length = take();
    end = offset + length;
    return { offset, length };
  };
  // Grown one by one: a count that lies runs out of bytes before it costs memory.
  const list = <T>(item: () => T): T[] => {
    const items: T[] = [];
    for (let count = take(); count > 0; count -= 1) items.push(item());
    return items;
  };
  const frames = list(() => list(fragment));
  return { index: { kind: 'encapsulated', frames }, end: at };
}
