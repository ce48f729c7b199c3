import type { VoiChoice } from '@sightline/dicom';
import type { FrameLoader } from '../frames/frame-loader.ts';
import { loadOrder } from '../frames/frame-order.ts';
import { drawable, initialVoi, type LoadedFrame } from '../frames/loaded-frame.ts';
import { createStore, type Store } from '../store.ts';
import type { DisplaySet } from '../studies/display-set.ts';
import { framesPerSecond } from '../studies/frame-rate.ts';
import { imageKey, type StackImage } from '../studies/instance.ts';
import { type Cine, createCine } from './cine.ts';
import { imageSizeOf } from './image-geometry.ts';
import { overlayText, type OverlayInput } from './overlay-text.ts';
import type { Renderer } from './renderer.ts';
import { createSampler } from './sampling.ts';
import type { Surface } from './surface.ts';
import {
  INITIAL_VIEW,
  panBy,
  placeImage,
  zoomAt,
  type ImageSize,
  type Size,
  type ViewState,
} from './view.ts';
import type { ViewportContent, ViewportState } from './viewport-state.ts';
import { dragWindow } from './window-presets.ts';

export interface StackViewportParts {
  readonly loader: FrameLoader;
  readonly renderer: () => Renderer;
}

const EMPTY: ViewportState = {
  content: { kind: 'empty' },
  target: 0,
  shown: undefined,
  failure: undefined,
  progress: { loaded: 0, failed: 0, total: 0 },
  view: INITIAL_VIEW,
  voi: { kind: 'initial' },
  framesPerSecond: 0,
  isPlaying: false,
};

/** Progress is told this often: a stack arrives faster than a person reads. */
const COUNT_EVERY_MS = 100;
const NO_SIZE: Size = { width: 0, height: 0 };

/** One viewport: what it holds, how it is looked at, and the painting of it. */
export class StackViewport {
  /** 1-based; the viewport's name on the screen. */
  readonly number: number;
  readonly state: Store<ViewportState> = createStore<ViewportState>(EMPTY);
  readonly #loader: FrameLoader;
  readonly #renderer: () => Renderer;
  readonly #cine: Cine;
  readonly #sampling = createSampler();
  #surface: Surface | undefined;
  #size = NO_SIZE;
  /** How the image on the screen was painted. */
  #painted: (Pick<ViewportState, 'view' | 'voi'> & { readonly size: Size }) | undefined;
  #direction: 1 | -1 = 1;
  #isPaintPlanned = false;
  #isCountPlanned = false;
  /** Where a file has no window, the first image's range holds for the whole stack: scrolling must not flicker. */
  #rangeOfStack: VoiChoice | undefined;
  #keys: ReadonlySet<string> = new Set();

