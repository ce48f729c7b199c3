import { DicomError } from '../dicom-error.ts';
import type { FramePixels, PixelArray } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';
import { decodeNative } from './native-frame.ts';
import { decodedColor, interleavePlanes } from './sample-order.ts';
import { toStoredValues } from './stored-values.ts';

const HEADER_BYTES = 64;

/**
 * Decodes RLE Lossless, PS3.5 annex G: one segment for each byte of each sample, most significant byte first.
 * @throws DicomError decode_failed
 */
export function decodeRle(bytes: Uint8Array, description: ImageDescription): FramePixels {
  const { rows, columns, samplesPerPixel, bitsAllocated } = description;
  if (bitsAllocated === 1) {
    const packed = new Uint8Array(Math.ceil((rows * columns) / 8));
    unpack(segment(bytes, 0, 1), packed, 0, 1);
    return decodeNative(packed, description);
  }
  const cellBytes = bitsAllocated / 8;
  const pixels = rows * columns;
  const planes = new Uint8Array(pixels * samplesPerPixel * cellBytes);
  const count = samplesPerPixel * cellBytes;
  for (let i = 0; i < count; i++) {
    const sample = Math.floor(i / cellBytes);
    // Segments run from the most significant byte down, memory from the least significant byte up.
    const byte = cellBytes - 1 - (i % cellBytes);
    unpack(
      segment(bytes, i, count),
      planes.subarray(sample * pixels * cellBytes, (sample + 1) * pixels * cellBytes),
      byte,
      cellBytes,
    );
  }
  return {
    rows,
    columns,
    samplesPerPixel,
    photometricInterpretation: decodedColor(description),
    data: toStoredValues(interleavePlanes(cells(planes, cellBytes), samplesPerPixel), description),
  };
}

function cells(bytes: Uint8Array<ArrayBuffer>, cellBytes: number): PixelArray {
  if (cellBytes === 1) return bytes;
  return cellBytes === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
}

function segment(bytes: Uint8Array, index: number, expectedCount: number): Uint8Array {
  if (bytes.length < HEADER_BYTES) return fail();
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  if (header.getUint32(0, true) !== expectedCount) return fail();
  const from = header.getUint32(4 + index * 4, true);
  const to = index + 1 < expectedCount ? header.getUint32(8 + index * 4, true) : bytes.length;
  return from >= HEADER_BYTES && from <= to && to <= bytes.length ? bytes.subarray(from, to) : fail();
}

/** PackBits, G.3.1. Fills every `step`-th byte of `out`; bytes beyond are padding, missing ones are damage. */
function unpack(source: Uint8Array, out: Uint8Array, start: number, step: number): void {
  let at = 0;
  let to = start;
  while (to < out.length) {
    const control = source[at++] ?? fail();
    if (control === 128) continue;
    const isRun = control > 128;
    const length = isRun ? 257 - control : control + 1;
    if (at + (isRun ? 1 : length) > source.length) fail();
    for (let i = 0; i < length && to < out.length; i++, to += step)
      out[to] = source[isRun ? at : at + i] ?? 0;
    at += isRun ? 1 : length;
  }
}

function fail(): never {
  throw new DicomError('decode_failed');
}
