import type { AnimationJob, RenderJob, Viewport } from '@sightline/archive';
import {
  type DicomDataset,
  DicomError,
  describeImage,
  type FramePixels,
  frameTransform,
  isGrey,
  type Picture8,
  render8,
  type VoiChoice,
} from '@sightline/dicom';
import sharp, { type Sharp } from 'sharp';
import { annotationText } from './annotations.ts';
import { embedProfile, profileOf, withProfile } from './color-profile.ts';
import { encodeGreyGif } from './grey-gif.ts';
import { encodeJpeg } from './jpeg-encoder.ts';
import { shrink } from './shrink.ts';
import { writeOnPicture } from './write-on-picture.ts';

// A worker is one thread of a pool that already fills the machine.
sharp.concurrency(1);
sharp.cache(false);

/** Beyond the size of the image itself, enlarging stops here: the numbers come from a request. */
const ENLARGED_AT_MOST = 4096;

/**
 * Draws a frame as it is asked for, in the order of PS3.18 8.3.5.1: grey levels or colours, then region and size, then
 * what is written on it.
 * @throws DicomError bad_image_attributes
 */
export async function encodePicture(
  pixels: FramePixels,
  dataset: DicomDataset,
  job: RenderJob,
): Promise<Uint8Array> {
  const voi = job.window && windowOf(job.window);
  const bulk = (uri: string): Uint8Array | undefined => job.bulk?.get(uri);
  const picture = render8(pixels, dataset, job.frame + 1, {
    ...(voi && { voi }),
    bulk,
    into: canvas(pixels),
  });
  const { annotations = [], iccProfile = 'no' } = job;
  if (annotations.length === 0 && iccProfile === 'no') return encodePlain(picture, job);
  const sized = job.viewport ? await asPicture(fitted(asSharp(picture), picture, job)) : picture;
  const shown = { frame: job.frame + 1, ...chosenVoi(voi, dataset, job, bulk) };
  const written =
    annotations.length > 0 ? writeOnPicture(sized, annotationText(dataset, annotations, shown)) : sized;
  return withColors(written, dataset, job);
}

/** Nothing but the picture, which is what most requests are for: without the image library where that is possible. */
async function encodePlain(picture: Picture8, job: RenderJob): Promise<Uint8Array> {
  const sized = job.viewport ? muchSmaller(picture, job.viewport) : picture;
  if (sized === undefined) return encoded(fitted(asSharp(picture), picture, job), job);
  const jpeg = job.mediaType === 'image/jpeg' ? encodeJpeg(sized, job.quality) : undefined;
  return jpeg ?? encoded(asSharp(sized), job);
}

/** At half the size or less, means of areas are as good as anything; above that the image library is sharper. */
function muchSmaller(picture: Picture8, { width, height, source }: Viewport): Picture8 | undefined {
  const { columns, rows } = picture;
  const scale = Math.min(width / columns, height / rows);
  if (source !== undefined || scale > 0.5) return undefined;
  const fit = (side: number): number => Math.max(1, Math.round(side * scale));
  return shrink(picture, fit(columns), fit(rows));
}

let latestCanvas = new Uint8Array(0);

/** A worker draws one frame at a time, mostly of one size: on the same memory, which is then never new and never waste. */
function canvas({ columns, rows }: FramePixels): Uint8Array {
  if (latestCanvas.length !== columns * rows) latestCanvas = new Uint8Array(columns * rows);
  return latestCanvas;
}

/** Several pictures that `encodePicture` made, as one that moves. */
export async function encodeAnimation({ pictures, frameTime }: AnimationJob): Promise<Uint8Array> {
  const all = await Promise.all(pictures.map((picture) => sharp(picture).metadata()));
  if (all.every(({ channels }) => channels === 1)) {
    const frames = await Promise.all(
      pictures.map((picture) => sharp(picture).toColourspace('b-w').raw().toBuffer()),
    );
    const [first] = all;
    if (first) return encodeGreyGif({ width: first.width, height: first.height, frames, frameTime });
  }
  const delay = pictures.map(() => Math.max(20, Math.round(frameTime)));
  return sharp([...pictures], { join: { animated: true } })
    .gif({ ...COLOR_GIF, delay, loop: 0 })
    .toBuffer();
}

