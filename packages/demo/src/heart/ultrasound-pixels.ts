import { drawText } from '../bitmap-font.ts';
import { clamp01, createNoiseTile } from '../noise.ts';
import { beatAt, createEchoMap, Echo } from './chambers.ts';

export const ultrasound = {
  columns: 640,
  rows: 480,
  frames: 40,
  framesPerBeat: 20,
  frameTimeMs: 41.67,
  mmPerPixel: 0.4,
  apex: { x: 320, y: 40 },
  depthMm: 150,
  halfAngle: 0.68,
  /** The colour box, in depth (mm) and angle from the middle (radians). */
  box: { near: 68, far: 122, left: -0.07, right: 0.32 },
} as const;

const { columns, rows, apex, mmPerPixel } = ultrasound;
const TILE = 512;

interface Sector {
  /** Pixels inside the sector, and for each its place in mm, depth along the beam, angle and grain. */
  readonly pixels: Int32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
  readonly depth: Float32Array;
  readonly angle: Float32Array;
  readonly grain: Int32Array;
}

/** All frames, RGB, colour by pixel, one after the other. */
export function createUltrasoundPixels(seed: number): Uint8Array<ArrayBuffer> {
  const sector = createSector();
  const speckle = createNoiseTile(seed, TILE, 1).map((value) => Math.exp(0.55 * value));
  const frame = new Uint8Array(columns * rows * 3);
  const out = new Uint8Array(frame.length * ultrasound.frames);
  for (let index = 0; index < ultrasound.frames; index++) {
    frame.fill(0);
    drawSector(frame, sector, speckle, index);
    drawFurniture(frame, index);
    out.set(frame, index * frame.length);
  }
  return out;
}

function createSector(): Sector {
  const pixels: number[] = [];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [u, v] = [(x - apex.x) * mmPerPixel, (y - apex.y) * mmPerPixel];
      const depth = Math.hypot(u, v);
      const isInside =
        depth > 4 && depth < ultrasound.depthMm && Math.abs(Math.atan2(u, v)) < ultrasound.halfAngle;
      if (isInside) pixels.push(y * columns + x);
    }
  }
  const place = (of: (u: number, v: number) => number): Float32Array =>
    Float32Array.from(pixels, (pixel) =>
      of(((pixel % columns) - apex.x) * mmPerPixel, (Math.floor(pixel / columns) - apex.y) * mmPerPixel),
    );
  const depth = place(Math.hypot);
  const angle = place(Math.atan2);
  // The beam is fine along its axis and wide across it, so the grain is laid out in depth and angle.
  const grain = Int32Array.from(pixels, (_, i) => {
    return Math.floor((depth[i] ?? 0) * 2.1) * TILE + Math.floor(((angle[i] ?? 0) + 1) * 92);
  });
  return { pixels: Int32Array.from(pixels), u: place((u) => u), v: place((_, v) => v), depth, angle, grain };
}

/** Mean brightness of each kind of echo, and how much of it is grain. */
const brightness: Readonly<Record<Echo, number>> = {
  [Echo.blood]: 5,
  [Echo.muscle]: 74,
  [Echo.bright]: 158,
  [Echo.tissue]: 42,
};

function drawSector(frame: Uint8Array, sector: Sector, speckle: Float32Array, index: number): void {
  const beat = beatAt((index % ultrasound.framesPerBeat) / ultrasound.framesPerBeat);
  const echoAt = createEchoMap(beat);
  const tissueShift = Math.round(beat.contraction * 8) * TILE;
  const bloodShift = index * 7919;
  const mask = TILE * TILE - 1;
  for (let i = 0; i < sector.pixels.length; i++) {
    const [u, v, depth, angle] = [
      sector.u[i] ?? 0,
      sector.v[i] ?? 0,
      sector.depth[i] ?? 0,
      sector.angle[i] ?? 0,
    ];
    const echo = echoAt(u, v);
    const shift = echo === Echo.blood ? bloodShift : tissueShift;
    const grain = speckle[((sector.grain[i] ?? 0) + shift) & mask] ?? 1;
    // Beams at the edge and far echoes are weaker; close to the transducer everything is bright.
    const gain =
      (1.15 - 0.45 * (depth / ultrasound.depthMm)) * (1 - 0.5 * (angle / ultrasound.halfAngle) ** 4);
    const clutter = 60 * clamp01((16 - depth) / 12);
    const grey = Math.min(255, (brightness[echo] + clutter) * grain * gain);
    const at = (sector.pixels[i] ?? 0) * 3;
    frame[at] = grey;
    frame[at + 1] = grey;
    frame[at + 2] = grey * 0.98;
    const flow =
      echo === Echo.blood && isInBox(depth, angle)
        ? velocityAt(u, v, beat.velocity) * (0.75 + 0.25 * grain)
        : 0;
    if (Math.abs(flow) > 0.12) paintFlow(frame, at, flow);
  }
}

