import { describe, expect, it } from 'vitest';
import { lettersFromPatientOrientation, lettersFromVectors } from './orientation-letters.ts';
import {
  flipHorizontal,
  flipVertical,
  INITIAL_VIEW,
  rotateClockwise,
  UPRIGHT,
  type ViewState,
} from './view.ts';

type Vector = readonly [number, number, number];

const DIRECTIONS: readonly (readonly [string, Vector])[] = [
  ['L', [1, 0, 0]],
  ['R', [-1, 0, 0]],
  ['P', [0, 1, 0]],
  ['A', [0, -1, 0]],
  ['H', [0, 0, 1]],
  ['F', [0, 0, -1]],
];
const opposite: Readonly<Record<string, string>> = { L: 'R', R: 'L', P: 'A', A: 'P', H: 'F', F: 'H' };

/** Every pair of perpendicular patient axes: 24 planes, each seen from both sides. */
const planes = DIRECTIONS.flatMap(([right, row]) =>
  DIRECTIONS.filter(([bottom]) => bottom !== right && bottom !== opposite[right]).map(([bottom, column]) => ({
    right,
    bottom,
    row,
    column,
  })),
);

/** What the eight ways of laying an image do to the four sides, found without any matrix. */
type Sides = { top: string; right: string; bottom: string; left: string };
const turned = ({ top, right, bottom, left }: Sides): Sides => ({
  top: left,
  right: top,
  bottom: right,
  left: bottom,
});
const flippedAcross = (sides: Sides): Sides => ({ ...sides, left: sides.right, right: sides.left });
const flippedDown = (sides: Sides): Sides => ({ ...sides, top: sides.bottom, bottom: sides.top });

const ways: readonly (readonly [string, (view: ViewState) => ViewState, (sides: Sides) => Sides])[] = [
  ['as it is', (view) => view, (sides) => sides],
  ['turned', rotateClockwise, turned],
  ['turned twice', (view) => rotateClockwise(rotateClockwise(view)), (sides) => turned(turned(sides))],
  ['flipped across', flipHorizontal, flippedAcross],
  ['flipped down', flipVertical, flippedDown],
  [
    'turned, then flipped',
    (view) => flipHorizontal(rotateClockwise(view)),
    (sides) => flippedAcross(turned(sides)),
  ],
  [
    'flipped, then turned',
    (view) => rotateClockwise(flipHorizontal(view)),
    (sides) => turned(flippedAcross(sides)),
  ],
  [
    'turned three times',
    (view) => [1, 2, 3].reduce(rotateClockwise, view),
    (sides) => [1, 2, 3].reduce(turned, sides),
  ],
];

it('knows 24 planes, and with either hand 48 orientations', () => {
  expect(planes).toHaveLength(24);
});

describe.each(ways)('an image %s', (_, change, expected) => {
  it.each(planes)(
    'is named right when rows go to $right and columns to $bottom',
    ({ right, bottom, row, column }) => {
      const sides = { right, bottom, left: opposite[right] ?? '', top: opposite[bottom] ?? '' };
      const { orientation } = change(INITIAL_VIEW);
      expect(lettersFromVectors({ row, column }, orientation)).toEqual(expected(sides));
      expect(lettersFromPatientOrientation([right, bottom], orientation)).toEqual(expected(sides));
    },
  );
});

describe('oblique planes', () => {
  it('names the stronger direction first and leaves out what is negligible', () => {
    const row: Vector = [0.8, 0.6, 0.01];
    const column: Vector = [-0.05, 0.05, -0.99];
    expect(lettersFromVectors({ row, column }, UPRIGHT)).toEqual({
      right: 'LP',
      left: 'RA',
      bottom: 'F',
      top: 'H',
    });
  });

  it('turns every letter of a compound direction round', () => {
    expect(lettersFromPatientOrientation(['LPH', 'FA'], UPRIGHT)).toMatchObject({ left: 'RAF', top: 'HP' });
  });
});

it.each([[[]], [['L']], [['', 'F']], [['CR', 'D']], [['L', 'x']]])(
  'says nothing for Patient Orientation %j',
  (values) => {
    expect(lettersFromPatientOrientation(values, UPRIGHT)).toBeUndefined();
  },
);
