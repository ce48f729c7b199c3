import type { Picture8 } from '@sightline/dicom';
import { GLYPH_COLUMNS, GLYPH_ROWS, type Glyph, glyphsOf } from './glyphs.ts';

export interface PictureText {
  /** Lines at the upper left, most important first. */
  readonly above: readonly string[];
  /** Lines at the lower left. */
  readonly below: readonly string[];
}

/** Of the shorter side of a picture: two dots of the screen for each dot of a letter at 512 pixels. */
const PIXELS_PER_DOT = 256;
const LETTER = GLYPH_COLUMNS + 1;
const WHITE = 255;
const BLACK = 0;

/**
 * Writes text into the pixels, white with a black edge so that it is read on any of them. Lines are broken at the side of
 * the picture; where there is no room for all, those of `below` are left out before those of `above`, and what is cut
 * ends in dots, so that nobody takes a part for the whole.
 */
export function writeOnPicture(picture: Picture8, { above, below }: PictureText): Picture8 {
  const { columns, rows } = picture;
  const dot = Math.max(1, Math.floor(Math.min(columns, rows) / PIXELS_PER_DOT));
  const perLine = Math.max(1, Math.floor((columns / dot - 2) / LETTER));
  const most = Math.floor((rows / dot - 2) / GLYPH_ROWS);
  const top = atMost(broken(above, perLine), most);
  const bottom = atMost(broken(below, perLine), most - top.length);
  const canvas: Canvas = { picture, data: new Uint8Array(picture.data), dot };
  top.forEach((line, at) => writeLine(canvas, line, dot * (1 + at * GLYPH_ROWS)));
  const start = rows - dot * (1 + bottom.length * GLYPH_ROWS);
  bottom.forEach((line, at) => writeLine(canvas, line, start + dot * at * GLYPH_ROWS));
  return { ...picture, data: canvas.data };
}

type Line = readonly Glyph[];

interface Canvas {
  readonly picture: Picture8;
  readonly data: Uint8Array;
  /** Pixels of one dot. */
  readonly dot: number;
}

function broken(lines: readonly string[], perLine: number): readonly Line[] {
  return lines.flatMap((text) => {
    const glyphs = glyphsOf(text);
    const count = Math.ceil(glyphs.length / perLine);
    return Array.from({ length: count }, (_, at) => glyphs.slice(at * perLine, (at + 1) * perLine));
  });
}

function atMost(lines: readonly Line[], most: number): readonly Line[] {
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, Math.max(0, most));
  const last = kept.at(-1);
  const dots = glyphsOf('...');
  return last
    ? [...kept.slice(0, -1), [...last.slice(0, Math.max(0, last.length - dots.length)), ...dots]]
    : [];
}

/** The edge first, the letters over it. */
function writeLine(canvas: Canvas, line: Line, top: number): void {
  const { dot } = canvas;
  const edges = [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x) => [x * dot, y * dot] as const));
  for (const [x, y] of edges) writeGlyphs(canvas, line, x, top + y, BLACK);
  writeGlyphs(canvas, line, 0, top, WHITE);
}

function writeGlyphs(canvas: Canvas, line: Line, shift: number, top: number, level: number): void {
  const { dot } = canvas;
  line.forEach(({ rows }, at) => {
    const left = dot * (1 + at * LETTER) + shift;
    rows.forEach((row, y) => {
      for (let x = 0; x < GLYPH_COLUMNS; x++) {
        if (row & (1 << x)) fillDot(canvas, left + x * dot, top + y * dot, level);
      }
    });
  });
}

function fillDot({ picture, data, dot }: Canvas, left: number, top: number, level: number): void {
  const { columns, rows, channels } = picture;
  const right = Math.min(columns, left + dot);
  for (let y = Math.max(0, top); y < Math.min(rows, top + dot); y++) {
    const from = Math.max(0, left);
    if (right > from) data.fill(level, (y * columns + from) * channels, (y * columns + right) * channels);
  }
}
