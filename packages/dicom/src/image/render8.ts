import { DicomError } from '../dicom-error.ts';
import type { DicomDataset } from '../dicom-json.ts';
import { defaultWindow } from './default-window.ts';
import { buildDisplayLut, type DisplayLut, displayValue } from './display-lut.ts';
import type { FramePixels } from './frame-pixels.ts';
import { frameTransform, type GreyTransform } from './grey-transform.ts';
import { describeImage, type ImageDescription } from './image-description.ts';
import { type BulkLookup, noBulk } from './lookup-table.ts';
import { readPalette } from './palette.ts';
import { renderColor } from './render-color.ts';
import type { VoiChoice } from './voi.ts';

/** A frame as a display shows it: grey (1 channel) or sRGB-like colour (3), rows from the top. */
export interface Picture8 {
  readonly columns: number;
  readonly rows: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/**
 * Draws a decoded frame with the transformations of its data set: the whole of PS3.4 N.2 for grey, PS3.3 C.7.6.3.1.2
 * for colour, to which no window applies.
 *
 * @param frame counts from 1.
 * @param options.voi instead of the first one of the file; with neither, the range of the pixels decides.
 * @param options.bulk supplies bulk data; list what is needed with `neededBulk`.
 * @param options.into memory of exactly the size of the picture, for a grey one, to draw in; it becomes its data.
 * @throws DicomError bad_image_attributes
 */
export function render8(
  pixels: FramePixels,
  ds: DicomDataset,
  frame: number,
  options: { readonly voi?: VoiChoice; readonly bulk?: BulkLookup; readonly into?: Uint8Array } = {},
): Picture8 {
  const description = describeImage(ds);
  const bulk = options.bulk ?? noBulk;
  if (pixels.samplesPerPixel === 3) return renderColor(pixels, description.bitsStored);
  if (pixels.photometricInterpretation === 'PALETTE COLOR') {
    return renderColor(pixels, description.bitsStored, readPalette(ds, bulk));
  }
  return renderGrey(pixels, description, frameTransform(ds, frame, bulk), options.voi, options.into);
}

/**
 * Draws a grey frame. Up to 16 bits through one table, other depths pixel by pixel.
 * @throws DicomError bad_image_attributes
 */
export function renderGrey(
  pixels: FramePixels,
  description: ImageDescription,
  transform: GreyTransform,
  voi?: VoiChoice,
  into?: Uint8Array,
): Picture8 {
  if (pixels.samplesPerPixel !== 1) throw new DicomError('bad_image_attributes');
  const { columns, rows, data } = pixels;
  const chosen = voi ?? transform.voi[0] ?? defaultWindow(data, description, transform);
  const size = columns * rows;
  const out = into?.length === size ? into : new Uint8Array(size);
  if (description.float === undefined && description.bitsStored <= 16) {
    const lut = buildDisplayLut(description, transform, chosen);
    if (data instanceof Uint16Array || data instanceof Int16Array) lookUpWords(lut, data, out);
    else for (let i = 0; i < size; i++) out[i] = lut.data[(data[i] ?? 0) - lut.firstStored] ?? 0;
  } else {
    const toDisplay = displayValue(description, transform, chosen);
    for (let i = 0; i < size; i++) out[i] = toDisplay(data[i] ?? 0);
  }
  return { columns, rows, channels: 1, data: out };
}

/** Of the picture that is drawn, from one to the next: a new one for each made the collector work as long as drawing. */
const byBits = new Uint8Array(0x10000);

/** One look for each pixel, and nothing else: the table is turned so that the bits of a word are its place in it. */
function lookUpWords(
  { data: table, firstStored }: DisplayLut,
  words: Uint16Array | Int16Array,
  out: Uint8Array,
): void {
  byBits.fill(0);
  const negative = Math.min(table.length, Math.max(0, -firstStored));
  // Stored values begin at 0, or as far below it as above.
  byBits.set(table.subarray(0, negative), (0x10000 - negative) % 0x10000);
  byBits.set(table.subarray(negative), 0);
  const bits = new Uint16Array(words.buffer, words.byteOffset, words.length);
  // To the end of the picture in any case: its memory may hold another image.
  const together = out.byteOffset % 4 === 0 ? Math.min(out.length, bits.length) >> 2 : 0;
  const quads = new Uint32Array(out.buffer, out.byteOffset, together);
  for (let i = 0, from = 0; i < together; i++, from += 4)
    quads[i] =
      shown(bits, from) |
      (shown(bits, from + 1) << 8) |
      (shown(bits, from + 2) << 16) |
      (shown(bits, from + 3) << 24);
  for (let i = together * 4; i < out.length; i++) out[i] = shown(bits, i);
}

const shown = (bits: Uint16Array, at: number): number => byBits[bits[at] ?? 0] ?? 0;
