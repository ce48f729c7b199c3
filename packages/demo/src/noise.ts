import { createRandom, gaussian } from './random.ts';

/** Smooth noise in space: a value of about -1 to 1 for a point, in units of lattice cells. */
export type Noise3 = (x: number, y: number, z: number) => number;

const SIZE = 32; // lattice cells before the noise repeats; a power of two
const MASK = SIZE - 1;

/** Value noise on a lattice, with smoothstep interpolation between its nodes. */
export function createNoise3(seed: number): Noise3 {
  const random = createRandom(seed);
  const lattice = Float32Array.from({ length: SIZE ** 3 }, () => random() * 2 - 1);
  const at = (x: number, y: number, z: number): number =>
    lattice[((z & MASK) * SIZE + (y & MASK)) * SIZE + (x & MASK)] ?? 0;
  return (x, y, z) => {
    const x0 = Math.floor(x);
    const y0 = Math.floor(y);
    const z0 = Math.floor(z);
    const u = ease(x - x0);
    const v = ease(y - y0);
    const w = ease(z - z0);
    const a = mix(
      mix(at(x0, y0, z0), at(x0 + 1, y0, z0), u),
      mix(at(x0, y0 + 1, z0), at(x0 + 1, y0 + 1, z0), u),
      v,
    );
    const z1 = z0 + 1;
    const b = mix(
      mix(at(x0, y0, z1), at(x0 + 1, y0, z1), u),
      mix(at(x0, y0 + 1, z1), at(x0 + 1, y0 + 1, z1), u),
      v,
    );
    return mix(a, b, w);
  };
}

/**
 * A square tile of correlated noise that repeats without a seam, deviation 1: the grain that a reconstruction
 * filter or a detector leaves. `size` is a power of two; `blur` is how often neighbours are averaged.
 */
export function createNoiseTile(seed: number, size: number, blur: number): Float32Array {
  const random = createRandom(seed);
  let tile = new Float32Array(size * size);
  for (let i = 0; i < tile.length; i++) tile[i] = gaussian(random);
  for (let pass = 0; pass < blur; pass++) tile = average(average(tile, size, 1), size, size);
  let power = 0;
  for (const value of tile) power += value * value;
  const scale = 1 / Math.sqrt(power / tile.length);
  for (let i = 0; i < tile.length; i++) tile[i] = (tile[i] ?? 0) * scale;
  return tile;
}

/** Weights 1-2-1 along one direction: `step` 1 for rows, `size` for columns. */
function average(tile: Float32Array, size: number, step: number): Float32Array<ArrayBuffer> {
  const mask = size * size - 1;
  const out = new Float32Array(tile.length);
  for (let i = 0; i < tile.length; i++) {
    out[i] = ((tile[(i - step) & mask] ?? 0) + 2 * (tile[i] ?? 0) + (tile[(i + step) & mask] ?? 0)) / 4;
  }
  return out;
}

export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** Limits to 0..1. */
export function clamp01(value: number): number {
  return value <= 0 ? 0 : value >= 1 ? 1 : value;
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}
