import type { AnimationJob, FrameJob, RenderJob } from '@sightline/archive';

/** What the main thread sends to the render worker. */
export type RenderWorkerJob =
  | { readonly kind: 'render'; readonly job: RenderJob }
  | { readonly kind: 'animate'; readonly job: AnimationJob }
  | { readonly kind: 'decode'; readonly job: FrameJob };
