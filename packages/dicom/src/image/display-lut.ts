import { DicomError } from '../dicom-error.ts';
import { applyModality, type GreyTransform } from './grey-transform.ts';
import { type ImageDescription, paddingTest, storedRange } from './image-description.ts';
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
  const toDisplay = displayValue(description, transform, voi);
  const data = new Uint8Array(max - min + 1);
  for (let stored = min; stored <= max; stored++) data[stored - min] = toDisplay(stored);
  return { firstStored: min, data };
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
  const curve = voiCurve(voi);
  const present = presentationCurve(transform.presentation);
  const isPadding = paddingTest(description) ?? (() => false);
  return (stored) => (isPadding(stored) ? 0 : present(curve(applyModality(transform.modality, stored))));
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