  constructor(number: number, { loader, renderer }: StackViewportParts) {
    this.number = number;
    this.#loader = loader;
    this.#renderer = renderer;
    this.#cine = createCine(screenClock, () => this.#showNext());
    loader.onChange((image) => this.#arrived(imageKey(image)));
  }

  /** Gives it a place on the screen; undefined takes it away, and loading for it stops. */
  attach(surface: Surface | undefined): void {
    this.#surface = surface;
    if (!surface) this.#stopCine();
    this.#want();
    this.repaint();
  }

  /** Device pixels. Paints at once: a resized canvas must not show a stretched image for a frame. */
  resize(size: Size): void {
    if (size.width === this.#size.width && size.height === this.#size.height) return;
    this.#size = size;
    this.repaint();
  }

  /** Replaces the content; anything of an earlier series that arrives later is not painted. */
  show(content: ViewportContent): void {
    this.#cine.stop();
    this.#rangeOfStack = undefined;
    this.#direction = 1;
    const first = content.kind === 'stack' ? content.displaySet.instances[0] : undefined;
    this.state.set({ ...EMPTY, content, framesPerSecond: first ? framesPerSecond(first.dataset) : 0 });
    this.#surface?.clear(content);
    this.#imagesChanged();
  }

  /** Replaces a stack by a more complete one of the same series, keeping the image and the way it is looked at. */
  grow(displaySet: DisplaySet): void {
    const before = this.#images()[this.state.get().target];
    const key = before && imageKey(before);
    const index = displaySet.images.findIndex((image) => imageKey(image) === key);
    this.state.patch({
      content: { kind: 'stack', displaySet },
      target: Math.max(0, index),
      progress: { loaded: 0, failed: 0, total: displaySet.images.length },
    });
    this.#imagesChanged();
  }

  scrollTo(index: number): void {
    this.#stopCine();
    this.#moveTo(index, index >= this.state.get().target ? 1 : -1);
  }

  scrollBy(steps: number): void {
    this.scrollTo(this.state.get().target + steps);
  }

  changeView(change: (view: ViewState) => ViewState): void {
    this.state.patch({ view: change(this.state.get().view) });
    this.#planPaint();
  }

  /** @param at device pixels from the top left; the centre unless said. */
  zoomBy(factor: number, at?: { readonly x: number; readonly y: number }): void {
    const size = this.#size;
    const image = this.#imageSize();
    const change = { factor, x: at?.x ?? size.width / 2, y: at?.y ?? size.height / 2 };
    if (image) this.changeView((view) => zoomAt(view, image, size, change));
  }

  /** By device pixels. */
  pan(dx: number, dy: number): void {
    const image = this.#imageSize();
    if (image) this.changeView((view) => panBy(view, image, this.#size, dx, dy));
  }

  /** Undefined: as each image opens. */
  chooseVoi(voi: VoiChoice | undefined): void {
    this.state.patch({ voi: voi ? { kind: 'chosen', voi } : { kind: 'initial' } });
    this.#planPaint();
  }

  /** By CSS pixels. */
  dragWindow(dx: number, dy: number): void {
    const { voi, shown } = this.state.get();
    const from = voi.kind === 'chosen' ? voi.voi : shown?.voi;
    if (from && shown?.voi) this.chooseVoi(dragWindow(from, dx, dy));
  }

  reset(): void {
    this.state.patch({ view: INITIAL_VIEW, voi: { kind: 'initial' } });
    this.#planPaint();
  }

  toggleCine(): void {
    if (this.#cine.isPlaying) this.#stopCine();
    else if (this.#images().length > 1) {
      this.#cine.start(this.state.get().framesPerSecond);
      this.state.patch({ isPlaying: true });
    }
  }

  repaint(): void {
    this.#count();
    const surface = this.#surface;
    if (!surface || this.#size.width === 0 || this.#size.height === 0) return;
    const { content, target } = this.state.get();
    const image = this.#images()[target];
    if (content.kind !== 'stack' || !image) {
      surface.clear(content);
      this.state.patch({ shown: undefined, failure: undefined });
      return;
    }
    const frame = this.#loader.frame(image);
    const failure = this.#loader.failure(image);
    if (frame) this.#paintFrame(surface, frame, target);
    else if (failure) {
      surface.fail(image);
      this.state.patch({ shown: undefined, failure: { position: target + 1, failure } });
    } else {
      this.#repaintShown(surface, content);
      surface.wait(content.displaySet);
      this.state.patch({ failure: undefined });
    }
  }

  /** While the image asked for is on its way the one on the screen follows the viewport's size and what is done to it. */
  #repaintShown(surface: Surface, content: ViewportContent): void {
    const { shown, view, voi } = this.state.get();
    const painted = this.#painted;
    const isAsPainted = painted?.size === this.#size && painted.view === view && painted.voi === voi;
    if (!shown || isAsPainted) return;
    const frame = this.#loader.frame(shown.image);
    if (frame) this.#paintFrame(surface, frame, shown.index);
    else {
      surface.clear(content);
      this.state.patch({ shown: undefined });
    }
  }

  #paintFrame(surface: Surface, frame: LoadedFrame, index: number): void {
    const { view, voi: selection, content } = this.state.get();
    const size = this.#size;
    this.#painted = { size, view, voi: selection };
    const image = imageSizeOf(frame);
    const placement = placeImage(image, size, view);
    const voi = this.#voiFor(frame);
    const request = {
      ...size,
      ...drawable(frame, voi, view.invert),
      sampling: this.#sampling(placement, image, size),
    };
    surface.paint(frame.image, size, (context) => this.#renderer().paint(request, context));
    const text = overlayText({
      image: frame.image,
      place: placeInStack(content, index),
      voi,
      placement,
      viewportWidth: size.width,
    });
    this.state.patch({ shown: { image: frame.image, index, voi, text }, failure: undefined });
  }

  #voiFor(frame: LoadedFrame): VoiChoice | undefined {
    const { voi } = this.state.get();
    if (!frame.transform) return undefined;
    if (voi.kind === 'chosen') return voi.voi;
    const initial = frame.transform.voi[0] ?? this.#rangeOfStack ?? initialVoi(frame);
    if (initial?.kind === 'window' && initial.origin === 'pixels') this.#rangeOfStack = initial;
    return initial;
  }

  #images(): readonly StackImage[] {
    const { content } = this.state.get();
    return content.kind === 'stack' ? content.displaySet.images : [];
  }

  #imagesChanged(): void {
    this.#keys = new Set(this.#images().map(imageKey));
    this.#want();
    this.repaint();
  }

  #want(): void {
    const images = this.#images();
    const order = this.#surface ? loadOrder(images.length, this.state.get().target, this.#direction) : [];
    this.#loader.want(
      this.number,
      order.flatMap((index) => images[index] ?? []),
    );
  }

