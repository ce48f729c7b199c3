import { describe, expect, it } from 'vitest';
import { rasterize } from './rasterize.ts';
import { sampling } from './sampling.ts';
import {
  flipHorizontal,
  flipVertical,
  imageSize,
  INITIAL_VIEW,
  placeImage,
  rotateClockwise,
  type ViewState,
} from './view.ts';

const IDENTITY = Uint8Array.from({ length: 256 }, (_, value) => value);

/** The grey values of a rendering, one row after another. */
function render(
  bits: readonly number[],
  columns: number,
  viewport: { width: number; height: number },
  view: Partial<ViewState>,
  options: { spacing?: { row: number; column: number }; invert?: boolean } = {},
): number[][] {
  const image = imageSize(columns, bits.length / columns, options.spacing);
  const placement = placeImage(image, viewport, { ...INITIAL_VIEW, ...view });
  const rgba = rasterize({
    ...viewport,
    picture: { kind: 'stored', columns, rows: image.rows, bits: Uint8Array.from(bits) },
    table: IDENTITY,
    sampling: sampling(placement, image, viewport),
    invert: options.invert ?? false,
  });
  return Array.from({ length: viewport.height }, (_, y) =>
    Array.from({ length: viewport.width }, (__, x) => rgba[(y * viewport.width + x) * 4] ?? -1),
  );
}

const two = [10, 20, 30, 40];
const exact = { width: 2, height: 2 };

describe('rasterize', () => {
  it('gives every pixel its own value at 1:1', () => {
    expect(render(two, 2, exact, { zoom: 1 })).toEqual([
      [10, 20],
      [30, 40],
    ]);
  });

  it('is black and opaque outside the image', () => {
    const shown = render(two, 2, { width: 4, height: 4 }, { zoom: 1 });
    expect(shown[0]).toEqual([0, 0, 0, 0]);
    expect(shown[1]).toEqual([0, 10, 20, 0]);
  });

  it('repeats pixels without blurring at whole magnifications', () => {
    expect(render(two, 2, { width: 4, height: 4 }, {})).toEqual([
      [10, 10, 20, 20],
      [10, 10, 20, 20],
      [30, 30, 40, 40],
      [30, 30, 40, 40],
    ]);
  });

  it('goes linearly between pixels at other magnifications', () => {
    const [row] = render([0, 200], 2, { width: 3, height: 2 }, { zoom: 1.5 });
    expect(row).toEqual([0, 100, 200]);
  });

  it('averages what a device pixel covers when it makes an image smaller', () => {
    expect(render([0, 100, 200, 100], 2, { width: 1, height: 1 }, {})).toEqual([[100]]);
    expect(render([0, 255, 0, 255, 0, 255], 6, { width: 2, height: 1 }, {})).toEqual([[85, 170]]);
  });

  it('stretches pixels that are not square', () => {
    expect(
      render([10, 20], 2, { width: 2, height: 2 }, { zoom: 1 }, { spacing: { row: 2, column: 1 } }),
    ).toEqual([
      [10, 20],
      [10, 20],
    ]);
  });

  it('inverts the picture, not the surroundings', () => {
    expect(render([10], 1, { width: 3, height: 1 }, { zoom: 1 }, { invert: true })).toEqual([[0, 245, 0]]);
  });

  it.each([
    [
      'turned',
      rotateClockwise(INITIAL_VIEW),
      [
        [30, 10],
        [40, 20],
      ],
    ],
    [
      'flipped across',
      flipHorizontal(INITIAL_VIEW),
      [
        [20, 10],
        [40, 30],
      ],
    ],
    [
      'flipped down',
      flipVertical(INITIAL_VIEW),
      [
        [30, 40],
        [10, 20],
      ],
    ],
    [
      'turned, then flipped',
      flipHorizontal(rotateClockwise(INITIAL_VIEW)),
      [
        [10, 30],
        [20, 40],
      ],
    ],
    [
      'turned twice',
      rotateClockwise(rotateClockwise(INITIAL_VIEW)),
      [
        [40, 30],
        [20, 10],
      ],
    ],
  ])('draws an image %s', (_, view, expected) => {
    expect(render(two, 2, exact, { ...view, zoom: 1 })).toEqual(expected);
  });

  it('draws a part of an image that is larger than the viewport', () => {
    const wide = Array.from({ length: 10 }, (_, value) => value * 10);
    expect(render(wide, 10, { width: 4, height: 1 }, { zoom: 1, panX: 3 })).toEqual([[0, 10, 20, 30]]);
  });

  it('draws colour by the same rules', () => {
    const viewport = { width: 3, height: 1 };
    const image = imageSize(2, 1, undefined);
    const placement = placeImage(image, viewport, { ...INITIAL_VIEW, zoom: 1.5 });
    const rgba = rasterize({
      ...viewport,
      picture: {
        kind: 'color',
        columns: 2,
        rows: 1,
        rgba: Uint8Array.of(0, 10, 20, 255, 100, 110, 120, 255),
      },
      table: undefined,
      sampling: sampling(placement, image, viewport),
      invert: false,
    });
    expect([...rgba]).toEqual([0, 10, 20, 255, 50, 60, 70, 255, 100, 110, 120, 255]);
  });

  it('reads signed values by their bit pattern', () => {
    const table = new Uint8Array(65536);
    table[0xffff] = 77;
    const viewport = { width: 1, height: 1 };
    const image = imageSize(1, 1, undefined);
    const rgba = rasterize({
      ...viewport,
      picture: { kind: 'stored', columns: 1, rows: 1, bits: new Uint16Array(Int16Array.of(-1).buffer) },
      table,
      sampling: sampling(placeImage(image, viewport, INITIAL_VIEW), image, viewport),
      invert: false,
    });
    expect(rgba[0]).toBe(77);
  });
});
