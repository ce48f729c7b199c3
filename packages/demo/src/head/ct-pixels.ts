import { drawText, textWidth } from '../bitmap-font.ts';
import { createNoiseTile } from '../noise.ts';
import { createRandom } from '../random.ts';
import { createHead, type HeadOptions } from './anatomy.ts';
import { createSliceRenderer, type Tissues } from './slice.ts';

const hounsfield: Tissues = {
  outside: -1000,
  skin: 45,
  fat: -95,
  muscle: 58,
  compactBone: 1380,
  denseBone: 1750,
  marrow: 620,
  sinusAir: -960,
  fluid: 5,
  eye: 8,
  dura: 62,
  grey: 39,
  white: 28.5,
  lesionRim: 58,
  lesionCore: 22,
  oedema: 17,
  extra: 1,
};

export interface CtGeometry {
  readonly columns: number;
  readonly rows: number;
  readonly spacingMm: number;
  /** Centre of the first pixel of every slice. */
  readonly x: number;
  readonly y: number;
}

export interface CtOptions extends HeadOptions {
  readonly geometry: CtGeometry;
  /** Standard deviation of the noise in HU. */
  readonly noise: number;
  /** Stored outside the reconstructed circle; absent: the whole square was reconstructed. */
  readonly paddingValue?: number;
}

const TILE = 1024;
/** HU of a stored 0. */
const INTERCEPT = -1024;
const BURNED_IN = 'DEMO DATA';

/** Returns a function that gives the stored values of the slice at a height z in mm, in an array used again for the next. */
export function createCtPixels(options: CtOptions): (z: number) => Int16Array<ArrayBuffer> {
  const { columns, rows, spacingMm } = options.geometry;
  const { noise } = options;
  const head = createHead(options);
  const render = createSliceRenderer(head, hounsfield, { nodeStep: 4, blurMm: 0.8 });
  const grain = createNoiseTile(options.seed + 7, TILE, 2);
  const random = createRandom(options.seed + 8);
  const values = new Float32Array(columns * rows);
  const stored = new Int16Array(columns * rows);
  const rest = headRest(options.geometry);
  return (z) => {
    const { x, y } = options.geometry;
    render(
      { origin: [x, y, z], alongRow: [spacingMm, 0, 0], alongColumn: [0, spacingMm, 0], columns, rows },
      values,
    );
    for (let i = 0; i < rest.pixels.length; i++) {
      const index = rest.pixels[i] ?? 0;
      const hu = rest.values[i] ?? 0;
      if ((values[index] ?? 0) < hu) values[index] = hu;
    }
    digitize(values, { tile: grain, start: Math.floor(random() * grain.length), columns, noise }, stored);
    if (options.paddingValue !== undefined) pad(stored, columns, rows, options.paddingValue);
    const place = { x: (columns - textWidth(BURNED_IN, 2)) >> 1, y: Math.round(rows * 0.055), scale: 2 };
    drawText(BURNED_IN, place, (tx, ty) => {
      stored[ty * columns + tx] = 300 - INTERCEPT;
    });
    return stored;
  };
}

interface Grain {
  readonly tile: Float32Array;
  /** Where in the tile this slice begins. */
  readonly start: number;
  readonly columns: number;
  readonly noise: number;
}

/** Adds the grain and rounds to stored values. */
function digitize(values: Float32Array, { tile, start, columns, noise }: Grain, stored: Int16Array): void {
  const mask = tile.length - 1;
  let at = start;
  for (let i = 0, column = 0; i < stored.length; i++, at++, column++) {
    if (column === columns) {
      column = 0;
      at += TILE - columns;
    }
    const value = (values[i] ?? 0) + (tile[at & mask] ?? 0) * noise - INTERCEPT;
    stored[i] = value < 0 ? 0 : value + 0.5;
  }
}

/** The cradle under the head: a thin shell around foam, the same in every slice. */
function headRest(geometry: CtGeometry): { readonly pixels: Int32Array; readonly values: Float32Array } {
  const pixels: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < geometry.rows; row++) {
    for (let column = 0; column < geometry.columns; column++) {
      const x = geometry.x + column * geometry.spacingMm;
      const y = geometry.y + row * geometry.spacingMm;
      if (y < 20) continue;
      const radius = Math.hypot(x * 1.02, y + 1);
      const opening = y - 34 - Math.abs(x) * 0.1;
      if (opening < 0 || radius < 104 || radius > 118) continue;
      const isShell = radius > 116 || (radius > 104.5 && radius < 105.3);
      pixels.push(row * geometry.columns + column);
      values.push(isShell ? -210 : -935);
    }
  }
  return { pixels: Int32Array.from(pixels), values: Float32Array.from(values) };
}

/** Outside the circle of reconstruction nothing was measured. */
function pad(stored: Int16Array, columns: number, rows: number, value: number): void {
  const radius = columns / 2;
  for (let row = 0; row < rows; row++) {
    const dy = row + 0.5 - rows / 2;
    const half = Math.sqrt(Math.max(0, radius * radius - dy * dy));
    stored.fill(value, row * columns, row * columns + Math.ceil(radius - half));
    stored.fill(value, row * columns + Math.floor(radius + half), (row + 1) * columns);
  }
}
