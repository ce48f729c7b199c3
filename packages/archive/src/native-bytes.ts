import { vrTraits, type Vr } from '@sightline/dicom';

/** Turns the bytes of each word round. The length must be a multiple of the word. Returns new bytes unless none turn. */
export function swapBytes(bytes: Uint8Array, wordBytes: number): Uint8Array {
  if (wordBytes === 1) return bytes;
  const swapped = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += wordBytes) {
    for (let i = 0; i < wordBytes; i += 1) swapped[at + i] = bytes[at + wordBytes - 1 - i] ?? 0;
  }
  return swapped;
}

/** As above for a stream, whose pieces may end anywhere. */
export async function* swapStream(
  pieces: AsyncIterable<Uint8Array>,
  wordBytes: number,
): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const piece of pieces) {
    const bytes = rest.length > 0 ? joinPieces([rest, piece]) : piece;
    const whole = bytes.length - (bytes.length % wordBytes);
    if (whole > 0) yield swapBytes(bytes.subarray(0, whole), wordBytes);
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) yield rest;
}

/** A part of a stream that is read from its beginning. */
export async function* cutStream(
  bytes: AsyncIterable<Uint8Array>,
  part: { readonly offset: number; readonly length: number },
): AsyncGenerator<Uint8Array> {
  const end = part.offset + part.length;
  let at = 0;
  for await (const piece of bytes) {
    const from = Math.max(0, part.offset - at);
    const to = Math.min(piece.length, end - at);
    if (from < to) yield piece.subarray(from, to);
    at += piece.length;
    if (at >= end) return;
  }
}

/**
 * The bits from `firstBit` on, moved so that they begin at a byte; the first pixel is the least significant bit
 * (PS3.5 8.1.1). Bits after the last are zero. Bytes that need no moving are not copied.
 */
export function cutBits(bytes: Uint8Array, firstBit: number, bits: number): Uint8Array {
  const start = firstBit >> 3;
  const length = Math.ceil(bits / 8);
  const shift = firstBit & 7;
  if (shift === 0 && bits % 8 === 0) return bytes.subarray(start, start + length);
  const cut = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) {
    const low = (bytes[start + i] ?? 0) >> shift;
    cut[i] = shift === 0 ? low : low | ((bytes[start + i + 1] ?? 0) << (8 - shift));
  }
  const last = cut[length - 1] ?? 0;
  if (bits % 8 !== 0) cut[length - 1] = last & ((1 << (bits % 8)) - 1);
  return cut;
}

export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Of values of this VR in a file; 1 for a VR that PS3.5 does not know. */
export const wordBytesOf = (vr: string): number => (vr in vrTraits ? vrTraits[vr as Vr].wordBytes : 1); // just tested
