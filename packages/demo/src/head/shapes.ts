/**
 * Bodies as distances in mm, positive inside. Positions are in the head's own axes: x to the left ear,
 * y to the back, z to the vertex (the patient axes of PS3.3 C.7.6.2), origin between the thalami.
 */
export type Shape = (x: number, y: number, z: number) => number;
export type Triple = readonly [number, number, number];

/** Beyond this distance a body is only known to be far away. */
const FAR = 14;

/** `turn` rotates about z, in degrees, from x towards y; `pitch` about x, from y towards z. */
export function ellipsoid(centre: Triple, radii: Triple, turn = 0, pitch = 0): Shape {
  const [cx, cy, cz] = centre;
  const [rx, ry, rz] = radii;
  const reach = Math.max(rx, ry, rz) + FAR;
  const [c, s] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  const [pc, ps] = [Math.cos((pitch * Math.PI) / 180), Math.sin((pitch * Math.PI) / 180)];
  return (x, y, z) => {
    const dx = x - cx;
    const dy = y - cy;
    const dz = z - cz;
    if (dx > reach || dx < -reach || dy > reach || dy < -reach || dz > reach || dz < -reach) return -FAR;
    const u = c * dx + s * dy;
    const t = c * dy - s * dx;
    const v = pc * t + ps * dz;
    const w = pc * dz - ps * t;
    const a = u / rx;
    const b = v / ry;
    const d = w / rz;
    const k0 = Math.sqrt(a * a + b * b + d * d);
    if (k0 < 0.05) return Math.min(rx, ry, rz);
    const k1 = Math.sqrt((a * a) / (rx * rx) + (b * b) / (ry * ry) + (d * d) / (rz * rz));
    return (k0 * (1 - k0)) / k1;
  };
}

/** A rod with round ends, thicker or thinner towards its end. */
export function rod(from: Triple, to: Triple, radius: number, endRadius = radius): Shape {
  const [ax, ay, az] = from;
  const [bx, by, bz] = [to[0] - ax, to[1] - ay, to[2] - az];
  const square = bx * bx + by * by + bz * bz;
  return (x, y, z) => {
    const dx = x - ax;
    const dy = y - ay;
    const dz = z - az;
    const t = Math.min(1, Math.max(0, (dx * bx + dy * by + dz * bz) / square));
    const ex = dx - t * bx;
    const ey = dy - t * by;
    const ez = dz - t * bz;
    return radius + (endRadius - radius) * t - Math.sqrt(ex * ex + ey * ey + ez * ez);
  };
}

/** The same body on both sides of the head. */
export function paired(shape: Shape): Shape {
  return (x, y, z) => shape(x < 0 ? -x : x, y, z);
}

export function union(...shapes: readonly Shape[]): Shape {
  return (x, y, z) => {
    let nearest = -FAR;
    for (const shape of shapes) nearest = Math.max(nearest, shape(x, y, z));
    return nearest;
  };
}

/** Joins two distances with a fillet of about `k` mm instead of a crease. */
export function smoothMax(a: number, b: number, k: number): number {
  const h = Math.max(0, k - Math.abs(a - b)) / k;
  return Math.max(a, b) + (h * h * k) / 4;
}
