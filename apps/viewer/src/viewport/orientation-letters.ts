import type { Orientation } from './view.ts';

type Vector = readonly [number, number, number];

/** Where the sides of the picture on the screen point in the patient. */
export interface OrientationLetters {
  readonly top: string;
  readonly right: string;
  readonly bottom: string;
  readonly left: string;
}

/** Cosine below which a direction is not worth a letter: some six degrees. */
const NEGLIGIBLE = 0.1;
/** The patient's axes of PS3.3 C.7.6.2.1.1: +x to the left, +y to the back, +z to the head. */
const AXES = [
  ['L', 'R'],
  ['P', 'A'],
  ['H', 'F'],
] as const;

/** Letters for Image Orientation (Patient), the strongest component first. */
export function lettersFromVectors(
  plane: { readonly row: Vector; readonly column: Vector },
  orientation: Orientation,
): OrientationLetters {
  const { xx, xy, yx, yy } = orientation;
  const direction = (alongRow: number, alongColumn: number) =>
    letters(plane.row.map((value, i) => value * alongRow + (plane.column[i] ?? 0) * alongColumn));
  // A screen direction in image axes is the transposed orientation applied to it.
  return {
    right: direction(xx, xy),
    left: direction(-xx, -xy),
    bottom: direction(yx, yy),
    top: direction(-yx, -yy),
  };
}

function letters(vector: readonly number[]): string {
  return vector
    .map((value, axis) => ({ size: Math.abs(value), letter: AXES[axis]?.[value < 0 ? 1 : 0] ?? '' }))
    .filter(({ size }) => size > NEGLIGIBLE)
    .sort((a, b) => b.size - a.size)
    .map(({ letter }) => letter)
    .join('');
}

const OPPOSITE: Readonly<Record<string, string>> = { L: 'R', R: 'L', P: 'A', A: 'P', H: 'F', F: 'H' };

/** Letters for Patient Orientation (PS3.3 C.7.6.1.1.1); undefined when it is absent or not of a biped. */
export function lettersFromPatientOrientation(
  values: readonly string[],
  orientation: Orientation,
): OrientationLetters | undefined {
  const [row = '', column = ''] = values;
  if (!/^[LRAPHF]{1,3}$/.test(row) || !/^[LRAPHF]{1,3}$/.test(column)) return undefined;
  const { xx, xy, yx, yy } = orientation;
  const direction = (alongRow: number, alongColumn: number): string => {
    const along = alongRow !== 0 ? row : column;
    return alongRow + alongColumn > 0 ? along : along.replace(/./g, (letter) => OPPOSITE[letter] ?? '');
  };
  return {
    right: direction(xx, xy),
    left: direction(-xx, -xy),
    bottom: direction(yx, yy),
    top: direction(-yx, -yy),
  };
}
