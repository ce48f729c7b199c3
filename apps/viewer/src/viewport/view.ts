/**
 * Where an image lies in a viewport, in device pixels. Everything here is arithmetic, so that the first paint, the GPU
 * renderer, the overlay and the tests cannot disagree about it.
 */

/** One of the eight ways to lay an image on a screen without slanting it: screen = orientation * image. */
export interface Orientation {
  readonly xx: -1 | 0 | 1;
  readonly xy: -1 | 0 | 1;
  readonly yx: -1 | 0 | 1;
  readonly yy: -1 | 0 | 1;
}

export const UPRIGHT: Orientation = { xx: 1, xy: 0, yx: 0, yy: 1 };
const QUARTER_TURN: Orientation = { xx: 0, xy: -1, yx: 1, yy: 0 };
const MIRROR_ACROSS: Orientation = { xx: -1, xy: 0, yx: 0, yy: 1 };
const MIRROR_DOWN: Orientation = { xx: 1, xy: 0, yx: 0, yy: -1 };

export interface ViewState {
  /** Device pixels per display unit (the shorter side of an image pixel); undefined: as large as fits. */
  readonly zoom: number | undefined;
  /** Device pixels from the centred position. */
  readonly panX: number;
  readonly panY: number;
  readonly orientation: Orientation;
  readonly invert: boolean;
}

export const INITIAL_VIEW: ViewState = {
  zoom: undefined,
  panX: 0,
  panY: 0,
  orientation: UPRIGHT,
  invert: false,
};

export interface ImageSize {
  readonly columns: number;
  readonly rows: number;
  /** Width and height of one pixel in display units; the smaller of the two is 1. */
  readonly pixelWidth: number;
  readonly pixelHeight: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The image's box on the screen; the origin is a whole device pixel. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Device pixels per image pixel, along a row and along a column of the image. */
  readonly scaleX: number;
  readonly scaleY: number;
  readonly orientation: Orientation;
  /** The zoom in force, whether chosen or fitted. */
  readonly zoom: number;
}

function multiply(a: Orientation, b: Orientation): Orientation {
  const dot = (p: number, q: number, r: number, s: number) => (p * q + r * s + 0) as -1 | 0 | 1; // signed permutations; + 0 turns -0 into 0
  return {
    xx: dot(a.xx, b.xx, a.xy, b.yx),
    xy: dot(a.xx, b.xy, a.xy, b.yy),
    yx: dot(a.yx, b.xx, a.yy, b.yx),
    yy: dot(a.yx, b.xy, a.yy, b.yy),
  };
}

/** A quarter turn clockwise of what is on the screen. */
export function rotateClockwise(view: ViewState): ViewState {
  const { orientation, panX, panY } = view;
  return { ...view, orientation: multiply(QUARTER_TURN, orientation), panX: -panY, panY: panX };
}

/** Left and right of what is on the screen change places. */
export function flipHorizontal(view: ViewState): ViewState {
  return { ...view, orientation: multiply(MIRROR_ACROSS, view.orientation), panX: -view.panX };
}

/** Top and bottom of what is on the screen change places. */
export function flipVertical(view: ViewState): ViewState {
  return { ...view, orientation: multiply(MIRROR_DOWN, view.orientation), panY: -view.panY };
}

/** Relative pixel sides from a physical spacing or aspect ratio; without either, pixels are square. */
export function imageSize(
  columns: number,
  rows: number,
  spacing: { readonly row: number; readonly column: number } | undefined,
): ImageSize {
  const aspect = spacing && spacing.row > 0 && spacing.column > 0 ? spacing.row / spacing.column : 1;
  return { columns, rows, pixelWidth: aspect < 1 ? 1 / aspect : 1, pixelHeight: aspect < 1 ? 1 : aspect };
}

function uprightSize(image: ImageSize, orientation: Orientation): Size {
  const width = image.columns * image.pixelWidth;
  const height = image.rows * image.pixelHeight;
  return orientation.xx === 0 ? { width: height, height: width } : { width, height };
}

export function fitZoom(image: ImageSize, viewport: Size, orientation: Orientation): number {
  const { width, height } = uprightSize(image, orientation);
  return Math.min(viewport.width / width, viewport.height / height);
}

/** The image's box for a view. The origin is rounded to whole device pixels, so that 1:1 is exact. */
export function placeImage(image: ImageSize, viewport: Size, view: ViewState): Placement {
  const zoom = view.zoom ?? fitZoom(image, viewport, view.orientation);
  const box = uprightSize(image, view.orientation);
  const width = box.width * zoom;
  const height = box.height * zoom;
  return {
    x: Math.round((viewport.width - width) / 2 + view.panX),
    y: Math.round((viewport.height - height) / 2 + view.panY),
    width,
    height,
    scaleX: image.pixelWidth * zoom,
    scaleY: image.pixelHeight * zoom,
    orientation: view.orientation,
    zoom,
  };
}

const SMALLEST_SIDE = 16;
const LARGEST_ZOOM = 64;

/** Changes the zoom by a factor, keeping the image point under (x, y) (device pixels, from the top left) where it is. */
export function zoomAt(
  view: ViewState,
  image: ImageSize,
  viewport: Size,
  change: { readonly factor: number; readonly x: number; readonly y: number },
): ViewState {
  const before = view.zoom ?? fitZoom(image, viewport, view.orientation);
  const box = uprightSize(image, view.orientation);
  const smallest = SMALLEST_SIDE / Math.max(box.width, box.height);
  const zoom = Math.min(LARGEST_ZOOM, Math.max(smallest, before * change.factor));
  const fromCentreX = change.x - viewport.width / 2;
  const fromCentreY = change.y - viewport.height / 2;
  const ratio = zoom / before;
  return {
    ...view,
    zoom,
    panX: fromCentreX - (fromCentreX - view.panX) * ratio,
    panY: fromCentreY - (fromCentreY - view.panY) * ratio,
  };
}

/** Moves the image; at a fitted zoom the zoom is kept from then on. */
export function panBy(view: ViewState, image: ImageSize, viewport: Size, dx: number, dy: number): ViewState {
  const zoom = view.zoom ?? fitZoom(image, viewport, view.orientation);
  return { ...view, zoom, panX: view.panX + dx, panY: view.panY + dy };
}
