import type { VoiChoice } from '@sightline/dicom';
import type { FrameLoader } from '../frames/frame-loader.ts';
import { loadOrder } from '../frames/frame-order.ts';
import { drawable, initialVoi, type LoadedFrame } from '../frames/loaded-frame.ts';
import { createStore, type Store } from '../store.ts';
import type { DisplaySet } from '../studies/display-set.ts';
import { framesPerSecond } from '../studies/frame-rate.ts';
import { imageKey, type StackImage } from '../studies/instance.ts';
import { createCine } from './cine.ts';
import { overlayText } from './overlay-text.ts';
import type { Renderer } from './renderer.ts';
import { sampling } from './sampling.ts';
import { imageSizeOf } from './image-geometry.ts';
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

/** One viewport: what it holds, how it is looked at, and the painting of it. */
export interface StackViewport {
  /** 1-based; the viewport's name on the screen. */
  readonly number: number;
  readonly state: Store<ViewportState>;
  /** Gives it a place on the screen; undefined takes it away, and loading for it stops. */
  attach(surface: Surface | undefined): void;
  resize(size: Size): void;
  /** Replaces the content; anything of an earlier series that arrives later is not painted. */
  show(content: ViewportContent, index?: number): void;
  /** Replaces a stack by a more complete one of the same series, keeping the image and the way it is looked at. */
  grow(displaySet: DisplaySet): void;
  scrollTo(index: number): void;
  scrollBy(steps: number): void;
  changeView(change: (view: ViewState) => ViewState): void;
  zoomBy(factor: number, at?: { readonly x: number; readonly y: number }): void;
  pan(dx: number, dy: number): void;
  chooseVoi(voi: VoiChoice | undefined): void;
  /** By CSS pixels. */
  dragWindow(dx: number, dy: number): void;
  reset(): void;
  toggleCine(): void;
  repaint(): void;
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

export function createStackViewport(
  number: number,
  { loader, renderer }: { readonly loader: FrameLoader; readonly renderer: () => Renderer },
): StackViewport {
  const state = createStore<ViewportState>(EMPTY);
  let surface: Surface | undefined;
  let size = NO_SIZE;
  let direction: 1 | -1 = 1;
  let isScheduled = false;
  /** Where a file has no window, the first image's range holds for the whole stack: scrolling must not flicker. */
  let rangeOfStack: VoiChoice | undefined;
  let keys: ReadonlySet<string> = new Set();

  const images = (): readonly StackImage[] => {
    const { content } = state.get();
    return content.kind === 'stack' ? content.displaySet.images : [];
  };
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(() => {
      isScheduled = false;
      paint();
    });
  };
  const want = (): void => {
    const list = images();
    const order = loadOrder(list.length, state.get().target, direction);
    const isVisible = surface !== undefined;
    loader.want(number, isVisible ? order.flatMap((index) => list[index] ?? []) : []);
  };
  const count = (): void => {
    const list = images();
    const loaded = list.filter((image) => loader.wasLoaded(image)).length;
    const failed = list.filter((image) => loader.failure(image) !== undefined).length;
    const { progress } = state.get();
    if (progress.loaded === loaded && progress.failed === failed && progress.total === list.length) return;
    state.patch({ progress: { loaded, failed, total: list.length } });
  };
  const paint = (): void => {
    count();
    if (!surface || size.width === 0 || size.height === 0) return;
    const { content, target, shown } = state.get();
    const image = images()[target];
    if (content.kind !== 'stack' || !image) {
      surface.clear(content);
      if (shown) state.patch({ shown: undefined, failure: undefined });
      return;
    }
    const frame = loader.frame(image);
    const failure = loader.failure(image);
    if (frame) paintFrame(surface, frame, target);
    else if (failure) {
      surface.fail(image);
      state.patch({ shown: undefined, failure: { position: target + 1, failure } });
    } else {
      surface.wait(content.displaySet);
      if (state.get().failure) state.patch({ failure: undefined });
    }
  };
  const voiFor = (frame: LoadedFrame): VoiChoice | undefined => {
    const { voi } = state.get();
    if (!frame.transform) return undefined;
    if (voi.kind === 'chosen') return voi.voi;
    const initial = frame.transform.voi[0] ?? rangeOfStack ?? initialVoi(frame);
    if (initial?.kind === 'window' && initial.origin === 'pixels') rangeOfStack = initial;
    return initial;
  };
  const paintFrame = (target: Surface, frame: LoadedFrame, index: number): void => {
    const { view, content } = state.get();
    const image = imageSizeOf(frame);
    const placement = placeImage(image, size, view);
    const voi = voiFor(frame);
    const bitmap = renderer().paint({
      ...size,
      ...drawable(frame, voi, view.invert),
      sampling: sampling(placement, image, size),
    });
    target.paint(bitmap, frame.image);
    const total = content.kind === 'stack' ? content.displaySet.images.length : 1;
    const text = overlayText({
      image: frame.image,
      position: index + 1,
      count: total,
      voi,
      placement,
      viewportWidth: size.width,
    });
    state.patch({ shown: { image: frame.image, index, voi, text }, failure: undefined });
  };