function windowOf(window: NonNullable<RenderJob['window']>): VoiChoice {
  return { kind: 'window', origin: 'user', ...window };
}

/** What a grey picture is shown with, as far as it was chosen by somebody: the file or the request. */
function chosenVoi(
  voi: VoiChoice | undefined,
  dataset: DicomDataset,
  { frame }: RenderJob,
  bulk: (uri: string) => Uint8Array | undefined,
): { readonly voi?: VoiChoice } {
  if (!isGrey(describeImage(dataset))) return {};
  const chosen = voi ?? frameTransform(dataset, frame + 1, bulk).voi[0];
  return chosen ? { voi: chosen } : {};
}

async function withColors(picture: Picture8, dataset: DicomDataset, job: RenderJob): Promise<Uint8Array> {
  const { columns: width, rows: height, channels, data } = picture;
  const colors = await withProfile(
    { data, width, height, channels },
    profileOf(dataset, job.bulk),
    job.iccProfile ?? 'no',
  );
  const image = asSharp({ ...picture, data: colors.pixels.data });
  if (colors.profile === undefined) return encoded(image, job);
  if (colors.profile === 'srgb') return encoded(image.toColourspace('srgb').withIccProfile('srgb'), job);
  return embedProfile(await encoded(image, job), job.mediaType, colors.profile);
}

function encoded(image: Sharp, { mediaType, quality }: RenderJob): Promise<Uint8Array> {
  switch (mediaType) {
    case 'image/png':
      return image.png({ compressionLevel: 6 }).toBuffer();
    case 'image/gif':
      return encodeGif(image);
    case 'image/jpeg':
      // Colour at full resolution: in medicine the edges of colour matter. Tables made for each picture would save two
      // percent of the bytes and take twice the time.
      return image.jpeg({ quality, chromaSubsampling: '4:4:4', optimiseCoding: false }).toBuffer();
  }
}

/** A palette for each picture, and no dots between colours that a reader could take for structure. */
const COLOR_GIF = { dither: 0, effort: 7, interFrameMaxError: 0, interPaletteMaxError: 0 } as const;

async function encodeGif(image: Sharp): Promise<Uint8Array> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 1) return encodeGreyGif({ width, height, frames: [data], frameTime: 0 });
  return sharp(data, { raw: { width, height, channels } }).gif(COLOR_GIF).toBuffer();
}

function asSharp({ data, columns, rows, channels }: Picture8): Sharp {
  const image = sharp(data, { raw: { width: columns, height: rows, channels } });
  return channels === 1 ? image.toColourspace('b-w') : image;
}

async function asPicture(image: Sharp): Promise<Picture8> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { columns: info.width, rows: info.height, channels: info.channels === 1 ? 1 : 3, data };
}

/** PS3.18 8.3.5.1.3: crop, mirror, then scale to fit with the aspect kept. */
function fitted(image: Sharp, picture: Picture8, { viewport }: RenderJob): Sharp {
  if (viewport === undefined) return image;
  const { source } = viewport;
  const part = source ? cropped(image, picture, source) : image;
  const mirrored = part.flop((source?.width ?? 1) < 0).flip((source?.height ?? 1) < 0);
  return mirrored.resize({
    width: Math.min(viewport.width, Math.max(picture.columns, ENLARGED_AT_MOST)),
    height: Math.min(viewport.height, Math.max(picture.rows, ENLARGED_AT_MOST)),
    fit: 'inside',
  });
}

/** What of the region lies on the image; a region beside it shows nothing, and is refused. */
function cropped(image: Sharp, picture: Picture8, source: NonNullable<Viewport['source']>): Sharp {
  const left = clamp(Math.round(source.x), picture.columns);
  const top = clamp(Math.round(source.y), picture.rows);
  const width = clamp(Math.round(source.x + Math.abs(source.width)), picture.columns) - left;
  const height = clamp(Math.round(source.y + Math.abs(source.height)), picture.rows) - top;
  if (width < 1 || height < 1) throw new DicomError('bad_image_attributes');
  return image.extract({ left, top, width, height });
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
