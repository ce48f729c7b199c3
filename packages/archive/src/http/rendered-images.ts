import { getNumber, type DicomDataset } from '@sightline/dicom';
import { formatMediaType, writeMultipart, type HttpResponse, type Part } from '@sightline/dicomweb';
import type { RenderJob } from '../frame-renderer.ts';
import type { StoredInstance } from '../index/index-store.ts';
import { unpackJson } from '../index/stored-json.ts';
import { pictureKey, type Look } from '../pictures.ts';
import { isKnown, PRIVATE_CACHE } from './conditional.ts';
import { ArchiveProblem } from './problems.ts';
import { readAhead } from './read-ahead.ts';
import { bad } from './rendered-parameters.ts';
import { explainingFrames } from './retrieve-frames.ts';
import { instanceUrl, type Asked, type Services } from './transaction.ts';

/** One picture of one frame. */
export interface Picture {
  readonly instance: StoredInstance;
  /** From 1. */
  readonly frame: number;
  readonly look: Look;
}

export interface PictureOptions {
  readonly size: 'rendered' | 'thumbnail';
  /** Of the header of that name. */
  readonly warning?: string | undefined;
}

/** Changes whenever the same request would give another picture, so that no cache keeps the old. */
const RENDERING = 2;

export async function onePicture(
  asked: Asked,
  services: Services,
  picture: Picture,
  { size, warning }: PictureOptions,
): Promise<HttpResponse> {
  const etag = `W/"r${RENDERING}-${fingerprint(pictureKey(picture.instance, picture.frame, picture.look))}"`;
  const headers = {
    etag,
    'cache-control': PRIVATE_CACHE,
    vary: 'accept',
    ...(warning !== undefined && { warning }),
  };
  if (isKnown(asked.request.headers['if-none-match'], etag)) return { status: 304, headers };
  const body = await drawn(picture, services, size);
  const { mediaType } = picture.look;
  return {
    status: 200,
    headers: { ...headers, 'content-type': mediaType, 'content-length': String(body.length) },
    body,
  };
}

/**
 * As one stream whose length nobody knows before the last picture is drawn. The first is drawn before the answer begins,
 * so that it can be a status; a later one that cannot be drawn breaks the stream, which its missing end tells.
 */
export async function severalPictures(
  asked: Asked,
  services: Services,
  pictures: readonly Picture[],
  { size, warning }: PictureOptions,
): Promise<HttpResponse> {
  const [first, ...others] = pictures;
  if (!first) throw new ArchiveProblem('no_image');
  const firstBody = await drawn(first, services, size);
  const partOf = ({ instance, frame, look }: Picture, body: Uint8Array): Part => ({
    headers: {
      'Content-Type': look.mediaType,
      'Content-Length': String(body.length),
      'Content-Location': `${instanceUrl(asked.context.root, instance)}/frames/${frame}/${size}`,
    },
    body,
  });
  async function* parts(): AsyncGenerator<Part> {
    if (first) yield partOf(first, firstBody);
    let at = 0;
    for await (const body of readAhead(others, (picture) => drawn(picture, services, size))) {
      const picture = others[at];
      if (picture) yield partOf(picture, body);
      at += 1;
    }
  }
  const boundary = services.newBoundary();
  const { mediaType: type } = first.look;
  return {
    status: 200,
    headers: {
      'content-type': formatMediaType('multipart/related', { type, boundary }),
      vary: 'accept',
      ...(warning !== undefined && { warning }),
    },
    body: writeMultipart(boundary, parts()),
  };
}

/** In all its frames: what one worker joins within its time, in memory that is not missed. */
const MOST_ANIMATED_PIXELS = 64 * 1024 ** 2;
const MOST_ANIMATED_FRAMES = 500;
const ASSUMED_FRAME_TIME = 100;

/** All the pictures, of one object, as one GIF that moves as fast as the object says. */
export async function animatedPictures(
  services: Services,
  pictures: readonly Picture[],
  { warning }: PictureOptions,
): Promise<HttpResponse> {
  const [first] = pictures;
  if (!first) throw new ArchiveProblem('no_image');
  const dataset = await datasetOf(first.instance, services);
  const { viewport } = first.look;
  const pixels = viewport
    ? viewport.width * viewport.height
    : (getNumber(dataset, '00280010') ?? 0) * (getNumber(dataset, '00280011') ?? 0);
  if (pictures.length > MOST_ANIMATED_FRAMES || pixels * pictures.length > MOST_ANIMATED_PIXELS)
    throw new ArchiveProblem('animation_too_large');
  const stills: Uint8Array[] = [];
  const still = (picture: Picture): Promise<Uint8Array> =>
    drawn({ ...picture, look: { ...picture.look, mediaType: 'image/png' } }, services, 'rendered');
  for await (const picture of readAhead(pictures, still)) stills.push(picture);
  const body = await services.pictures.animate(stills, frameTimeOf(dataset));
  return {
    status: 200,
    headers: {
      'content-type': 'image/gif',
      'content-length': String(body.length),
      'cache-control': PRIVATE_CACHE,
      vary: 'accept',
      ...(warning !== undefined && { warning }),
    },
    body,
  };
}

/** Frame Time, or the rate at which the object wants to be shown (PS3.3 C.7.6.5), in milliseconds. */
function frameTimeOf(dataset: DicomDataset): number {
  const time = getNumber(dataset, '00181063');
  if (time !== undefined && time > 0) return time;
  const rate = getNumber(dataset, '00082144') ?? getNumber(dataset, '00180040');
  return rate !== undefined && rate > 0 ? 1000 / rate : ASSUMED_FRAME_TIME;
}

async function drawn(
  { instance, frame, look }: Picture,
  services: Services,
  size: PictureOptions['size'],
): Promise<Uint8Array> {
  return explainingFrames(async () => {
    await checkRegion(instance, look.viewport, services);
    return services.pictures.of(instance, frame, look, size);
  });
}

/** A region that holds no whole pixel of the image is the request's fault, and must not look like the image's. */
async function checkRegion(
  instance: StoredInstance,
  viewport: RenderJob['viewport'],
  services: Services,
): Promise<void> {
  const source = viewport?.source;
  // A region that begins at the corner and has a width holds something of every image.
  if (!source || (source.x === 0 && source.y === 0 && minSide(source) >= 1)) return;
  const dataset = await datasetOf(instance, services);
  const covers = (from: number, size: number, end: number): boolean =>
    Math.min(end, Math.round(from + Math.abs(size))) > Math.round(from);
  const isOnImage =
    covers(source.x, source.width, getNumber(dataset, '00280011') ?? 0) &&
    covers(source.y, source.height, getNumber(dataset, '00280010') ?? 0);
  if (!isOnImage) throw bad('viewport');
}

const minSide = ({ width, height }: { readonly width: number; readonly height: number }): number =>
  Math.min(Math.abs(width), Math.abs(height));

/** The whole data set of an object. */
export async function datasetOf(instance: StoredInstance, { index }: Services): Promise<DicomDataset> {
  const packed = await index.metadata(instance.id);
  if (!packed) throw new ArchiveProblem('dicom_not_found');
  return JSON.parse(new TextDecoder().decode(unpackJson(packed))) as DicomDataset; // written by the archive
}

/** 53 bits of a text (cyrb53): enough to tell one look of an object from another in a cache of one browser. */
function fingerprint(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return ((2097151 & low) * 2 ** 32 + (high >>> 0)).toString(36);
}
