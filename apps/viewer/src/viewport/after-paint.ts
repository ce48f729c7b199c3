/** Calls back once what has been drawn now is on the screen: the next frame has been produced, and this is after it. */
export function afterPaint(callback: () => void): void {
  requestAnimationFrame(() => setTimeout(callback, 0));
}

/** Sets a performance mark, once in the life of the page. */
export function markOnce(name: `sightline:${string}`): void {
  if (performance.getEntriesByName(name, 'mark').length === 0) performance.mark(name);
}

/** Width and height of an element in device pixels, as the browser itself snaps its box to them. */
export function deviceSize(element: Element): { readonly width: number; readonly height: number } {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const ratio = devicePixelRatio;
  return {
    width: Math.round(right * ratio) - Math.round(left * ratio),
    height: Math.round(bottom * ratio) - Math.round(top * ratio),
  };
}
