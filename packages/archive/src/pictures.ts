import { createFrameCache } from './frame-cache.ts';
import type { FrameRenderer, RenderJob } from './frame-renderer.ts';
import type { Frames } from './frames.ts';
import type { StoredInstance } from './index/index-store.ts';

/** About five thousand thumbnails: a worklist's worth of studies, a day's look at series. */
const MAX_THUMBNAIL_BYTES = 32 * 1024 ** 2;
/** What is looked at again while it is looked at: a first image, a series being paged through. */
const MAX_PICTURE_BYTES = 24 * 1024 ** 2;

/** How a picture is to look: all that makes one picture of a frame another than the next. */
export type Look = Pick<
  RenderJob,
  'mediaType' | 'quality' | 'viewport' | 'window' | 'annotations' | 'iccProfile'
>;

/** Pictures of frames. Made once and remembered as long as there is room: an object never changes. */
export interface Pictures {
  /** `frame` counts from 1. Rejects as `Frames.job` and `FrameRenderer.render` do. */
  of(
    instance: StoredInstance,
    frame: number,
    look: Look,
    size: 'rendered' | 'thumbnail',
  ): Promise<Uint8Array>;
  animate(pictures: readonly Uint8Array[], frameTime: number): Promise<Uint8Array>;
}

export function createPictures({
  frames,
  renderer,
}: {
  readonly frames: Frames;
  readonly renderer: FrameRenderer;
}): Pictures {
  const thumbnails = createFrameCache(MAX_THUMBNAIL_BYTES);
  const pictures = createFrameCache(MAX_PICTURE_BYTES);
  return {
    of(instance, frame, look, size) {
      const cache = size === 'thumbnail' ? thumbnails : pictures;
      return cache(pictureKey(instance, frame, look), async () =>
        renderer.render({ ...(await frames.job(instance, frame)), ...look }),
      );
    },
    animate: (list, frameTime) => renderer.animate({ pictures: list, frameTime }),
  };
}

/** Names a picture. By the hash of the object: a number of the index may one day be another's. */
export const pictureKey = (instance: StoredInstance, frame: number, look: Look): string =>
  `${instance.hash}/${frame}/${JSON.stringify(look)}`;
