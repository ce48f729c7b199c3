import { describe, expect, it } from 'vitest';
import {
  flipHorizontal,
  flipVertical,
  imageSize,
  INITIAL_VIEW,
  panBy,
  placeImage,
  rotateClockwise,
  type ViewState,
  zoomAt,
} from './view.ts';

const viewport = { width: 800, height: 600 };
const square = imageSize(512, 512, undefined);

/** Where an image point lands on the screen. */
function onScreen(
  view: ViewState,
  image: typeof square,
  column: number,
  row: number,
): readonly [number, number] {
  const { x, y, width, height, scaleX, scaleY, orientation: o } = placeImage(image, viewport, view);
  const u = (column - image.columns / 2) * scaleX;
  const v = (row - image.rows / 2) * scaleY;
  return [x + width / 2 + o.xx * u + o.xy * v, y + height / 2 + o.yx * u + o.yy * v];
}

describe('placeImage', () => {
  it('fits the image into the viewport and centres it', () => {
    expect(placeImage(square, viewport, INITIAL_VIEW)).toMatchObject({
      x: 100,
      y: 0,
      width: 600,
      height: 600,
    });
  });

  it('fits by physical size when pixels are not square', () => {
    const tall = imageSize(256, 512, { row: 0.5, column: 1 });
    const { width, height, scaleX, scaleY } = placeImage(tall, viewport, INITIAL_VIEW);
    expect(width).toBe(height);
    expect(scaleX).toBe(2 * scaleY);
  });

  it('fits the turned image after a quarter turn', () => {
    const wide = imageSize(800, 200, undefined);
    const { width, height } = placeImage(wide, viewport, rotateClockwise(INITIAL_VIEW));
    expect([width, height]).toEqual([150, 600]);
  });

  it('lays the image on whole device pixels even where the margins are odd', () => {
    const odd = imageSize(511, 333, undefined);
    const { x, y } = placeImage(odd, viewport, { ...INITIAL_VIEW, zoom: 1 });
    expect([x, y].every(Number.isInteger)).toBe(true);
  });
});

describe('turning and flipping', () => {
  it('comes back after four turns', () => {
    const turned = [1, 2, 3, 4].reduce(rotateClockwise, { ...INITIAL_VIEW, panX: 7, panY: -3 });
    expect(turned.orientation).toEqual(INITIAL_VIEW.orientation);
    expect([turned.panX, turned.panY]).toEqual([7, -3]);
  });

  it('turns the top left corner to the top right', () => {
    const [x, y] = onScreen(rotateClockwise(INITIAL_VIEW), square, 0, 0);
    expect([x, y]).toEqual([700, 0]);
  });

  it('flips what is on the screen, not what is in the file', () => {
    // Turned first: left and right of the screen are then the rows of the image.
    const view = flipHorizontal(rotateClockwise(INITIAL_VIEW));
    expect(onScreen(view, square, 0, 0)).toEqual([100, 0]);
    expect(onScreen(view, square, 512, 0)).toEqual([100, 600]);
  });

  it('is half a turn when flipped both ways', () => {
    const both = flipVertical(flipHorizontal(INITIAL_VIEW));
    expect(both.orientation).toEqual(rotateClockwise(rotateClockwise(INITIAL_VIEW)).orientation);
  });
});

describe('zoomAt', () => {
  it('keeps the point under the pointer where it is', () => {
    const before = { ...INITIAL_VIEW, zoom: 1, panX: 20, panY: 10 };
    const at = onScreen(before, square, 100, 50);
    const after = zoomAt(before, square, viewport, { factor: 3, x: at[0], y: at[1] });
    expect(onScreen(after, square, 100, 50)[0]).toBeCloseTo(at[0], 0);
    expect(onScreen(after, square, 100, 50)[1]).toBeCloseTo(at[1], 0);
  });

  it('stops before the image is lost from sight or grows without end', () => {
    const zoom = (factor: number) => zoomAt(INITIAL_VIEW, square, viewport, { factor, x: 0, y: 0 }).zoom ?? 0;
    expect(zoom(1e-9) * 512).toBe(16);
    expect(zoom(1e9)).toBe(64);
  });
});

describe('panBy', () => {
  it('moves the image and keeps the zoom it was fitted at', () => {
    const panned = panBy(INITIAL_VIEW, square, viewport, 5, -5);
    expect(panned).toMatchObject({ zoom: 600 / 512, panX: 5, panY: -5 });
  });
});
