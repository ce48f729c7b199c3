import { DicomError } from '../dicom-error.ts';
import type { ByteRange } from './fragments.ts';

/** Where the frames of one object lie. Offsets are those of the file, or of the inflated data set. */
export type FrameIndex = NativeFrames | EncapsulatedFrames;

/** Frames one after the other, of the same size. */
export interface NativeFrames {
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
export interface EncapsulatedFrames {
  readonly kind: 'encapsulated';
  readonly frames: readonly (readonly ByteRange[])[];
}

const NATIVE = 1;
const ENCAPSULATED = 2;
const NATIVE_BYTES = 24;

/**
 * A frame index as bytes for the index database: 24 for native frames; else 3 to 7 for each fragment, because
 * fragments lie close to each other. Little endian; the first byte says which.
 */
export function encodeFrameIndex(index: FrameIndex): Uint8Array {
  if (index.kind === 'encapsulated') return encodeEncapsulated(index);
  const view = new DataView(new ArrayBuffer(NATIVE_BYTES));
  view.setUint8(0, NATIVE);
  view.setUint8(1, index.bigEndian ? 1 : 0);
  view.setUint8(2, index.wordBytes);
  view.setUint32(4, index.count, true);
  view.setFloat64(8, index.offset, true);
  view.setFloat64(16, index.frameBits, true);
  return new Uint8Array(view.buffer);
}

/** The inverse. Throws DicomError malformed on bytes that encodeFrameIndex did not make. */
export function decodeFrameIndex(bytes: Uint8Array): FrameIndex {
  if (bytes[0] === ENCAPSULATED) return decodeEncapsulated(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const wordBytes = bytes[2];
  const isWord = wordBytes === 1 || wordBytes === 2 || wordBytes === 4 || wordBytes === 8;
  if (bytes[0] !== NATIVE || bytes.length !== NATIVE_BYTES || !isWord) throw new DicomError('malformed');
  return {
    kind: 'native',
    offset: view.getFloat64(8, true),
    frameBits: view.getFloat64(16, true),
    count: view.getUint32(4, true),
    bigEndian: bytes[1] === 1,
    wordBytes,
  };
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

function decodeEncapsulated(bytes: Uint8Array): EncapsulatedFrames {
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
  if (at !== bytes.length) throw new DicomError('malformed');
  return { kind: 'encapsulated', frames };
}
