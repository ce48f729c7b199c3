import {
  DicomError,
  isGrey,
  renderColor,
  type FramePixels,
  type ImageDescription,
  type Palette,
} from '@sightline/dicom';
import { nativeFrameBytes } from '@sightline/dicom/decode';
import type { Picture } from '../viewport/picture.ts';

/**
 * A decoded frame in the form in which it is kept: ready to draw, or, for values that no table can list (32 bits,
 * floating point), as numbers that each window turns into a picture.
 */
export type DecodedFrame = Picture | { readonly kind: 'wide'; readonly pixels: FramePixels };

/** @throws DicomError bad_image_attributes */
export function decodedFrame(
  pixels: FramePixels,
  description: ImageDescription,
  palette: Palette | undefined,
): DecodedFrame {
  const { columns, rows, data } = pixels;
  if (pixels.samplesPerPixel === 3 || pixels.photometricInterpretation === 'PALETTE COLOR') {
    const { data: rgb } = renderColor(pixels, description.bitsStored, palette);
    return { kind: 'color', columns, rows, rgba: toRgba(rgb) };
  }
  const bits = bitPatterns(data);
  return bits && description.bitsStored <= 16 && description.float === undefined
    ? { kind: 'stored', columns, rows, bits }
    : { kind: 'wide', pixels };
}

/** An odd length is made even, PS3.5 8.1.1. */
const PADDING = 1;
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * An uncompressed grey frame of 8 or 16 bits without touching a pixel: display tables know every bit pattern, so nothing
 * needs to be masked or sign-extended first. Undefined for everything else.
 * @param bytes Explicit VR Little Endian; from the first byte of its buffer
 * @throws DicomError frame_missing where they are too few; decode_failed where they are too many, for then they are the
 *   pixels of another image, and would be a torn picture of this one
 */
export function nativeGrey(bytes: Uint8Array, description: ImageDescription): DecodedFrame | undefined {
  const { columns, rows, bitsAllocated, bitsStored, highBit } = description;
  const isPlain = isGrey(description) && description.float === undefined && highBit === bitsStored - 1;
  if (!isPlain || (bitsAllocated !== 8 && bitsAllocated !== 16) || !IS_LITTLE_ENDIAN) return undefined;
  const count = columns * rows;
  if (bytes.length < nativeFrameBytes(description)) throw new DicomError('frame_missing');
  if (bytes.length > nativeFrameBytes(description) + PADDING) throw new DicomError('decode_failed');
  const { buffer, byteOffset } = bytes;
  const bits = bitsAllocated === 8 ? bytes.subarray(0, count) : new Uint16Array(buffer, byteOffset, count);
  return { kind: 'stored', columns, rows, bits };
}

/** The same memory, read as unsigned: what an integer texture holds. */
function bitPatterns(data: FramePixels['data']): Uint8Array | Uint16Array | undefined {
  if (data instanceof Uint8Array || data instanceof Uint16Array) return data;
  if (data instanceof Int8Array) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  if (data instanceof Int16Array) return new Uint16Array(data.buffer, data.byteOffset, data.length);
  return undefined;
}

function toRgba(rgb: Uint8Array): Uint8Array {
  const rgba = new Uint8Array((rgb.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from] as number; // within bounds, as are the next two
    rgba[to + 1] = rgb[from + 1] as number;
    rgba[to + 2] = rgb[from + 2] as number;
  }
  return rgba;
}

/** Memory a kept frame takes. */
export function byteLength(frame: DecodedFrame): number {
  if (frame.kind === 'wide') return frame.pixels.data.byteLength;
  return frame.kind === 'color' ? frame.rgba.byteLength : frame.bits.byteLength;
}