  #moveTo(index: number, direction: 1 | -1): void {
    const last = this.#images().length - 1;
    const target = Math.min(last, Math.max(0, index));
    if (last < 0 || target === this.state.get().target) return;
    this.#direction = direction;
    this.state.patch({ target });
    this.#want();
    this.#planPaint();
  }

  /** For the cine: false while the next image is still on its way. */
  #showNext(): boolean {
    const images = this.#images();
    const next = (this.state.get().target + 1) % Math.max(1, images.length);
    const image = images[next];
    if (!image || !(this.#loader.frame(image) ?? this.#loader.failure(image))) return false;
    this.#moveTo(next, 1);
    return true;
  }

  #stopCine(): void {
    this.#cine.stop();
    if (this.state.get().isPlaying) this.state.patch({ isPlaying: false });
  }

  #imageSize(): ImageSize | undefined {
    const { shown } = this.state.get();
    const frame = shown && this.#loader.frame(shown.image);
    return frame && imageSizeOf(frame);
  }

  #arrived(key: string): void {
    if (!this.#keys.has(key)) return;
    const asked = this.#images()[this.state.get().target];
    if (asked && imageKey(asked) === key) this.#planPaint();
    if (this.#isCountPlanned) return;
    this.#isCountPlanned = true;
    setTimeout(() => {
      this.#isCountPlanned = false;
      this.#count();
    }, COUNT_EVERY_MS);
  }

  #count(): void {
    const images = this.#images();
    const loaded = images.filter((image) => this.#loader.wasLoaded(image)).length;
    const failed = images.filter((image) => this.#loader.failure(image) !== undefined).length;
    const { progress } = this.state.get();
    const isSame = progress.loaded === loaded && progress.failed === failed;
    if (!isSame || progress.total !== images.length) {
      this.state.patch({ progress: { loaded, failed, total: images.length } });
    }
  }

  #planPaint(): void {
    if (this.#isPaintPlanned) return;
    this.#isPaintPlanned = true;
    requestAnimationFrame(() => {
      this.#isPaintPlanned = false;
      this.repaint();
    });
  }
}

/** Undefined until the series is known: the first image need not be image 1. */
function placeInStack(content: ViewportContent, index: number): OverlayInput['place'] {
  if (content.kind !== 'stack' || content.displaySet.isProvisional) return undefined;
  return { position: index + 1, count: content.displaySet.images.length };
}

const screenClock = {
  nextFrame(callback: (now: number) => void): () => void {
    const id = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(id);
  },
};
