import type { StackViewport } from './stack-viewport.ts';
import type { Tool } from '../viewer.ts';

/** What a drag does, whichever button or finger started it. */
type Drag = Tool;

/** CSS pixels of vertical drag for one image; a long stack is crossed in about one viewport height. */
function pixelsPerImage(images: number, height: number): number {
  return Math.min(24, Math.max(2, height / Math.max(1, images)));
}

const ZOOM_PIXELS_PER_DOUBLING = 120;
/** A notch of a mouse wheel is about 100 of its units; a trackpad sends many small ones. */
const WHEEL_UNITS_PER_IMAGE = 60;

export interface GestureOptions {
  tool(): Tool;
  /** Called when a pointer goes down: the viewport becomes the active one. */
  activate(): void;
}

/**
 * Mouse, pen and touch on a viewport: left button the active tool, middle pan, right zoom, left and right together window;
 * one finger scrolls, two pan and zoom. Returns the function that takes the listeners away.
 */
export function attachGestures(
  element: HTMLElement,
  viewport: StackViewport,
  options: GestureOptions,
): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let remainder = 0;
  let wheel = 0;

  const scroll = (dy: number): void => {
    const { total } = viewport.state.get().progress;
    remainder += dy / pixelsPerImage(total, element.clientHeight);
    const steps = Math.trunc(remainder);
    remainder -= steps;
    if (steps !== 0) viewport.scrollBy(steps);
  };
  const drag: Record<Drag, (dx: number, dy: number) => void> = {
    window: (dx, dy) => viewport.dragWindow(dx, dy),
    scroll: (_, dy) => scroll(dy),
    zoom: (_, dy) => viewport.zoomBy(2 ** (-dy / ZOOM_PIXELS_PER_DOUBLING)),
    pan: (dx, dy) => viewport.pan(dx * devicePixelRatio, dy * devicePixelRatio),
  };
  const onDown = (event: PointerEvent): void => {
    if (event.target instanceof Element && event.target.closest('button, .scroller')) return;
    options.activate();
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    remainder = 0;
  };
  const onMove = (event: PointerEvent): void => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    if (event.pointerType === 'touch' && pointers.size === 2) pinch(event.pointerId, before, now);
    else drag[dragOf(event, options.tool())](now.x - before.x, now.y - before.y);
    pointers.set(event.pointerId, now);
  };
  const pinch = (id: number, before: { x: number; y: number }, now: { x: number; y: number }): void => {
    const other = [...pointers].find(([key]) => key !== id)?.[1];
    if (!other) return;
    const spread = (a: { x: number; y: number }) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
    const box = element.getBoundingClientRect();
    viewport.zoomBy(spread(now) / spread(before), {
      x: ((now.x + other.x) / 2 - box.left) * devicePixelRatio,
      y: ((now.y + other.y) / 2 - box.top) * devicePixelRatio,
    });
    // Each of two fingers moves the middle by half of its own way.
    drag.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  };
  const onUp = (event: PointerEvent): void => {
    pointers.delete(event.pointerId);
  };
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    options.activate();
    const units = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 33 : event.deltaY;
    if (event.ctrlKey) {
      const box = element.getBoundingClientRect();
      const at = {
        x: (event.clientX - box.left) * devicePixelRatio,
        y: (event.clientY - box.top) * devicePixelRatio,
      };
      viewport.zoomBy(2 ** (-units / 200), at);
      return;
    }
    wheel = Math.sign(units) === Math.sign(wheel) ? wheel + units : units;
    const steps = Math.trunc(wheel / WHEEL_UNITS_PER_IMAGE);
    if (steps === 0) return;
    wheel = 0;
    // One notch is one image, however many units the mouse gives it.
    viewport.scrollBy(Math.abs(units) >= WHEEL_UNITS_PER_IMAGE ? Math.sign(units) : steps);
  };
  const noMenu = (event: Event): void => event.preventDefault();
  const noAutoscroll = (event: MouseEvent): void => {
    if (event.button === 1) event.preventDefault();
  };

  const listeners: readonly (readonly [string, EventListener])[] = [
    ['pointerdown', onDown as EventListener], // the DOM pairs each of these names with its event type
    ['pointermove', onMove as EventListener],
    ['pointerup', onUp as EventListener],
    ['pointercancel', onUp as EventListener],
    ['contextmenu', noMenu],
    ['mousedown', noAutoscroll as EventListener],
  ];
  for (const [name, listener] of listeners) element.addEventListener(name, listener);
  element.addEventListener('wheel', onWheel, { passive: false });
  return () => {
    for (const [name, listener] of listeners) element.removeEventListener(name, listener);
    element.removeEventListener('wheel', onWheel);
  };
}

const LEFT = 1;
const RIGHT = 2;
const MIDDLE = 4;

/** By the buttons held now, so that pressing a second one changes what the drag does. */
function dragOf(event: PointerEvent, tool: Tool): Drag {
  if (event.pointerType === 'touch') return 'scroll';
  if ((event.buttons & (LEFT | RIGHT)) === (LEFT | RIGHT)) return 'window';
  if (event.buttons & MIDDLE) return 'pan';
  return event.buttons & RIGHT ? 'zoom' : tool;
}
