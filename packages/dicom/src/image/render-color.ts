import { DicomError } from '../dicom-error.ts';
import type { FramePixels, PixelArray } from './frame-pixels.ts';
import type { Palette } from './palette.ts';

/**
 * Draws a colour frame as 8-bit RGB. Deeper samples are scaled by their stored bits, the nearest level taken.
 *
 * @param bitsStored of the image; 1 to 32
 * @param palette needed for PALETTE COLOR
 * @throws DicomError bad_image_attributes for grey pixels or a missing palette
 */
export function renderColor(
  pixels: FramePixels,
  bitsStored: number,
  palette?: Palette,
): { readonly columns: number; readonly rows: number; readonly channels: 3; readonly data: Uint8Array } {
  const { columns, rows } = pixels;
  return { columns, rows, channels: 3, data: toRgb(pixels, bitsStored, palette) };
}

function toRgb(
  { photometricInterpretation, data }: FramePixels,
  bits: number,
  palette?: Palette,
): Uint8Array {
  switch (photometricInterpretation) {
    case 'RGB':
      return bits === 8 && data instanceof Uint8Array ? data : scaled(data, bits);
    case 'YBR_FULL':
      return fromYbrFull(data, bits);
    case 'PALETTE COLOR':
      if (palette !== undefined) return fromPalette(data, palette);
      throw new DicomError('bad_image_attributes');
    case 'MONOCHROME1':
    case 'MONOCHROME2':
      throw new DicomError('bad_image_attributes');
  }
}

function scaled(data: PixelArray, bits: number): Uint8Array {
  const factor = 255 / (2 ** bits - 1);
  return Uint8Array.from(data as ArrayLike<number>, (value) => Math.round(value * factor)); // each kind is one
}

function fromPalette(data: PixelArray, { firstMapped, rgb }: Palette): Uint8Array {
  const out = new Uint8Array(data.length * 3);
  const last = rgb.length / 3 - 1;
  for (let i = 0; i < data.length; i++) {
    const entry = Math.min(last, Math.max(0, (data[i] ?? 0) - firstMapped)) * 3;
    out[i * 3] = rgb[entry] ?? 0;
    out[i * 3 + 1] = rgb[entry + 1] ?? 0;
    out[i * 3 + 2] = rgb[entry + 2] ?? 0;
  }
  return out;
}

/** The inverse of the matrix in PS3.3 C.7.6.3.1.2; out of range colours are clamped. */
function fromYbrFull(data: PixelArray, bits: number): Uint8Array {
  const factor = 255 / (2 ** bits - 1);
  const zero = 2 ** (bits - 1);
  const out = new Uint8ClampedArray(data.length);
  for (let i = 0; i + 2 < data.length; i += 3) {
    const y = data[i] ?? 0;
    const cb = (data[i + 1] ?? 0) - zero;
    const cr = (data[i + 2] ?? 0) - zero;
    out[i] = (y + 1.402 * cr) * factor;
    out[i + 1] = (y - 0.344136 * cb - 0.714136 * cr) * factor;
    out[i + 2] = (y + 1.772 * cb) * factor;
  }
  return new Uint8Array(out.buffer);
}
