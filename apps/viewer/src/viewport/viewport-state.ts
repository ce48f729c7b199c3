import type { VoiChoice } from '@sightline/dicom';
import type { FrameFailure } from '../frames/loaded-frame.ts';
import type { DisplaySet } from '../studies/display-set.ts';
import type { StackImage } from '../studies/instance.ts';
import type { OverlayText } from './overlay-text.ts';
import type { ViewState } from './view.ts';

/** What a viewport holds. */
export type ViewportContent =
  | { readonly kind: 'empty' }
  /** A series was asked for; its metadata is on the way. */
  | { readonly kind: 'pending'; readonly seriesInstanceUid: string }
  /** A series that cannot be shown, and the sentence that says why. */
  | {
      readonly kind: 'message';
      readonly seriesInstanceUid: string;
      readonly sentence: string;
      readonly displaySet: DisplaySet | undefined;
      readonly retry: (() => void) | undefined;
    }
  | { readonly kind: 'stack'; readonly displaySet: DisplaySet };

/** How grey values are shown: as each image opens, one of the offers, or a window set by hand. */
export type VoiSelection =
  | { readonly kind: 'initial' }
  | { readonly kind: 'chosen'; readonly voi: VoiChoice };

export interface Progress {
  readonly loaded: number;
  readonly failed: number;
  readonly total: number;
}

export interface ViewportState {
  readonly content: ViewportContent;
  /** 0-based place in the stack that was asked for; the one on the screen is in `shown`. */
  readonly target: number;
  /** The image on the screen, with everything written over it. Undefined: the screen is black. */
  readonly shown:
    | {
        readonly image: StackImage;
        readonly index: number;
        readonly voi: VoiChoice | undefined;
        readonly text: OverlayText;
      }
    | undefined;
  /** Why the image that was asked for is not on the screen. */
  readonly failure: { readonly position: number; readonly failure: FrameFailure } | undefined;
  readonly progress: Progress;
  readonly view: ViewState;
  readonly voi: VoiSelection;
  readonly framesPerSecond: number;
  readonly isPlaying: boolean;
}

/** n of m when not every image of the stack could be loaded; the archive's own count decides what is missing. */
export function incomplete(
  { content, progress }: ViewportState,
  isArchiveUp: boolean,
): { readonly present: number; readonly expected: number } | undefined {
  if (content.kind !== 'stack') return undefined;
  const expected = progress.total + content.displaySet.missingInstances;
  const isShort = progress.failed > 0 || content.displaySet.missingInstances > 0;
  if (!isShort && (isArchiveUp || progress.loaded === progress.total)) return undefined;
  return { present: isArchiveUp ? progress.total - progress.failed : progress.loaded, expected };
}
