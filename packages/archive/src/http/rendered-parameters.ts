import type { QueryParameter } from '@sightline/dicomweb';
import type { Viewport, VoiWindow } from '../frame-renderer.ts';
import { ArchiveProblem } from './problems.ts';

/** PS3.18 8.3.5: how a rendered image is to look. A parameter that is not there is undefined; a bad one is a 400. */

const MAX_VIEWPORT_PIXELS = 16_384;

/** `vw,vh[,sx,sy,sw,sh]`; of the last four each may be empty. A thumbnail has only the first two. */
export function viewportOf(
  query: readonly QueryParameter[],
  kind: 'rendered' | 'thumbnail',
): Viewport | undefined {
  const raw = valueOf(query, 'viewport');
  if (raw === undefined) return undefined;
  const numbers = raw.split(',').map((part) => (part.trim() === '' ? undefined : toNumber(part, 'viewport')));
  const [width, height, x = 0, y = 0, sourceWidth, sourceHeight] = numbers;
  const isSize = (size: number | undefined): size is number =>
    size !== undefined && Number.isInteger(size) && size > 0 && size <= MAX_VIEWPORT_PIXELS;
  if (!isSize(width) || !isSize(height) || numbers.length > 6) throw bad('viewport');
  if (numbers.length === 2) return { width, height };
  if (kind === 'thumbnail' || x < 0 || y < 0 || sourceWidth === 0 || sourceHeight === 0)
    throw bad('viewport');
  // What is left out reaches to the edge of the image, which the renderer knows.
  const source = { x, y, width: sourceWidth ?? Infinity, height: sourceHeight ?? Infinity };
  return { width, height, source };
}

const functions: Readonly<Record<string, VoiWindow['function']>> = {
  linear: 'LINEAR',
  'linear-exact': 'LINEAR_EXACT',
  sigmoid: 'SIGMOID',
};

/** `center,width,function`, all three. */
export function windowOf(query: readonly QueryParameter[]): VoiWindow | undefined {
  const raw = valueOf(query, 'window');
  if (raw === undefined) return undefined;
  const [center = '', width = '', name = '', ...rest] = raw.split(',');
  const shape = Object.hasOwn(functions, name.trim()) ? functions[name.trim()] : undefined;
  if (!shape || rest.length > 0) throw bad('window');
  const window = { center: toNumber(center, 'window'), width: toNumber(width, 'window'), function: shape };
  // PS3.3 C.11.2.1.2: at least 1 for LINEAR, above 0 for the others.
  if (window.width <= 0 || (shape === 'LINEAR' && window.width < 1)) throw bad('window');
  return window;
}

/** 1 to 100. */
export function qualityOf(query: readonly QueryParameter[]): number | undefined {
  const raw = valueOf(query, 'quality');
  if (raw === undefined) return undefined;
  const quality = toNumber(raw, 'quality');
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) throw bad('quality');
  return quality;
}

function valueOf(query: readonly QueryParameter[], name: string): string | undefined {
  const values = query.filter((parameter) => parameter.name === name);
  if (values.length > 1) throw bad(name);
  return values[0]?.value;
}

function toNumber(text: string, parameter: string): number {
  if (!/^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\s*$/.test(text)) throw bad(parameter);
  return Number(text);
}

const bad = (parameter: string): ArchiveProblem => new ArchiveProblem('bad_parameter', { parameter });
