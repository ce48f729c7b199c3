import type { CoefficientPlane } from './coefficients.ts';

/** cosines[x * 8 + u]: the share of frequency u in sample x, ITU-T T.81 A.3.3. */
const cosines = Float64Array.from({ length: 64 }, (_, i) => {
  const x = i >> 3;
  const u = i & 7;
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});

/** The samples of a component: whole blocks, so that it may be larger than the picture. */
export interface SamplePlane {
  readonly stride: number;
  readonly data: Uint16Array;
}

/**
 * Dequantises, transforms back, shifts to unsigned and clamps.
 * @param quantisation 64 factors in natural order
 */
export function inverseDct(
  plane: CoefficientPlane,
  quantisation: ArrayLike<number>,
  precision: number,
): SamplePlane {
  const stride = plane.stride * 8;
  const data = new Uint16Array(plane.data.length);
  const block = new Float64Array(64);
  const level = 2 ** (precision - 1);
  const most = 2 ** precision - 1;
  const blocks = plane.data.length / 64;
  for (let b = 0; b < blocks; b++) {
    transformBlock(plane.data, b * 64, quantisation, block);
    const origin = Math.floor(b / plane.stride) * 8 * stride + (b % plane.stride) * 8;
    for (let i = 0; i < 64; i++) {
      const value = Math.floor((block[i] ?? 0) + level + 0.5);
      data[origin + (i >> 3) * stride + (i & 7)] = value < 0 ? 0 : value > most ? most : value;
    }
  }
  return { stride, data };
}

const columnsDone = new Float64Array(64);

/** Separable: down the columns, then along the rows. */
function transformBlock(
  source: Int16Array,
  offset: number,
  quantisation: ArrayLike<number>,
  target: Float64Array,
): void {
  columnsDone.fill(0);
  for (let i = 0; i < 64; i++) {
    const coefficient = source[offset + i] ?? 0;
    if (coefficient === 0) continue;
    const value = coefficient * (quantisation[i] ?? 0);
    const v = i >> 3;
    const u = i & 7;
    for (let y = 0; y < 8; y++) {
      const at = y * 8 + u;
      columnsDone[at] = (columnsDone[at] ?? 0) + value * (cosines[y * 8 + v] ?? 0);
    }
  }
  for (let y = 0; y < 64; y += 8) {
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let u = 0; u < 8; u++) sum += (columnsDone[y + u] ?? 0) * (cosines[x * 8 + u] ?? 0);
      target[y + x] = sum;
    }
  }
}
