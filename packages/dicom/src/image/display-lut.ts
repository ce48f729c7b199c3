import { DicomError } from '../dicom-error.ts';
import { applyModality, type GreyTransform } from './grey-transform.ts';
import { type ImageDescription, paddingRange, paddingTest, storedRange } from './image-description.ts';
import { lookUp } from './lookup-table.ts';
import { type VoiChoice, voiCurve } from './voi.ts';

/** The 8-bit display value of every possible stored value: `data[stored - firstStored]`. */
export interface DisplayLut {
  readonly firstStored: number;
  readonly data: Uint8Array;
}

/**
 * Folds the whole pipeline of PS3.4 N.2 into one table. Images of at most 16 bits stored; others go through
 * `displayValue` pixel by pixel. Padding is black whatever the window and the polarity, PS3.3 C.7.5.1.1.2.
 *
 * @throws DicomError bad_image_attributes for floats and more than 16 bits.
 */
export function buildDisplayLut(
  description: ImageDescription,
  transform: GreyTransform,
  voi: VoiChoice,
): DisplayLut {
  if (description.float !== undefined || description.bitsStored > 16) {
    throw new DicomError('bad_image_attributes');
  }
  const { min, max } = storedRange(description);
  const toDisplay = shade(transform, voi);
  const data = new Uint8Array(max - min + 1);
  const [from, to] = isMonotonic(transform, voi) ? unsaturated(toDisplay, min, max) : [min, max];
  data.fill(toDisplay(min), 0, from - min);
  for (let stored = from; stored <= to; stored++) data[stored - min] = toDisplay(stored);
  data.fill(toDisplay(max), to - min + 1);
  const padding = paddingRange(description);
  if (padding && padding.high >= min) data.fill(0, Math.max(0, padding.low - min), padding.high - min + 1);
  return { firstStored: min, data };
}

/** Brighter stays brighter (or darker, all the way) through straight lines and windows; tables promise nothing. */
function isMonotonic({ modality, presentation }: GreyTransform, voi: VoiChoice): boolean {
  return modality.kind === 'linear' && voi.kind === 'window' && typeof presentation === 'string';
}

/**
 * A window leaves most of 65536 values black or white: the first and last stored value that may differ from what lies
 * beyond, found by halving.
 */
function unsaturated(
  toDisplay: (stored: number) => number,
  min: number,
  max: number,
): readonly [number, number] {
  const [least, most] = [toDisplay(min), toDisplay(max)];
  const from = firstWhere((stored) => toDisplay(stored) !== least, min, max);
  return [from, firstWhere((stored) => toDisplay(stored) === most, from, max)];
}

/** The first of min ... max for which the test holds, once it holds for all behind that; max where it never does. */
function firstWhere(test: (stored: number) => boolean, min: number, max: number): number {
  let [low, high] = [min, max];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The pipeline for one stored value, 0 to 255.
 *
 * PS3.3 C.11.2.1.2 defines a real-valued output and leaves its quantisation to the display: the nearest of 256 levels
 * is taken, a half upwards, and INVERSE is the complement of that, so that inverting twice gives the same picture.
 */
export function displayValue(
  description: ImageDescription,
  transform: GreyTransform,
  voi: VoiChoice,
): (stored: number) => number {
  const toDisplay = shade(transform, voi);
  const isPadding = paddingTest(description);
  return isPadding ? (stored) => (isPadding(stored) ? 0 : toDisplay(stored)) : toDisplay;
}

/** The pipeline for a value that is not padding. */
function shade({ modality, presentation }: GreyTransform, voi: VoiChoice): (stored: number) => number {
  const curve = voiCurve(voi);
  const present = presentationCurve(presentation);
  return (stored) => present(curve(applyModality(modality, stored)));
}

function presentationCurve(presentation: GreyTransform['presentation']): (intensity: number) => number {
  if (presentation === 'IDENTITY') return quantise;
  if (presentation === 'INVERSE') return (intensity) => 255 - quantise(intensity);
  const last = presentation.entries.length - 1;
  const most = 2 ** presentation.bits - 1;
  return (intensity) => quantise(lookUp(presentation, presentation.firstMapped + intensity * last) / most);
}

/** NaN, which a float image may hold, becomes black. */
function quantise(intensity: number): number {
  return Math.min(255, Math.max(0, Math.floor(intensity * 255 + 0.5))) || 0;
}
