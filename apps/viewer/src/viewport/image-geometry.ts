import { framePlane } from '@sightline/dicom';
import type { LoadedFrame } from '../frames/loaded-frame.ts';
import { imageSize, type ImageSize } from './view.ts';

/** Ratios this close to 1 are rounding in the file, and would only blur a picture that could be drawn exactly. */
const SQUARE = 1e-3;

/** Size and pixel shape of a frame: physical spacing where it is known, the stated aspect ratio otherwise. */
export function imageSizeOf({ image, description }: Pick<LoadedFrame, 'image' | 'description'>): ImageSize {
  const { columns, rows } = description;
  const { spacing } = framePlane(image.instance.dataset, image.frame);
  const isSquare = !spacing || Math.abs(spacing.row / spacing.column - 1) < SQUARE;
  return imageSize(columns, rows, isSquare ? undefined : spacing);
}
