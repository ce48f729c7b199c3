import { DicomError } from '../dicom-error.ts';
import type { FramePixels, PixelArray } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';
import { readCells, swapInPlace, toStoredValues } from './stored-values.ts';
import { decodedColor, interleavePlanes, ybrPartialToRgb } from './sample-order.ts';

/** How many bytes a native frame of this description has; a 1-bit frame is padded to whole bytes. */
export function nativeFrameBytes(description: ImageDescription): number {
  const { rows, columns, samplesPerPixel, bitsAllocated } = description;
  const samples = isHalved(description) ? 2 : samplesPerPixel;
  return Math.ceil((rows * columns * samples * bitsAllocated) / 8);
}

/**
 * Reads an uncompressed frame of 1, 8, 16 or 32 bits or of floating point numbers, PS3.5 section 8.
 *
 * @param bytes from the first byte of the frame; bytes behind it are ignored
 * @param givesBytes whether their memory may be changed and become the result, which saves copying it
 * @throws DicomError frame_missing where they are too few
 */
export function decodeNative(
  bytes: Uint8Array,
  description: ImageDescription,
  isBigEndian = false,
  givesBytes = false,
): FramePixels {
  const size = nativeFrameBytes(description);
  if (bytes.length < size) throw new DicomError('frame_missing');
  const cells = cellsOf(bytes.subarray(0, size), description, isBigEndian, givesBytes);
  const { rows, columns, samplesPerPixel } = description;
  if (samplesPerPixel === 1) {
    const photometricInterpretation = decodedColor(description);
    return { rows, columns, samplesPerPixel, photometricInterpretation, data: cells };
  }
  const isPartial = description.photometricInterpretation.startsWith('YBR_PARTIAL');
  const isByPlane = description.planarConfiguration === 1;
  const full = isHalved(description) ? spreadChroma(cells) : isByPlane ? interleavePlanes(cells, 3) : cells;
  return {
    rows,
    columns,
    samplesPerPixel,
    photometricInterpretation: isPartial ? 'RGB' : decodedColor(description),
    data: isPartial ? ybrPartialToRgb(full) : full,
  };
}

function cellsOf(
  bytes: Uint8Array,
  description: ImageDescription,
  isBigEndian: boolean,
  givesBytes: boolean,
): PixelArray {
  const { bitsAllocated, float } = description;
  if (float !== undefined) {
    const copy = new Uint8Array(bytes);
    if (isBigEndian) swapInPlace(copy, bitsAllocated / 8);
    return float === 'float' ? new Float32Array(copy.buffer) : new Float64Array(copy.buffer);
  }
  if (bitsAllocated === 1) return unpackBits(bytes, description.rows * description.columns);
  const cellBytes = bitsAllocated === 8 ? 1 : bitsAllocated === 16 ? 2 : 4;
  return toStoredValues(readCells(bytes, cellBytes, isBigEndian, givesBytes), description);
}

/** PS3.5 8.1.1: the first pixel is the least significant bit. */
function unpackBits(bytes: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1;
  return out;
}

/** Chroma at half the horizontal rate, PS3.3 C.7.6.3.1.2: two luminances, then one pair for both. */
function isHalved({ photometricInterpretation: name }: ImageDescription): boolean {
  return name === 'YBR_FULL_422' || name === 'YBR_PARTIAL_422';
}

/** Y1 Y2 CB CR for every two pixels, to Y CB CR for each. */
function spreadChroma(cells: PixelArray): PixelArray {
  const out = new Uint8Array((cells.length / 2) * 3);
  for (let from = 0, to = 0; from + 3 < cells.length; from += 4, to += 6) {
    const [y1 = 0, y2 = 0, cb = 0, cr = 0] = cells.subarray(from, from + 4);
    out.set([y1, cb, cr, y2, cb, cr], to);
  }
  return out;
}
