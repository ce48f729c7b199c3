import type { HttpResponse } from '@sightline/dicomweb';
import type { IccProfile, PictureMediaType } from '../frame-renderer.ts';
import type { StoredInstance } from '../index/index-store.ts';
import { negotiate } from './accept.ts';
import { ArchiveProblem } from './problems.ts';
import { renderedDocument } from './rendered-document.ts';
import { animatedPictures, onePicture, severalPictures, type Picture } from './rendered-images.ts';
import { isImage, pictureTypes, renderedKind, type RenderedKind } from './rendered-kinds.ts';
import { bad, renderedParameters, type RenderedParameters } from './rendered-parameters.ts';
import { renderedText, renderedTexts } from './rendered-text.ts';
import { renderedVideo } from './rendered-video.ts';
import { listInstances, type Asked, type Services } from './transaction.ts';

type RenderOne = (instance: StoredInstance, asked: Asked, services: Services) => Promise<HttpResponse>;

/** What is not an image is one document, video or text for each object. */
const renderObject: Readonly<Partial<Record<RenderedKind, RenderOne>>> = {
  text: renderedText,
  document: renderedDocument,
  video: renderedVideo,
};

/**
 * PS3.18 10.4.1.1.3. An object that is a text, a document or a video is given as that. Of images: as multipart, all
 * frames below the path; otherwise the frame that was asked for, the first of an object, the middle one of a study or
 * series; as image/gif all the frames of one object, moving.
 */
export function retrieveRendered(asked: Asked, services: Services): Promise<HttpResponse> {
  return rendered(asked, services, renderedParameters(asked.query, 'rendered'));
}

/** The same for parameters that were read elsewhere. */
export async function rendered(
  asked: Asked,
  services: Services,
  parameters: RenderedParameters,
): Promise<HttpResponse> {
  const instances = await listInstances(asked, services);
  const images = instances.filter(isImage);
  if (images.length > 0) return renderedImages(asked, services, images, parameters);
  const renderable = instances.filter((instance) => renderObject[renderedKind(instance)]);
  const [instance] = renderable;
  if (!instance || asked.path.frames) throw new ArchiveProblem('no_image');
  const texts = renderable.filter((each) => renderedKind(each) === 'text');
  // One of several texts would be a part passed off as the whole.
  if (texts.length > 1) return renderedTexts(texts, asked, services);
  if (renderable.length > 1) throw new ArchiveProblem('no_image');
  const render = renderObject[renderedKind(instance)];
  if (!render) throw new ArchiveProblem('no_image');
  return render(instance, asked, services);
}

/** PS3.18 10.4.1.1.4: small, of the frame that was asked for, else of the middle of what is there. Never with a name. */
export async function retrieveThumbnail(asked: Asked, services: Services): Promise<HttpResponse> {
  const { look } = renderedParameters(asked.query, 'thumbnail');
  const images = (await listInstances(asked, services)).filter(isImage);
  if (images.length === 0) throw new ArchiveProblem('no_image');
  const { mediaType, multipart } = negotiate(asked, offersOfOne);
  checkProfile(mediaType, look.iccProfile);
  const picture = representative(asked, images, 'thumbnail', (instance, frame) => ({
    instance,
    frame,
    look: { viewport: THUMBNAIL, ...look, mediaType },
  }));
  const options = { size: 'thumbnail' } as const;
  return multipart
    ? severalPictures(asked, services, [picture], options)
    : onePicture(asked, services, picture, options);
}

const THUMBNAIL = { width: 256, height: 256 } as const;

async function renderedImages(
  asked: Asked,
  services: Services,
  images: readonly StoredInstance[],
  { look, unknownAnnotations }: RenderedParameters,
): Promise<HttpResponse> {
  const { frames = [] } = asked.path;
  if (images.some(({ numberOfFrames }) => frames.some((frame) => frame > numberOfFrames)))
    throw new ArchiveProblem('dicom_not_found');
  const { mediaType, multipart } = negotiate(asked, frames.length > 1 ? offersOfSeveral : offersOfOne);
  checkProfile(mediaType, look.iccProfile);
  const options = { size: 'rendered', warning: warningOf(asked, unknownAnnotations) } as const;
  const pictureOf = (instance: StoredInstance, frame: number): Picture => ({
    instance,
    frame,
    look: { ...look, mediaType },
  });
  // Only when it is asked for: a slide has a hundred thousand.
  const all = (): readonly Picture[] =>
    images.flatMap((instance) =>
      (frames.length > 0 ? frames : count(instance)).map((frame) => pictureOf(instance, frame)),
    );
  if (multipart) return severalPictures(asked, services, all(), options);
  // Of several objects there is no one GIF: what comes is the picture that stands for them.
  if (mediaType === 'image/gif' && isMoving(asked, images)) return animatedPictures(services, all(), options);
  return onePicture(asked, services, representative(asked, images, 'rendered', pictureOf), options);
}

/** Several frames of one object: those that are named, or all. */
const isMoving = ({ path }: Asked, [instance]: readonly StoredInstance[]): boolean =>
  path.instance !== undefined && (path.frames?.length ?? instance?.numberOfFrames ?? 0) > 1;

const count = ({ numberOfFrames }: StoredInstance): readonly number[] =>
  Array.from({ length: numberOfFrames }, (_, at) => at + 1);

/** The object in the middle shows most of what there is; of one object the first frame is what its reader expects. */
function representative(
  asked: Asked,
  images: readonly StoredInstance[],
  kind: 'rendered' | 'thumbnail',
  pictureOf: (instance: StoredInstance, frame: number) => Picture,
): Picture {
  const instance = images[Math.floor(images.length / 2)];
  if (!instance) throw new ArchiveProblem('no_image');
  const [frame, ...others] = asked.path.frames ?? [];
  if (others.length > 0) throw new ArchiveProblem('bad_frame_list');
  if (frame === undefined)
    return pictureOf(instance, kind === 'rendered' ? 1 : Math.floor(instance.numberOfFrames / 2) + 1);
  if (frame > instance.numberOfFrames) throw new ArchiveProblem('dicom_not_found');
  return pictureOf(instance, frame);
}

const offersOf = (multipart: boolean) => pictureTypes.map((mediaType) => ({ mediaType, multipart }));
const offersOfOne = [...offersOf(false), ...offersOf(true)];
/** Of several frames nothing is left out; one GIF holds them all. */
const offersOfSeveral = [...offersOf(true), { mediaType: 'image/gif', multipart: false } as const];

/** PS3.18 8.3.5.1.5: a media type that has no place for a profile is asked for none. */
function checkProfile(mediaType: PictureMediaType, profile: IccProfile | undefined): void {
  if (mediaType === 'image/gif' && profile !== undefined) throw bad('iccprofile');
}

/** PS3.18 8.3.5.1.1, in its words. The values have been looked at: they are keywords. */
function warningOf({ context }: Asked, unknown: readonly string[]): string | undefined {
  if (unknown.length === 0) return undefined;
  return `299 ${context.root}: The following annotation values are not supported: ${unknown.join(', ')}`;
}
