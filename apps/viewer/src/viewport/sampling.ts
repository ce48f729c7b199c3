import type { Placement } from './view.ts';

/**
 * How device pixels take their value from image pixels, one small table for each axis of the screen. The tables are
 * made here, once, in double precision; the CPU and the GPU renderer both only look things up and add integers, which is
 * why they give the same picture bit for bit.
 *
 * An entry is [first, count, firstWeight, lastWeight]: `count` neighbouring image pixels from `first` on, whose inner
 * ones weigh INNER_WEIGHT. count 0: outside the image.
 * - whole magnification (1:1, 2:1, ...): the nearest pixel, alone;
 * - other magnification: the two neighbours, linearly (weights add up to 256);
 * - minification: every pixel the device pixel covers, by the covered part, so that fine detail is averaged, not dropped.
 */
export interface Sampling {
  readonly across: Int32Array;
  readonly down: Int32Array;
  /** True: the screen's horizontal axis runs along the image's columns (a quarter turn). */
  readonly swapped: boolean;
}

export const ENTRY = 4;
export const INNER_WEIGHT = 16;
const LINEAR_STEPS = 256;
/** Below this distance from a whole number a scale is that number: zooming by factors does not land on it exactly. */
const WHOLE = 1e-6;

export function sampling(
  placement: Placement,
  image: { readonly columns: number; readonly rows: number },
  viewport: { readonly width: number; readonly height: number },
): Sampling {
  const { orientation, x, y, scaleX, scaleY } = placement;
  const swapped = orientation.xx === 0;
  const whole = isWhole(scaleX) && isWhole(scaleY);
  const axis = (start: number, length: number, alongColumns: boolean, direction: number) =>
    axisTable({
      start,
      length,
      pixels: alongColumns ? image.columns : image.rows,
      scale: alongColumns ? scaleX : scaleY,
      reversed: direction < 0,
      whole,
    });
  return swapped
    ? {
        swapped,
        across: axis(x, viewport.width, false, orientation.xy),
        down: axis(y, viewport.height, true, orientation.yx),
      }
    : {
        swapped,
        across: axis(x, viewport.width, true, orientation.xx),
        down: axis(y, viewport.height, false, orientation.yy),
      };
}

/** Remembers the last tables: while one scrolls they stay the same, and a renderer that kept them has less to do. */
export function createSampler(): typeof sampling {
  let lastKey: string | undefined;
  let last: Sampling | undefined;
  return (placement, image, viewport) => {
    const { x, y, scaleX, scaleY, orientation } = placement;
    const { columns, rows } = image;
    const key = JSON.stringify([x, y, scaleX, scaleY, orientation, columns, rows, viewport]);
    if (!last || key !== lastKey) last = sampling(placement, image, viewport);
    lastKey = key;
    return last;
  };
}

function isWhole(scale: number): boolean {
  return scale > 0.5 && Math.abs(scale - Math.round(scale)) < WHOLE;
}

interface Axis {
  readonly start: number;
  readonly length: number;
  readonly pixels: number;
  readonly scale: number;
  readonly reversed: boolean;
  readonly whole: boolean;
}

function axisTable({ start, length, pixels, scale, reversed, whole }: Axis): Int32Array {
  const table = new Int32Array(length * ENTRY);
  const extent = whole ? pixels * Math.round(scale) : pixels * scale;
  const from = Math.max(0, start);
  const to = Math.min(length, start + Math.max(1, Math.round(extent)));
  for (let at = from; at < to; at++) {
    const near = (at - start) / scale;
    const far = (at + 1 - start) / scale;
    const low = reversed ? pixels - far : near;
    const high = reversed ? pixels - near : far;
    const entry = whole
      ? [clamp(Math.floor((low + high) / 2), pixels), 1, 1, 0]
      : scale >= 1
        ? linear((low + high) / 2, pixels)
        : covered(low, high, pixels);
    table.set(entry, at * ENTRY);
  }
  return table;
}

function clamp(index: number, pixels: number): number {
  return Math.min(pixels - 1, Math.max(0, index));
}

function linear(centre: number, pixels: number): readonly number[] {
  const first = Math.floor(centre - 0.5);
  const weight = Math.round((centre - 0.5 - first) * LINEAR_STEPS);
  if (first < 0) return [0, 1, 1, 0];
  if (first >= pixels - 1) return [pixels - 1, 1, 1, 0];
  return [first, 2, LINEAR_STEPS - weight, weight];
}

function covered(low: number, high: number, pixels: number): readonly number[] {
  const first = clamp(Math.floor(low), pixels);
  const last = clamp(Math.ceil(high) - 1, pixels);
  if (last <= first) return [first, 1, 1, 0];
  const part = (fraction: number) => Math.min(INNER_WEIGHT, Math.max(0, Math.round(fraction * INNER_WEIGHT)));
  const firstWeight = part(first + 1 - low);
  const lastWeight = part(high - last);
  if (last - first === 1 && firstWeight + lastWeight === 0) return [first, 1, 1, 0];
  return [first, last - first + 1, firstWeight, lastWeight];
}
