import { addBar, type Canvas } from './canvas.ts';
import { clamp01, type Noise3 } from '../noise.ts';

/** A tube of compact bone around a spongy core: the border of its shadow is denser than the middle. */
const tube =
  (gain: number) =>
  (edge: number): number =>
    gain * (0.62 + 0.38 * edge ** 3) * clamp01((1 - edge) * 7);

export function addSkeleton(canvas: Canvas, noise: Noise3): void {
  for (const side of [-1, 1]) {
    for (let rib = 1; rib <= 9; rib++) addRib(canvas, rib, side);
    addClavicle(canvas, side);
  }
  addSpineAndShoulders(canvas, noise);
}

/** The posterior part runs outwards and down from the spine; the anterior part comes back, lower and fainter. */
function addRib(canvas: Canvas, rib: number, side: number): void {
  const root = 58 + rib * 23.5;
  const reach = [70, 96, 113, 124, 131, 136, 139, 141, 142, 142][rib - 1] ?? 140;
  const drop = 20 + rib * 3.9;
  const posterior = (x: number): number => {
    const t = clamp01((side * x - 18) / (reach - 18));
    return root - 9 * Math.sin(t * 2.2) + drop * t ** 2.1 + 10 * clamp01((t - 0.85) / 0.15) ** 2;
  };
  addBar(canvas, {
    fromX: side * 18,
    toX: side * reach,
    centre: posterior,
    half: (x) => 5 + 1.1 * clamp01((side * x - 30) / 60),
    shadow: (edge, t) => tube(0.12 - 0.02 * t)(edge) * clamp01(t * 12) * clamp01((1 - t) * 9),
  });
  if (rib > 7) return;
  const outer = posterior(side * reach);
  addBar(canvas, {
    fromX: side * reach,
    toX: side * (44 + rib * 4),
    centre: (x) => {
      const t = clamp01((reach - side * x) / (reach - 44));
      return outer + 4 + 58 * t ** 0.8 - 7 * t ** 3;
    },
    half: () => 6.4,
    // Cartilage begins towards the sternum and casts no shadow.
    shadow: (edge, t) => tube(0.075)(edge) * clamp01((1 - t) * 5) * clamp01(t * 14),
  });
}

function addClavicle(canvas: Canvas, side: number): void {
  addBar(canvas, {
    fromX: side * 15,
    toX: side * 150,
    centre: (x) => {
      const t = (side * x - 15) / 135;
      return 97 - 46 * t + 10 * Math.sin(t * 5.6);
    },
    half: (x) => 6.2 + 3.4 * clamp01(1 - (side * x - 15) / 26),
    shadow: (edge, t) => tube(0.14)(edge) * clamp01(t * 30 + 0.3) * clamp01((1 - t) * 6),
  });
}

function addSpineAndShoulders(canvas: Canvas, noise: Noise3): void {
  const { columns, rows, mmPerPixel, values } = canvas;
  for (let row = 0, i = 0; row < rows; row++) {
    const y = row * mmPerPixel;
    for (let column = 0; column < columns; column++, i++) {
      const x = (column - columns / 2) * mmPerPixel;
      const side = Math.abs(x);
      let bone = 0;
      if (side < 42) bone = vertebra(side, y) * (1 + 0.15 * noise(x / 3, y / 3, 7.5));
      else if (side > 84 && y < 250) bone = shoulder(side, y);
      const soft = values[i] ?? 0;
      if (bone > 0) values[i] = soft + bone * clamp01((soft - 0.1) * 4);
    }
  }
}

function vertebra(side: number, y: number): number {
  const height = 20 + y * 0.018;
  const place = (y + 4) % height;
  const half = 15 + y * 0.012 + 1.6 * (Math.abs(place / height - 0.5) * 2) ** 2;
  const isDisc = place < 3.2;
  const body =
    clamp01((half - side) / 1.6) * (isDisc ? 0.03 : 0.075 + (place < 4.6 || place > height - 1.4 ? 0.04 : 0));
  const pedicle = Math.hypot((side - half * 0.62) / 3.6, (place - height * 0.4) / 4.6);
  const ring = Math.abs(pedicle - 1) < 0.28 ? 0.045 : 0;
  const spinous = Math.hypot(side / 3, (place - height * 0.75) / 6) < 1 ? 0.04 : 0;
  const process = side > half && side < 34 ? 0.035 * clamp01(1 - Math.abs(place - height * 0.42) / 5) : 0;
  return body + ring + spinous + process;
}

/** Blade of the shoulder, its socket, and the head of the humerus. */
function shoulder(side: number, y: number): number {
  const down = clamp01((y - 80) / 150);
  const medial = 122 + 12 * down - 9 * Math.sin(down * Math.PI);
  const lateral = 166 - 30 * down ** 0.8 - 5 * Math.sin(down * 7);
  const inBlade = Math.min(side - medial, lateral - side, (y - 82 - (side - 120) * 0.2) * 0.8, 234 - y);
  const blade = inBlade > 0 ? clamp01(inBlade / 1.5) * (0.028 + 0.03 * clamp01(1 - inBlade / 3)) : 0;
  const border =
    0.035 *
    clamp01(1 - Math.abs(side - lateral + 3) / 3.5) *
    clamp01((y - 100) / 20) *
    clamp01((225 - y) / 20);
  const ridge =
    0.04 * clamp01((4 - Math.abs(y - 100 + (side - 118) * 0.55)) / 2) * clamp01((side - 118) / 12);
  const head = Math.hypot((side - 176 - (y - 84) * 0.1) / 25, (y - 88) / (y < 88 ? 24 : 34));
  const shaft = clamp01((side - 167) / 4) * clamp01((y - 92) / 20) * clamp01((150 - y) / 30) * 0.07;
  return blade + border + ridge + Math.max(0.09 * clamp01((1 - head) * 9), shaft);
}