function isInBox(depth: number, angle: number): boolean {
  const { near, far, left, right } = ultrasound.box;
  return depth > near && depth < far && angle > left && angle < right;
}

/** A jet through the mitral valve, widest and fastest at the tips of its leaflets. */
function velocityAt(u: number, v: number, velocity: number): number {
  const width = velocity > 0 ? 8 + Math.abs(v - 88) * 0.12 : 9;
  const along = velocity > 0 ? Math.exp(-(((v - 86) / 24) ** 2)) : Math.exp(-(((v - 70) / 20) ** 2));
  return velocity * along * Math.exp(-(((u - 15) / width) ** 2)) * 1.25;
}

/** Red towards the transducer, blue away; faster is lighter, and beyond the limit the colour wraps. */
function paintFlow(frame: Uint8Array, at: number, flow: number): void {
  const wrapped = flow > 1.05 ? flow - 2 : flow;
  const speed = Math.min(1, Math.abs(wrapped));
  const [strong, light] = [110 + 145 * speed, 210 * speed * speed];
  frame[at] = wrapped > 0 ? strong : 0;
  frame[at + 1] = light;
  frame[at + 2] = wrapped > 0 ? 0 : strong;
}

/** What a machine draws around the picture: box, scale, colour bar, ECG and text. */
function drawFurniture(frame: Uint8Array, index: number): void {
  const set = (x: number, y: number, colour: readonly [number, number, number]): void => {
    if (x >= 0 && y >= 0 && x < columns && y < rows)
      frame.set(colour, (Math.round(y) * columns + Math.round(x)) * 3);
  };
  const { near, far, left, right } = ultrasound.box;
  const polar = (depth: number, angle: number): void =>
    set(
      apex.x + (depth * Math.sin(angle)) / mmPerPixel,
      apex.y + (depth * Math.cos(angle)) / mmPerPixel,
      [230, 230, 120],
    );
  for (let t = 0; t <= 1; t += 0.004) {
    polar(near + (far - near) * t, left);
    polar(near + (far - near) * t, right);
    polar(near, left + (right - left) * t);
    polar(far, left + (right - left) * t);
  }
  for (let cm = 0; cm <= 15; cm++) {
    for (let x = 0; x < (cm % 5 === 0 ? 10 : 5); x++)
      set(596 + x, apex.y + (cm * 10) / mmPerPixel, [170, 170, 170]);
  }
  for (let y = 0; y < 120; y++) {
    const flow = 1 - y / 60;
    for (let x = 0; x < 10; x++) {
      set(612 + x, 60 + y, [0, 0, 0]);
      paintFlow(frame, ((60 + y) * columns + 612 + x) * 3, Math.abs(flow) < 0.05 ? 0.05 : Math.max(-1, flow));
    }
  }
  drawEcg(set, index);
  const white = (x: number, y: number): void => set(x, y, [225, 225, 225]);
  drawText('DEMO DATA', { x: 16, y: 14, scale: 2 }, white);
  drawText('HR 72 BPM', { x: 16, y: 444, scale: 1 }, (x, y) => set(x, y, [90, 220, 120]));
  drawText('4CH  24 HZ  15 CM', { x: 16, y: 36, scale: 1 }, white);
  drawText('+64', { x: 608, y: 48, scale: 1 }, white);
  drawText('-64', { x: 608, y: 184, scale: 1 }, white);
}

function drawEcg(
  set: (x: number, y: number, colour: readonly [number, number, number]) => void,
  index: number,
): void {
  let last = 0;
  for (let x = 90; x < 590; x++) {
    const beats = ((x - 90) / 500) * (ultrasound.frames / ultrasound.framesPerBeat);
    const phase = beats % 1;
    const wave = (at: number, width: number, height: number): number =>
      height * Math.exp(-(((phase - at) / width) ** 2));
    const trace =
      wave(0.06, 0.012, 26) -
      wave(0.085, 0.012, 8) -
      wave(0.035, 0.01, 4) +
      wave(0.33, 0.05, 7) +
      wave(0.9, 0.03, 4);
    const y = Math.round(464 - trace);
    for (let fill = Math.min(y, last || y); fill <= Math.max(y, last || y); fill++)
      set(x, fill, [70, 200, 100]);
    last = y;
  }
  const now = 90 + Math.round((index / ultrasound.frames) * 500);
  for (let y = 432; y < 474; y++) set(now, y, [230, 190, 60]);
}
