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

function rasterizeStored(
  { width, height, table, sampling, invert }: PaintRequest,
  { bits, columns }: Extract<Picture, { kind: 'stored' }>,
  out: Uint8ClampedArray<ArrayBuffer>,
): Uint8ClampedArray<ArrayBuffer> {
  if (!table) throw new TypeError('stored values need a display table');
  const { across, down, swapped } = sampling;
  const stepAcross = swapped ? columns : 1;
  const stepDown = swapped ? 1 : columns;
  const pixels = new Uint32Array(out.buffer);
  const grey = greyPixels(invert);
  for (let y = 0; y < height; y++) {
    const yCount = down[y * ENTRY + 1] as number; // within bounds, here and below: tables cover the viewport
    if (yCount === 0) continue;
    const yFirst = down[y * ENTRY] as number;
    const yFirstWeight = down[y * ENTRY + 2] as number;
    const yLastWeight = down[y * ENTRY + 3] as number;
    for (let x = 0; x < width; x++) {
      const xCount = across[x * ENTRY + 1] as number;
      if (xCount === 0) continue;
      const origin = (across[x * ENTRY] as number) * stepAcross + yFirst * stepDown;
      if (xCount === 1 && yCount === 1) {
        pixels[y * width + x] = grey[table[bits[origin] as number] as number] as number;
        continue;
      }
      const xFirstWeight = across[x * ENTRY + 2] as number;
      const xLastWeight = across[x * ENTRY + 3] as number;
      let sum = 0;
      let total = 0;
      for (let j = 0; j < yCount; j++) {
        const wy = j === 0 ? yFirstWeight : j === yCount - 1 ? yLastWeight : INNER_WEIGHT;
        for (let i = 0; i < xCount; i++) {
          const w = wy * (i === 0 ? xFirstWeight : i === xCount - 1 ? xLastWeight : INNER_WEIGHT);
          sum += w * (table[bits[origin + i * stepAcross + j * stepDown] as number] as number);
          total += w;
        }
      }
      pixels[y * width + x] = grey[Math.floor((sum + (total >> 1)) / total)] as number;
    }
  }
  return out;
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
