import { getNumber, Tag, transferSyntax, type DicomDataset } from '@sightline/dicom';
import type { HttpResponse } from '@sightline/dicomweb';
import type { FrameJob, RenderJob, Viewport } from '../frame-renderer.ts';
import type { StoredInstance } from '../index/index-store.ts';
import { negotiate } from './accept.ts';
import { ArchiveProblem } from './problems.ts';
import { qualityOf, viewportOf, windowOf } from './rendered-parameters.ts';
import { explainingFrames } from './retrieve-frames.ts';
import { listInstances, type Asked, type Services } from './transaction.ts';

const mediaTypes = ['image/jpeg', 'image/png'] as const;
const offers = mediaTypes.map((mediaType) => ({ mediaType, multipart: false }));

type Region = NonNullable<Viewport['source']>;

const DEFAULT_QUALITY = 90;
const THUMBNAIL: Viewport = { width: 256, height: 256 };

/** PS3.18 10.4.1.1.3: a picture of a frame, of the first frame of an object, or of the middle of a series. */
export const retrieveRendered = (asked: Asked, services: Services): Promise<HttpResponse> =>
  renderedResponse(asked, services, 'rendered');

/** PS3.18 10.4.1.1.4: the same, small, of the middle of an object or series. */
export const retrieveThumbnail = (asked: Asked, services: Services): Promise<HttpResponse> =>
  renderedResponse(asked, services, 'thumbnail');

async function renderedResponse(
  asked: Asked,
  services: Services,
  kind: 'rendered' | 'thumbnail',
): Promise<HttpResponse> {
  const viewport = viewportOf(asked.query, kind) ?? (kind === 'thumbnail' ? THUMBNAIL : undefined);
  const window = windowOf(asked.query);
  const quality = qualityOf(asked.query) ?? DEFAULT_QUALITY;
  const { instance, frame } = await chooseFrame(asked, services, kind);
  const { mediaType } = negotiate(asked, offers);
  const body = await explainingFrames(async () => {
    const frameJob = await services.frames.job(instance, frame);
    if (viewport?.source && !isOnImage(viewport.source, frameJob)) {
      throw new ArchiveProblem('bad_parameter', { parameter: 'viewport' });
    }
    const job: RenderJob = {
      ...frameJob,
      mediaType,
      quality,
      ...(viewport && { viewport }),
      ...(window && { window }),
    };
    return services.renderer.render(job);
  });
  return {
    status: 200,
    headers: { 'content-type': mediaType, 'content-length': String(body.length), vary: 'accept' },
    body,
  };
}

async function chooseFrame(
  asked: Asked,
  services: Services,
  kind: 'rendered' | 'thumbnail',
): Promise<{ readonly instance: StoredInstance; readonly frame: number }> {
  const images = (await listInstances(asked, services)).filter(isImage);
  const instance = images[Math.floor(images.length / 2)];
  if (!instance) throw new ArchiveProblem('no_image');
  const [frame, ...others] = asked.path.frames ?? [];
  if (others.length > 0) throw new ArchiveProblem('bad_frame_list');
  if (frame === undefined)
    return { instance, frame: kind === 'rendered' ? 1 : middle(instance.numberOfFrames) };
  if (frame > instance.numberOfFrames) throw new ArchiveProblem('dicom_not_found');
  return { instance, frame };
}

/** A region that holds no whole pixel of the image is the request's fault, and must not look like the image's. */
function isOnImage({ x, y, width, height }: Region, { metadata }: FrameJob): boolean {
  const dataset = JSON.parse(new TextDecoder().decode(metadata)) as DicomDataset; // written by the archive
  const covers = (from: number, size: number, end: number): boolean =>
    Math.min(end, Math.round(from + Math.abs(size))) > Math.round(from);
  return (
    covers(x, width, getNumber(dataset, Tag.Columns) ?? 0) &&
    covers(y, height, getNumber(dataset, Tag.Rows) ?? 0)
  );
}

const middle = (count: number): number => Math.floor(count / 2) + 1;

/** A video has pixel data but no frames that a decoder of images could take out. */
export const isImage = ({ numberOfFrames, transferSyntaxUid }: StoredInstance): boolean =>
  numberOfFrames > 0 && transferSyntax(transferSyntaxUid)?.family !== 'video';
