import { asStoredUid, asUid, getNumber } from '@sightline/dicom';
import { parseMediaType, type HttpRequest, type HttpResponse } from '@sightline/dicomweb';
import type { RequestContext } from '../archive.ts';
import type { Viewport, VoiWindow } from '../frame-renderer.ts';
import { EXPLICIT_VR_LITTLE_ENDIAN } from '../frames.ts';
import type { StoredInstance } from '../index/index-store.ts';
import { answering, queryOf } from './handle.ts';
import { ArchiveProblem } from './problems.ts';
import { datasetOf } from './rendered-images.ts';
import {
  annotationsOf,
  bad,
  checkedWindow,
  DEFAULT_QUALITY,
  qualityOf,
  toNumber,
  valueOf,
  type RenderedParameters,
} from './rendered-parameters.ts';
import { retrieveInstance } from './retrieve-instances.ts';
import { rendered } from './retrieve-rendered.ts';
import { findInstance, type Asked, type Services } from './transaction.ts';

/** PS3.18 chapter 9: one object, asked for by parameters alone. Answered by what answers the same in chapter 10. */
export function retrieveByUri(
  request: HttpRequest,
  context: RequestContext,
  services: Services,
): Promise<HttpResponse> {
  return answering(request, async () => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new ArchiveProblem('method_not_allowed', { headers: { allow: 'GET, HEAD' } });
    const query = queryOf(request);
    if (valueOf(query, 'requestType') !== 'WADO') throw bad('requestType');
    const path = {
      study: uidOf(query, 'studyUID'),
      series: uidOf(query, 'seriesUID'),
      instance: uidOf(query, 'objectUID'),
    };
    refuseUnsupported(query);
    const accept = contentTypes(query);
    const asked: Asked = { request, context, path, query };
    const isDicom = accept.includes('application/dicom');
    return isDicom ? dicomObject(asked, services) : renderedObject(asked, services, accept);
  });
}

type Query = Asked['query'];

function uidOf(query: Query, name: string): string {
  return asStoredUid(valueOf(query, name) ?? '') ?? refuse(name);
}

function refuse(parameter: string): never {
  throw bad(parameter);
}

/** Neither is half done: an object that was not cleaned in every place is not anonymous. */
function refuseUnsupported(query: Query): void {
  const anonymize = valueOf(query, 'anonymize');
  if (anonymize !== undefined && anonymize !== 'yes') throw bad('anonymize');
  for (const parameter of ['anonymize', 'presentationUID', 'presentationSeriesUID'] as const) {
    if (valueOf(query, parameter) !== undefined)
      throw new ArchiveProblem('parameter_not_supported', { parameter });
  }
}

const DICOM = 'application/dicom';
const isRendered = (type: string): boolean => /^(image|video|text)\/|^application\/pdf$|^\*\/\*$/.test(type);

/** PS3.18 9.1.2.2.1: the DICOM media type, or rendered ones in the order of preference; none has parameters. */
function contentTypes(query: Query): readonly string[] {
  const raw = valueOf(query, 'contentType');
  if (raw === undefined) return [];
  const types = raw.split(',').map((piece) => {
    const parsed = parseMediaType(piece.trim());
    return parsed && Object.keys(parsed.parameters).length === 0 ? parsed.type : refuse('contentType');
  });
  const isDicom = types.length === 1 && types[0] === DICOM;
  if (!isDicom && types.includes(DICOM)) throw bad('contentType');
  // What is of neither kind can be given of nothing.
  if (!isDicom && !types.some(isRendered)) throw new ArchiveProblem('not_acceptable');
  return types;
}

/** PS3.18 9.5.1.2: parameters of pictures, which are no parameters of an object. */
const ofPictures = [
  'frameNumber',
  'imageAnnotation',
  'imageQuality',
  'rows',
  'columns',
  'region',
  'windowCenter',
  'windowWidth',
] as const;

function dicomObject(asked: Asked, services: Services): Promise<HttpResponse> {
  for (const parameter of ofPictures) if (valueOf(asked.query, parameter) !== undefined) throw bad(parameter);
  const syntax = valueOf(asked.query, 'transferSyntax');
  const uid = syntax === undefined ? EXPLICIT_VR_LITTLE_ENDIAN : (asUid(syntax) ?? refuse('transferSyntax'));
  // Without the parameter, what may stay as it is stored (compressed with loss) does.
  const accept = syntax === undefined ? DICOM : `${DICOM}; transfer-syntax=${uid}`;
  return retrieveInstance(accepting(asked, accept), services);
}

