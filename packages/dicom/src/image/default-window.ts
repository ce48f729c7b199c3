import type { PixelArray } from './frame-pixels.ts';
import { applyModality, type GreyTransform } from './grey-transform.ts';
import { type ImageDescription, paddingTest } from './image-description.ts';
import type { VoiWindow } from './voi.ts';

/**
 * The window for a frame whose file has none: from the smallest to the largest value there is, padding excluded.
 * It says of itself that it comes from the pixels, so that nobody takes it for the modality's choice.
 */
export function defaultWindow(
  data: PixelArray,
  description: ImageDescription,
  transform: Pick<GreyTransform, 'modality'>,
): VoiWindow {
  const [low, high] = modalityRange(data, description, transform);
  const base = { kind: 'window', origin: 'pixels' } as const;
  if (description.float === undefined && isWhole(transform.modality)) {
    // LINEAR counts whole values: this maps the smallest exactly to black and the largest exactly to white.
    return { ...base, function: 'LINEAR', center: (low + high + 1) / 2, width: high - low + 1 };
  }
  return { ...base, function: 'LINEAR_EXACT', center: (low + high) / 2, width: high - low || 1 };
}

/** Dose and counts are often rescaled by small fractions, among which a step of 1 means nothing. */
function isWhole(modality: GreyTransform['modality']): boolean {
  if (modality.kind === 'lut') return true;
  return Number.isInteger(modality.slope) && Number.isInteger(modality.intercept);
}

function modalityRange(
  data: PixelArray,
  description: ImageDescription,
  { modality }: Pick<GreyTransform, 'modality'>,
): readonly [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const see = (value: number): void => {
    if (value < low) low = value;
    if (value > high) high = value;
  };
  const isPadding = paddingTest(description) ?? (() => false);
  // A line has its extremes at the ends; a table may have them anywhere.
  const isLine = modality.kind === 'linear';
  for (const stored of data) {
    if (!isPadding(stored) && Number.isFinite(stored)) see(isLine ? stored : applyModality(modality, stored));
  }
  if (low > high) return [0, 0];
  if (!isLine) return [low, high];
  const ends = [applyModality(modality, low), applyModality(modality, high)] as const;
  return [Math.min(...ends), Math.max(...ends)];
}
