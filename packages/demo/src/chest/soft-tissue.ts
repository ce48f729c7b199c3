import { clamp01, type Noise3 } from '../noise.ts';

/** Chest seen from the front, in mm: x from the middle, positive to the patient's left (right of the image). */

/** 0 outside the ellipse, 1 in its middle, with the profile of a ball. */
function ball(x: number, y: number, cx: number, cy: number, rx: number, ry: number, turn = 0): number {
  const c = Math.cos(turn);
  const s = Math.sin(turn);
  const u = (c * (x - cx) + s * (y - cy)) / rx;
  const v = (c * (y - cy) - s * (x - cx)) / ry;
  const k = 1 - u * u - v * v;
  return k > 0 ? Math.sqrt(k) : 0;
}

/** Half the width of neck, shoulders and trunk. */
function halfWidth(y: number): number {
  const shoulder = clamp01((y - 14) / 62);
  return (
    56 +
    140 * shoulder * shoulder * (3 - 2 * shoulder) -
    26 * clamp01((y - 118) / 60) +
    6 * clamp01((y - 300) / 90)
  );
}

export function diaphragm(x: number): number {
  return x < 0 ? 283 + 40 * ((x + 66) / 70) ** 2 : 296 + 38 * ((x - 72) / 68) ** 2;
}

/** Distance in mm inside the lung of this side; negative outside. */
export function lungDepth(x: number, y: number): number {
  const side = Math.max(Math.abs(x), 40);
  const u = (side - 70) / (60 + 10 * clamp01((y - 130) / 120) - 20 * clamp01((120 - y) / 60));
  const v = (y - 205) / 150;
  const round = (1 - Math.sqrt(Math.abs(u) ** 2.3 + Math.abs(v) ** 2.6)) * 62;
  return Math.min(round, diaphragm(x) - y);
}

/** Attenuation of everything but bone and vessels: about 0 in air to 1 in the abdomen. */
export function softTissue(x: number, y: number, noise: Noise3): number {
  const wobble = noise(x / 55, y / 55, 0.5);
  const rim = halfWidth(y) + wobble * 2 - Math.abs(x);
  if (rim <= 0) return 0;
  let total = 0.72 * clamp01(rim / 46) ** 0.55 + 0.05 * wobble;
  total += 0.1 * clamp01((y - 250) / 110);
  const depth = lungDepth(x, y) + wobble * 1.5;
  const lung = depth > 0 ? clamp01(depth / 34) ** 0.55 : 0;
  // What lies in the middle takes the place of lung; only a little of it is thicker than the rest of the body.
  const middle = mediastinum(x, y, wobble);
  total -= 0.52 * lung * (1 - middle) - 0.025 * noise(x / 16, y / 16, 3.5) * lung;
  total += 0.1 * middle * clamp01((300 - y) / 90) + hila(x, y) * lung * (1 - middle);
  total -= airways(x, y);
  // Behind the dome of the liver and the stomach there is still lung; the stomach holds some air.
  const below = y - diaphragm(x) + 1.5 * wobble;
  if (below > 0)
    total -=
      0.1 * clamp01(1 - below / 40) * clamp01((140 - Math.abs(x)) / 30) * clamp01((Math.abs(x) - 20) / 14);
  total -=
    0.16 * Math.min(1, 1.5 * ball(x, y, 76, 327, 33, 19, -0.25 + wobble * 0.2) ** 0.8) * (below > 7 ? 1 : 0);
  return Math.max(0.02, total);
}

function mediastinum(x: number, y: number, wobble: number): number {
  const edge = x < 0 ? 24 + 4 * wobble : 23 + 5 * wobble;
  const band = clamp01((edge - Math.abs(x)) / 7) * clamp01((y - 30) / 60) * clamp01((y - 20) / 40);
  // Chambers and great vessels melt into one outline, as their shadows do.
  let shape = ball(x, y, 28, 251, 62, 42, 0.44);
  shape = smoothMax(shape, ball(x, y, -12, 248, 36, 46), 0.35);
  shape = smoothMax(shape, 0.9 * ball(x, y, 14, 208, 36, 40, 0.2), 0.35);
  shape = smoothMax(shape, 0.75 * ball(x, y, 15, 176, 30, 30), 0.3);
  shape = smoothMax(shape, 0.72 * ball(x, y, 12, 137, 28, 22), 0.3);
  const heart = 1 - Math.exp(-2.8 * shape);
  const aorta = x > 0 && y > 130 ? clamp01((31 - x) / 3) * clamp01(x / 8) * 0.4 : 0;
  return Math.min(1, Math.max(band, heart) + aorta * (1 - Math.max(band, heart)));
}

function hila(x: number, y: number): number {
  return 0.12 * (ball(x, y, -40, 184, 17, 26, 0.4) ** 2 + ball(x, y, 43, 176, 15, 24, -0.4) ** 2);
}

function smoothMax(a: number, b: number, k: number): number {
  const h = Math.max(0, k - Math.abs(a - b)) / k;
  return Math.max(a, b) + (a > 0 && b > 0 ? (h * h * k) / 4 : 0);
}

function airways(x: number, y: number): number {
  const middle = 1.5 + 3 * clamp01((y - 90) / 60);
  const trachea =
    y > 8 && y < 160 ? Math.sqrt(Math.max(0, 1 - ((x - middle) / 9) ** 2)) * clamp01((160 - y) / 12) : 0;
  const along = (y - 152) / 34;
  const bronchus = (towards: number, reach: number): number =>
    along > 0 && along < 1
      ? Math.sqrt(Math.max(0, 1 - ((x - middle - towards * along * reach) / 6.5) ** 2)) * (1 - along * 0.5)
      : 0;
  return 0.13 * Math.max(trachea, bronchus(-1, 26), bronchus(1, 36));
}