const accepting = (asked: Asked, accept: string): Asked => ({
  ...asked,
  request: { ...asked.request, headers: { ...asked.request.headers, accept } },
  query: asked.query.filter(({ name }) => name === 'charset'),
});

async function renderedObject(
  asked: Asked,
  services: Services,
  accept: readonly string[],
): Promise<HttpResponse> {
  const { query } = asked;
  if (valueOf(query, 'transferSyntax') !== undefined) throw bad('transferSyntax');
  const instance = await findInstance(asked, services);
  const frame = frameOf(query, instance);
  const parameters = await parametersOf(query, instance, services);
  const path = frame === undefined ? asked.path : { ...asked.path, frames: [frame] };
  const inner = accepting({ ...asked, path }, accept.length > 0 ? accept.join(', ') : '*/*');
  return rendered(inner, services, parameters);
}

/** Only an object of several frames has one to choose. */
function frameOf(query: Query, { numberOfFrames }: StoredInstance): number | undefined {
  const raw = valueOf(query, 'frameNumber');
  if (raw === undefined) return undefined;
  const frame = /^[1-9]\d{0,8}$/.test(raw) ? Number(raw) : refuse('frameNumber');
  return numberOfFrames > 1 && frame <= numberOfFrames ? frame : refuse('frameNumber');
}

async function parametersOf(
  query: Query,
  instance: StoredInstance,
  services: Services,
): Promise<RenderedParameters> {
  const window = windowOf(query);
  const viewport = await viewportOf(query, instance, services);
  // Both names are in the standard: one in its table, the other in its grammar.
  const named = [annotationsOf(query, 'annotation'), annotationsOf(query, 'imageAnnotation')];
  const annotations = [...new Set(named.flatMap((each) => each.annotations))];
  return {
    look: {
      quality: qualityOf(query, 'imageQuality') ?? DEFAULT_QUALITY,
      ...(viewport && { viewport }),
      ...(window && { window }),
      ...(annotations.length > 0 && { annotations }),
    },
    unknownAnnotations: [...new Set(named.flatMap((each) => each.unknown))],
  };
}

function windowOf(query: Query): VoiWindow | undefined {
  const [center, width] = ['windowCenter', 'windowWidth'].map((name) => {
    const raw = valueOf(query, name);
    return raw === undefined ? undefined : toNumber(raw, name);
  });
  if (center === undefined && width === undefined) return undefined;
  if (center === undefined) throw bad('windowCenter');
  if (width === undefined) throw bad('windowWidth');
  return checkedWindow(center, width, 'LINEAR', 'windowWidth');
}

const MAX_SIDE = 16_384;

/** One of rows and columns alone leaves the other open, which the aspect then decides. */
async function viewportOf(
  query: Query,
  instance: StoredInstance,
  services: Services,
): Promise<Viewport | undefined> {
  const [rows, columns] = ['rows', 'columns'].map((name) => {
    const raw = valueOf(query, name);
    if (raw === undefined) return undefined;
    return /^[1-9]\d{0,4}$/.test(raw) && Number(raw) <= MAX_SIDE ? Number(raw) : refuse(name);
  });
  const source = await regionOf(query, instance, services);
  if (rows === undefined && columns === undefined) {
    return source && { width: Math.round(source.width), height: Math.round(source.height), source };
  }
  return { width: columns ?? MAX_SIDE, height: rows ?? MAX_SIDE, ...(source && { source }) };
}

/** `xmin,ymin,xmax,ymax`, parts of the image from 0 to 1; in pixels of the image, at least one. */
async function regionOf(
  query: Query,
  instance: StoredInstance,
  services: Services,
): Promise<Viewport['source']> {
  const raw = valueOf(query, 'region');
  if (raw === undefined) return undefined;
  const numbers = raw.split(',').map((part) => toNumber(part, 'region'));
  const [left = -1, top = -1, right = -1, bottom = -1] = numbers;
  const isRegion = numbers.length === 4 && left >= 0 && top >= 0 && right <= 1 && bottom <= 1;
  if (!isRegion || left >= right || top >= bottom) throw bad('region');
  const dataset = await datasetOf(instance, services);
  const pixels = (from: number, to: number, size: number): readonly [number, number] => {
    const start = Math.min(size - 1, Math.floor(from * size));
    return [start, Math.max(1, Math.round(to * size) - start)];
  };
  const [x, width] = pixels(left, right, getNumber(dataset, '00280011') ?? 1);
  const [y, height] = pixels(top, bottom, getNumber(dataset, '00280010') ?? 1);
  return { x, y, width, height };
}
