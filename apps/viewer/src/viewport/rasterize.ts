import type { DisplayTable, Picture } from './picture.ts';
import { ENTRY, INNER_WEIGHT, type Sampling } from './sampling.ts';

export interface PaintRequest {
  readonly width: number;
  readonly height: number;
  readonly picture: Picture;
  /** Needed for stored values only. */
  readonly table: DisplayTable | undefined;
  readonly sampling: Sampling;
  readonly invert: boolean;
}

/**
 * Draws a picture on the CPU: the first paint, and every paint where WebGL2 is missing. Returns RGBA, opaque, black
 * outside the image. The GPU renderer's shader is this function in another language.
 */
export function rasterize(request: PaintRequest): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, picture } = request;
  const out = new Uint8ClampedArray(width * height * 4);
  new Uint32Array(out.buffer).fill(OPAQUE_BLACK);
  if (picture.kind === 'color') return rasterizeColor(request, picture, out);
  return rasterizeStored(request, picture, out);
}

const OPAQUE_BLACK =
  new Uint8Array(new Uint32Array([0xff000000]).buffer)[3] === 0xff ? 0xff000000 : 0x000000ff;

/**
 * The weights of both axes multiply, so each line of the image is summed along the screen's horizontal axis once and those
 * sums are then added up for every screen line that they take part in: the same whole numbers as summing over the area.
 */
function rasterizeStored(
  { width, height, table, sampling, invert }: PaintRequest,
  { bits, columns }: Extract<Picture, { kind: 'stored' }>,
  out: Uint8ClampedArray<ArrayBuffer>,
): Uint8ClampedArray<ArrayBuffer> {
  if (!table) throw new TypeError('stored values need a display table');
  const { across, down, swapped } = sampling;
  const pixels = new Uint32Array(out.buffer);
  const grey = greyPixels(invert);
  const [from, to] = covered(across, width);
  const totals = totalWeights(across, width);
  const lines = lineSums(across, from, to, (line, sums) => {
    sumLine(
      { bits, table, across, from, to, origin: line * (swapped ? 1 : columns), step: swapped ? columns : 1 },
      sums,
    );
  });
  const area = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    const count = down[y * ENTRY + 1] as number; // within bounds, here and below: tables cover the viewport
    if (count === 0) continue;
    const first = down[y * ENTRY] as number;
    let weights = 0;
    for (let j = 0; j < count; j++) {
      const weight = weightAt(down, y, j, count);
      const sums = lines(first + j);
      if (j === 0) for (let x = from; x < to; x++) area[x] = weight * (sums[x] as number);
      else for (let x = from; x < to; x++) area[x] = (area[x] as number) + weight * (sums[x] as number);
      weights += weight;
    }
    for (let x = from; x < to; x++) {
      const total = weights * (totals[x] as number);
      pixels[y * width + x] = grey[Math.floor(((area[x] as number) + (total >> 1)) / total)] as number;
    }
  }
  return out;
}

/** The screen columns from the first to behind the last that the image covers; it covers all between. */
function covered(across: Int32Array, width: number): readonly [from: number, to: number] {
  let from = 0;
  while (from < width && across[from * ENTRY + 1] === 0) from++;
  let to = width;
  while (to > from && across[(to - 1) * ENTRY + 1] === 0) to--;
  return [from, to];
}

function totalWeights(table: Int32Array, length: number): Int32Array {
  return Int32Array.from({ length }, (_, entry) => {
    const count = table[entry * ENTRY + 1] as number; // within bounds
    let total = 0;
    for (let i = 0; i < count; i++) total += weightAt(table, entry, i, count);
    return total;
  });
}

/** Neighbouring screen lines share image lines: the last few sums are kept. */
function lineSums(
  across: Int32Array,
  from: number,
  to: number,
  sum: (line: number, sums: Int32Array) => void,
): (line: number) => Int32Array {
  const KEPT = 4;
  const kept = Array.from({ length: KEPT }, () => ({
    line: -1,
    sums: new Int32Array(across.length / ENTRY),
  }));
  return (line) => {
    const slot = kept[line % KEPT] as (typeof kept)[number]; // the remainder is below KEPT
    if (slot.line !== line && from < to) {
      sum(line, slot.sums);
      slot.line = line;
    }
    return slot.sums;
  };
}

interface Line {
  readonly bits: Extract<Picture, { kind: 'stored' }>['bits'];
  readonly table: DisplayTable;
  readonly across: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly origin: number;
  readonly step: number;
}

function sumLine({ bits, table, across, from, to, origin, step }: Line, sums: Int32Array): void {
  for (let x = from; x < to; x++) {
    const entry = x * ENTRY;
    const count = across[entry + 1] as number; // within bounds, here and below
    let at = origin + (across[entry] as number) * step;
    let sum = (across[entry + 2] as number) * (table[bits[at] as number] as number);
    for (let i = 1; i < count; i++) {
      at += step;
      const weight = i === count - 1 ? (across[entry + 3] as number) : INNER_WEIGHT;
      sum += weight * (table[bits[at] as number] as number);
    }
    sums[x] = sum;
  }
}

/** Packed RGBA of each display value, so that the loops write one word a pixel in either byte order. */
function greyPixels(invert: boolean): Uint32Array {
  const bytes = new Uint8Array(256 * 4);
  for (let value = 0; value < 256; value++) {
    const shown = invert ? 255 - value : value;
    bytes.set([shown, shown, shown, 255], value * 4);
  }
  return new Uint32Array(bytes.buffer);
}

function rasterizeColor(
  { width, height, sampling, invert }: PaintRequest,
  { rgba, columns }: Extract<Picture, { kind: 'color' }>,
  out: Uint8ClampedArray<ArrayBuffer>,
): Uint8ClampedArray<ArrayBuffer> {
  const { across, down, swapped } = sampling;
  const stepAcross = (swapped ? columns : 1) * 4;
  const stepDown = (swapped ? 1 : columns) * 4;
  for (let y = 0; y < height; y++) {
    const yCount = down[y * ENTRY + 1] as number; // within bounds, here and below: tables cover the viewport
    if (yCount === 0) continue;
    for (let x = 0; x < width; x++) {
      const xCount = across[x * ENTRY + 1] as number;
      if (xCount === 0) continue;
      const origin = (across[x * ENTRY] as number) * stepAcross + (down[y * ENTRY] as number) * stepDown;
      let red = 0;
      let green = 0;
      let blue = 0;
      let total = 0;
      for (let j = 0; j < yCount; j++) {
        const wy = weightAt(down, y, j, yCount);
        for (let i = 0; i < xCount; i++) {
          const w = wy * weightAt(across, x, i, xCount);
          const at = origin + i * stepAcross + j * stepDown;
          red += w * (rgba[at] as number);
          green += w * (rgba[at + 1] as number);
          blue += w * (rgba[at + 2] as number);
          total += w;
        }
      }
      const target = (y * width + x) * 4;
      const half = total >> 1;
      out[target] = shade((red + half) / total, invert);
      out[target + 1] = shade((green + half) / total, invert);
      out[target + 2] = shade((blue + half) / total, invert);
    }
  }
  return out;
}

function weightAt(table: Int32Array, entry: number, at: number, count: number): number {
  if (at === 0) return table[entry * ENTRY + 2] as number; // within bounds
  return at === count - 1 ? (table[entry * ENTRY + 3] as number) : INNER_WEIGHT;
}

function shade(value: number, invert: boolean): number {
  return invert ? 255 - Math.floor(value) : Math.floor(value);
}
