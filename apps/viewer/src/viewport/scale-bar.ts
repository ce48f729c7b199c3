import type { FramePlane } from '@sightline/dicom';
import type { Placement } from './view.ts';

/** A horizontal bar of a round length. What the length means depends on where the spacing comes from. */
export interface ScaleBar {
  /** Device pixels. */
  readonly length: number;
  readonly amount: number;
  readonly unit: 'mm' | 'cm' | 'px';
  readonly plane: 'patient' | 'detector' | 'film' | 'pixels';
}

const STEPS = [1, 2, 5];

/**
 * The bar for an image as placed: a quarter of the viewport's width at most. Undefined where a length would be a lie: an
 * ultrasound image has one only inside its calibrated regions.
 */
export function scaleBar(
  plane: FramePlane,
  placement: Placement,
  viewportWidth: number,
  isUltrasound: boolean,
): ScaleBar | undefined {
  const region = isUltrasound ? largestRegion(plane) : undefined;
  if (isUltrasound && !region) return undefined;
  const spacing = region?.spacing ?? plane.spacing;
  const alongColumns = placement.orientation.xx === 0;
  const scale = alongColumns ? placement.scaleY : placement.scaleX;
  const kind = spacing?.kind;
  if (!spacing || kind === 'PixelAspectRatio') {
    const pixels = roundLength(viewportWidth / 4 / scale);
    return pixels < 1 ? undefined : { length: pixels * scale, amount: pixels, unit: 'px', plane: 'pixels' };
  }
  const perMillimetre = scale / (alongColumns ? spacing.row : spacing.column);
  const millimetres = roundLength(viewportWidth / 4 / perMillimetre);
  const inCentimetres = millimetres >= 10;
  return {
    length: millimetres * perMillimetre,
    amount: inCentimetres ? millimetres / 10 : millimetres,
    unit: inCentimetres ? 'cm' : 'mm',
    plane:
      kind === 'ImagerPixelSpacing' ? 'detector' : kind === 'NominalScannedPixelSpacing' ? 'film' : 'patient',
  };
}

function largestRegion(plane: FramePlane): FramePlane['regions'][number] | undefined {
  const area = (region: FramePlane['regions'][number]) =>
    (region.maxX - region.minX) * (region.maxY - region.minY);
  return [...plane.regions].sort((a, b) => area(b) - area(a))[0];
}

/** The largest of 1, 2, 5 times a power of ten that is not above the limit. */
function roundLength(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit));
  const step = STEPS.findLast((candidate) => candidate * power <= limit) ?? 1;
  return Number((step * power).toPrecision(1));
}
