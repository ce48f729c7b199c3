import { drawText, textWidth } from '../bitmap-font.ts';
import { createNoiseTile } from '../noise.ts';
import { createRandom } from '../random.ts';
import { createHead, type HeadOptions } from './anatomy.ts';
import { createSliceRenderer, type SlicePlane, type Tissues } from './slice.ts';

/** Brightness of the tissues in a T1-weighted spin echo: fat bright, white matter above grey, fluid dark. */
export const t1Weighted: Tissues = {
  outside: 0,
  skin: 520,
  fat: 1180,
  muscle: 430,
  compactBone: 40,
  denseBone: 70,
  marrow: 640,
  sinusAir: 15,
  fluid: 165,
  eye: 190,
  dura: 330,
  grey: 545,
  white: 735,
  lesionRim: 470,
  lesionCore: 380,
  oedema: 620,
  extra: 0.9,
};

/** The same for a T2-weighted fast spin echo: fluid brightest, grey matter above white. */
export const t2Weighted: Tissues = {
  outside: 0,
  skin: 420,
  fat: 820,
  muscle: 210,
  compactBone: 30,
  denseBone: 50,
  marrow: 430,
  sinusAir: 15,
  fluid: 1420,
  eye: 1380,
  dura: 170,
  grey: 640,
  white: 455,
  lesionRim: 980,
  lesionCore: 1180,
  oedema: 860,
  extra: -2.2,
};

export interface MrOptions extends HeadOptions {
  readonly tissues: Tissues;
  /** Standard deviation of the noise of each channel, in units of brightness. */
  readonly noise: number;
}

const TILE = 512;
const BURNED_IN = 'DEMO DATA';

/** Returns a function that gives the stored values of a slice, in a new array: magnitudes, so never negative. */
export function createMrPixels(options: MrOptions): (plane: SlicePlane) => Int16Array<ArrayBuffer> {
  const render = createSliceRenderer(createHead(options), options.tissues, { nodeStep: 2, blurMm: 1.1 });
  const grain = createNoiseTile(options.seed + 7, TILE, 1);
  const random = createRandom(options.seed + 8);
  return (plane) => {
    const { columns, rows } = plane;
    const values = new Float32Array(columns * rows);
    render(plane, values);
    const stored = new Int16Array(columns * rows);
    const [real, imaginary] = [Math.floor(random() * TILE * TILE), Math.floor(random() * TILE * TILE)];
    const grainAt = (start: number, x: number, y: number): number =>
      (grain[(start + y * TILE + x) & (TILE * TILE - 1)] ?? 0) * options.noise;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const shading = coilGain(x / columns, y / rows);
        const signal = (values[y * columns + x] ?? 0) * shading + grainAt(real, x, y);
        stored[y * columns + x] = Math.hypot(signal, grainAt(imaginary, x, y));
      }
    }
    drawText(BURNED_IN, { x: (columns - textWidth(BURNED_IN, 1)) >> 1, y: 5, scale: 1 }, (x, y) => {
      stored[y * columns + x] = 1200;
    });
    return stored;
  };
}

/** A head coil sees what is near it better, and never the same on both sides. */
function coilGain(u: number, v: number): number {
  return 0.97 + 0.07 * (u - v) + 0.35 * ((u - 0.5) ** 2 + (v - 0.5) ** 2);
}