  let countTimer: ReturnType<typeof setTimeout> | undefined;
  loader.onChange((image) => {
    const key = imageKey(image);
    if (!keys.has(key)) return;
    const asked = images()[state.get().target];
    if (asked && imageKey(asked) === key) schedule();
    countTimer ??= setTimeout(() => {
      countTimer = undefined;
      count();
    }, COUNT_EVERY_MS);
  });

  const currentSize = (): ImageSize | undefined => {
    const { shown } = state.get();
    const frame = shown && loader.frame(shown.image);
    return frame && imageSizeOf(frame);
  };
  const cine = createCine(
    {
      nextFrame(callback) {
        const id = requestAnimationFrame(callback);
        return () => cancelAnimationFrame(id);
      },
    },
    () => {
      const list = images();
      const next = (state.get().target + 1) % Math.max(1, list.length);
      const image = list[next];
      if (!image || !(loader.frame(image) ?? loader.failure(image))) return false;
      moveTo(next, 1);
      return true;
    },
  );
  const moveTo = (index: number, along: 1 | -1): void => {
    const last = images().length - 1;
    const target = Math.min(last, Math.max(0, index));
    if (last < 0 || target === state.get().target) return;
    direction = along;
    state.patch({ target });
    want();
    schedule();
  };
  const stopCine = (): void => {
    cine.stop();
    if (state.get().isPlaying) state.patch({ isPlaying: false });
  };
  const setImages = (list: readonly StackImage[]): void => {
    keys = new Set(list.map(imageKey));
    want();
    count();
  };

  return {
    number,
    state,
    attach(next) {
      surface = next;
      if (!next) stopCine();
      want();
      paint();
    },
    resize(next) {
      if (next.width === size.width && next.height === size.height) return;
      size = next;
      paint(); // at once: a resized canvas must not show a stretched image for a frame
    },
    show(content, index = 0) {
      cine.stop();
      rangeOfStack = undefined;
      direction = 1;
      const first = content.kind === 'stack' ? content.displaySet.instances[0] : undefined;
      const rate = first ? framesPerSecond(first.dataset) : 0;
      state.set({ ...EMPTY, content, target: index, framesPerSecond: rate });
      surface?.clear(content);
      setImages(images());
      paint();
    },
    grow(displaySet) {
      const before = images()[state.get().target];
      const index = before
        ? displaySet.images.findIndex((image) => imageKey(image) === imageKey(before))
        : -1;
      state.patch({
        content: { kind: 'stack', displaySet },
        target: Math.max(0, index),
        progress: { loaded: 0, failed: 0, total: displaySet.images.length },
      });
      setImages(displaySet.images);
      paint();
    },
    scrollTo(index) {
      stopCine();
      moveTo(index, index >= state.get().target ? 1 : -1);
    },
    scrollBy(steps) {
      stopCine();
      moveTo(state.get().target + steps, steps >= 0 ? 1 : -1);
    },
    changeView(change) {
      state.patch({ view: change(state.get().view) });
      schedule();
    },
    zoomBy(factor, at = { x: size.width / 2, y: size.height / 2 }) {
      const image = currentSize();
      if (!image) return;
      state.patch({ view: zoomAt(state.get().view, image, size, { factor, ...at }) });
      schedule();
    },
    pan(dx, dy) {
      const image = currentSize();
      if (!image) return;
      state.patch({ view: panBy(state.get().view, image, size, dx, dy) });
      schedule();
    },
    chooseVoi(voi) {
      state.patch({ voi: voi ? { kind: 'chosen', voi } : { kind: 'initial' } });
      schedule();
    },
    dragWindow(dx, dy) {
      const { voi, shown } = state.get();
      const from = voi.kind === 'chosen' ? voi.voi : shown?.voi;
      if (!from) return;
      state.patch({ voi: { kind: 'chosen', voi: dragWindow(from, dx, dy) } });
      schedule();
    },
    reset() {
      state.patch({ view: INITIAL_VIEW, voi: { kind: 'initial' } });
      schedule();
    },
    toggleCine() {
      if (images().length < 2) return;
      if (cine.isPlaying) {
        stopCine();
        return;
      }
      cine.start(state.get().framesPerSecond);
      state.patch({ isPlaying: true });
    },
    repaint: paint,
  };
}
