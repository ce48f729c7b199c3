import type { QueryParameter } from '@sightline/dicomweb';
import type { Annotation, IccProfile, Viewport, VoiWindow } from '../frame-renderer.ts';
import type { Look } from '../pictures.ts';
import { ArchiveProblem } from './problems.ts';

/** PS3.18 8.3.5: how a rendered image is to look. A parameter that is not there is undefined; a bad one is a 400. */

const MAX_VIEWPORT_PIXELS = 16_384;

export const DEFAULT_QUALITY = 90;

/** What the parameters say, but for the media type; and which annotations are not known, for a Warning. */
export interface RenderedParameters {
  readonly look: Omit<Look, 'mediaType'>;
  readonly unknownAnnotations: readonly string[];
}

export function renderedParameters(
  query: readonly QueryParameter[],
  kind: 'rendered' | 'thumbnail',
): RenderedParameters {
  const viewport = viewportOf(query, kind);
  const window = windowOf(query);
  const { annotations, unknown } = annotationsOf(query);
  const iccProfile = iccProfileOf(query);
  return {
    look: {
      quality: qualityOf(query) ?? DEFAULT_QUALITY,
      ...(viewport && { viewport }),
      ...(window && { window }),
      // A thumbnail goes into lists and logs of others: nobody's name stands on it.
      ...(kind === 'rendered' && annotations.length > 0 && { annotations }),
      ...(iccProfile && iccProfile !== 'no' && { iccProfile }),
    },
    unknownAnnotations: kind === 'rendered' ? unknown : [],
  };
}

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
  return checkedWindow(toNumber(center, 'window'), toNumber(width, 'window'), shape, 'window');
}

/** PS3.3 C.11.2.1.2: a width of at least 1 for LINEAR, above 0 for the others. */
export function checkedWindow(
  center: number,
  width: number,
  shape: VoiWindow['function'],
  parameter: string,
): VoiWindow {
  if (width <= 0 || (shape === 'LINEAR' && width < 1)) throw bad(parameter);
  return { center, width, function: shape };
}

/** 1 to 100. */
export function qualityOf(
  query: readonly QueryParameter[],
  parameter: 'quality' | 'imageQuality' = 'quality',
): number | undefined {
  const raw = valueOf(query, parameter);
  if (raw === undefined) return undefined;
  const quality = toNumber(raw, parameter);
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) throw bad(parameter);
  return quality;
}

/** What a keyword may look like: nothing else of the parameter is ever repeated in an answer. */
const KEYWORD = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

const isAnnotation = (keyword: string): keyword is Annotation =>
  keyword === 'patient' || keyword === 'technique';

/** `patient,technique`. A keyword that is not known is left out, and told. */
export function annotationsOf(
  query: readonly QueryParameter[],
  parameter: 'annotation' | 'imageAnnotation' = 'annotation',
): { readonly annotations: readonly Annotation[]; readonly unknown: readonly string[] } {
  const raw = valueOf(query, parameter);
  if (raw === undefined) return { annotations: [], unknown: [] };
  const keywords = raw.split(',').map((keyword) => keyword.trim());
  if (!keywords.every((keyword) => KEYWORD.test(keyword))) throw bad(parameter);
  return {
    annotations: (['patient', 'technique'] as const).filter((known) => keywords.includes(known)),
    unknown: keywords.filter((keyword) => !isAnnotation(keyword)),
  };
}

const profiles: Readonly<Record<string, IccProfile>> = { no: 'no', yes: 'yes', srgb: 'srgb' };

/** `no`, `yes` or `srgb`. The two other spaces of the standard are refused: pictures are given in none of them. */
export function iccProfileOf(query: readonly QueryParameter[]): IccProfile | undefined {
  const raw = valueOf(query, 'iccprofile');
  if (raw === undefined) return undefined;
  const profile = Object.hasOwn(profiles, raw) ? profiles[raw] : undefined;
  if (!profile) throw bad('iccprofile');
  return profile;
}

/** At most once. */
export function valueOf(query: readonly QueryParameter[], name: string): string | undefined {
  const values = query.filter((parameter) => parameter.name === name);
  if (values.length > 1) throw bad(name);
  return values[0]?.value;
}

/** A decimal number, and nothing else that a language may take for one. */
export function toNumber(text: string, parameter: string): number {
  if (!/^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\s*$/.test(text)) throw bad(parameter);
  const number = Number(text);
  if (!Number.isFinite(number)) throw bad(parameter);
  return number;
}

/** `parameter`: a name out of our own tables, never one of the request. */
export const bad = (parameter: string): ArchiveProblem => new ArchiveProblem('bad_parameter', { parameter });
