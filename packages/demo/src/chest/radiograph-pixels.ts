import { drawText } from '../bitmap-font.ts';
import { createNoise3, createNoiseTile } from '../noise.ts';
import { createRandom, type Random } from '../random.ts';
import { addTube, type Canvas, createCanvas, paint } from './canvas.ts';
import { addSkeleton } from './skeleton.ts';
import { lungDepth, softTissue } from './soft-tissue.ts';

export const radiograph = { columns: 1760, rows: 2140, mmPerPixel: 0.2, bits: 14 } as const;

const { columns, rows, mmPerPixel } = radiograph;
const TILE = 1024;

/** Stored values for presentation, denser is higher: shows bones white as MONOCHROME2. */
export function createRadiographPixels(seed: number): Uint16Array<ArrayBuffer> {
  const noise = createNoise3(seed);
  const map = createCanvas(columns / 2, rows / 2, mmPerPixel * 2);
  paint(map, (x, y) => softTissue(x, y, noise));
  addVessels(map, createRandom(seed + 1));
  addSkeleton(map, noise);
  const stored = expose(map, createNoiseTile(seed + 2, TILE, 1));
  const white = (x: number, y: number): void => {
    stored[y * columns + x] = 15200;
  };
  drawText('DEMO DATA', { x: 96, y: 84, scale: 6 }, white);
  // The lead marker stands on the patient's right, which is on the left of the image.
  drawText('R', { x: 120, y: 190, scale: 16 }, white);
  return stored;
}

/** Pulmonary vessels: trees that leave the hila, fork and thin out before they reach the pleura. */
function addVessels(map: Canvas, random: Random): void {
  const tubes = createCanvas(map.columns, map.rows, map.mmPerPixel);
  const grow = (x: number, y: number, angle: number, radius: number, generation: number): void => {
    if (radius < 0.28 || generation > 11) return;
    const length = 9 + random() * 9;
    const heading = angle + (random() - 0.5) * 0.5;
    const [endX, endY] = [x + Math.cos(heading) * length, y + Math.sin(heading) * length];
    if (generation > 2 && lungDepth(endX, endY) < 3) return;
    addTube(tubes, { from: [x, y], to: [endX, endY], radius });
    grow(endX, endY, heading + (random() - 0.5) * 0.3, radius * 0.84, generation + 1);
    if (random() < 0.62)
      grow(endX, endY, heading + (random() < 0.5 ? 0.7 : -0.7), radius * 0.62, generation + 1);
  };
  for (const side of [-1, 1]) {
    for (let tree = 0; tree < 13; tree++) {
      const spread = -1.35 + (tree / 12) * 2.75;
      const angle = side > 0 ? spread : Math.PI - spread;
      grow(side * 38, 172 + tree * 2, angle, 1.9 + random() * 1.1 + (tree > 6 ? 0.7 : 0), 0);
    }
  }
  for (let i = 0; i < map.values.length; i++) {
    const thickness = tubes.values[i] ?? 0;
    if (thickness > 0) map.values[i] = (map.values[i] ?? 0) + 0.042 * thickness;
  }
}

/** Doubles the map's resolution, applies a curve like that of film and the detector's grain. */
function expose(map: Canvas, grain: Float32Array): Uint16Array<ArrayBuffer> {
  const stored = new Uint16Array(columns * rows);
  for (let y = 0, i = 0; y < rows; y++) {
    const row = Math.min(map.rows - 2, y >> 1);
    const v = (y & 1) / 2;
    for (let x = 0; x < columns; x++, i++) {
      const column = Math.min(map.columns - 2, x >> 1);
      const u = (x & 1) / 2;
      const at = row * map.columns + column;
      const upper = (map.values[at] ?? 0) * (1 - u) + (map.values[at + 1] ?? 0) * u;
      const lower =
        (map.values[at + map.columns] ?? 0) * (1 - u) + (map.values[at + map.columns + 1] ?? 0) * u;
      const density = upper * (1 - v) + lower * v;
      // Where less light arrives the grain is coarser.
      const noise =
        (grain[((y & (TILE - 1)) * TILE + x) & (TILE * TILE - 1)] ?? 0) * (0.006 + 0.008 * density);
      stored[i] = 300 + 14600 * (1 - Math.exp(-1.25 * Math.max(0, density + noise)));
    }
  }
  return stored;
}
