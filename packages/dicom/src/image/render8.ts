import { DicomError } from '../dicom-error.ts';
import type { DicomDataset } from '../dicom-json.ts';
import { defaultWindow } from './default-window.ts';
import { buildDisplayLut, displayValue } from './display-lut.ts';
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
 * @throws DicomError bad_image_attributes
 */
export function render8(
  pixels: FramePixels,
  ds: DicomDataset,
  frame: number,
  options: { readonly voi?: VoiChoice; readonly bulk?: BulkLookup } = {},
): Picture8 {
  const description = describeImage(ds);
  const bulk = options.bulk ?? noBulk;
  if (pixels.samplesPerPixel === 3) return renderColor(pixels, description.bitsStored);
  if (pixels.photometricInterpretation === 'PALETTE COLOR') {
    return renderColor(pixels, description.bitsStored, readPalette(ds, bulk));
  }
  return renderGrey(pixels, description, frameTransform(ds, frame, bulk), options.voi);
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
): Picture8 {
  if (pixels.samplesPerPixel !== 1) throw new DicomError('bad_image_attributes');
  const { columns, rows, data } = pixels;
  const chosen = voi ?? transform.voi[0] ?? defaultWindow(data, description, transform);
  const out = new Uint8Array(columns * rows);
  if (description.float === undefined && description.bitsStored <= 16) {
    const lut = buildDisplayLut(description, transform, chosen);
    for (let i = 0; i < out.length; i++) out[i] = lut.data[(data[i] ?? 0) - lut.firstStored] ?? 0;
  } else {
    const toDisplay = displayValue(description, transform, chosen);
    for (let i = 0; i < out.length; i++) out[i] = toDisplay(data[i] ?? 0);
  }
  return { columns, rows, channels: 1, data: out };
}
