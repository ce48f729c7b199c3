import type { RenderJob, Viewport } from '@sightline/archive';
import {
  type DicomDataset,
  DicomError,
  type FramePixels,
  type Picture8,
  render8,
  type VoiChoice,
} from '@sightline/dicom';
import sharp, { type Sharp } from 'sharp';

// A worker is one thread of a pool that already fills the machine.
sharp.concurrency(1);
sharp.cache(false);

/** Beyond the size of the image itself, enlarging stops here: the numbers come from a request. */
const ENLARGED_AT_MOST = 4096;

/**
 * Draws a frame as JPEG or PNG.
 * @throws DicomError bad_image_attributes
 */
export async function encodePicture(
  pixels: FramePixels,
  dataset: DicomDataset,
  job: RenderJob,
): Promise<Uint8Array> {
  const picture = render8(pixels, dataset, job.frame + 1, {
    ...(job.window && { voi: windowOf(job.window) }),
    ...(job.bulk && { bulk: (uri: string) => job.bulk?.get(uri) }),
  });
  const image = fitted(asSharp(picture), picture, job.viewport);
  return job.mediaType === 'image/png'
    ? image.png({ compressionLevel: 6 }).toBuffer()
    : // Colour at full resolution: in medicine the edges of colour matter.
      image.jpeg({ quality: job.quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

function windowOf(window: NonNullable<RenderJob['window']>): VoiChoice {
  return { kind: 'window', origin: 'user', ...window };
}

function asSharp({ data, columns, rows, channels }: Picture8): Sharp {
  const image = sharp(data, { raw: { width: columns, height: rows, channels } });
  return channels === 1 ? image.toColourspace('b-w') : image;
}

/** PS3.18 8.3.5.1.3: crop, mirror, then scale to fit with the aspect kept. */
function fitted(image: Sharp, picture: Picture8, viewport: Viewport | undefined): Sharp {
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
