/** A map of attenuation in mm; the shadows of everything that the beam passes are added up in it. */
export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly mmPerPixel: number;
  readonly values: Float32Array;
}

export function createCanvas(columns: number, rows: number, mmPerPixel: number): Canvas {
  return { columns, rows, mmPerPixel, values: new Float32Array(columns * rows) };
}

/** Sets every pixel from its place in mm, x from the middle, y from the upper edge. */
export function paint(canvas: Canvas, of: (x: number, y: number) => number): void {
  const { columns, rows, mmPerPixel, values } = canvas;
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      values[i] = of((column - columns / 2) * mmPerPixel, row * mmPerPixel);
    }
  }
}

export interface Bar {
  readonly fromX: number;
  readonly toX: number;
  /** Middle line and half width at a place, both in mm. */
  centre(x: number): number;
  half(x: number): number;
  /** Shadow at `edge` 0 (middle) to 1 (border), and `t` along the bar. */
  shadow(edge: number, t: number): number;
}

/** Adds a bone that runs across the picture, column by column: ribs and clavicles. */
export function addBar(canvas: Canvas, bar: Bar): void {
  const { columns, rows, mmPerPixel, values } = canvas;
  const toColumn = (x: number): number => Math.round(x / mmPerPixel + columns / 2);
  const [from, to] = [toColumn(Math.min(bar.fromX, bar.toX)), toColumn(Math.max(bar.fromX, bar.toX))];
  for (let column = Math.max(0, from); column <= Math.min(columns - 1, to); column++) {
    const x = (column - columns / 2) * mmPerPixel;
    const centre = bar.centre(x);
    const slope = bar.centre(x + 0.5) - bar.centre(x - 0.5);
    const half = bar.half(x) * Math.sqrt(1 + slope * slope);
    const t = (x - bar.fromX) / (bar.toX - bar.fromX);
    const last = Math.min(rows - 1, Math.floor((centre + half) / mmPerPixel));
    for (let row = Math.max(0, Math.ceil((centre - half) / mmPerPixel)); row <= last; row++) {
      const at = row * columns + column;
      values[at] = (values[at] ?? 0) + bar.shadow(Math.abs(row * mmPerPixel - centre) / half, t);
    }
  }
}

export interface Segment {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly radius: number;
}

/** Draws a round tube; where tubes cross the thicker one counts, so that joints do not show. */
export function addTube(canvas: Canvas, { from, to, radius }: Segment): void {
  const { columns, rows, mmPerPixel, values } = canvas;
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const square = dx * dx + dy * dy + 1e-6;
  const column = (x: number): number => Math.round(x / mmPerPixel + columns / 2);
  const row = (y: number): number => Math.round(y / mmPerPixel);
  const [left, right] = [
    column(Math.min(from[0], to[0]) - radius),
    column(Math.max(from[0], to[0]) + radius),
  ];
  const [top, bottom] = [row(Math.min(from[1], to[1]) - radius), row(Math.max(from[1], to[1]) + radius)];
  for (let r = Math.max(0, top); r <= Math.min(rows - 1, bottom); r++) {
    for (let c = Math.max(0, left); c <= Math.min(columns - 1, right); c++) {
      const px = (c - columns / 2) * mmPerPixel - from[0];
      const py = r * mmPerPixel - from[1];
      const t = Math.min(1, Math.max(0, (px * dx + py * dy) / square));
      const distance = (px - t * dx) ** 2 + (py - t * dy) ** 2;
      if (distance >= radius * radius) continue;
      const thickness = Math.sqrt(radius * radius - distance);
      const at = r * columns + c;
      if ((values[at] ?? 0) < thickness) values[at] = thickness;
    }
  }
}
