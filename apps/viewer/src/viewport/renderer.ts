import { createGlRenderer, type GlRenderer } from './gl-renderer.ts';
import { rasterize, type PaintRequest } from './rasterize.ts';

/** Draws pictures for all viewports. */
export interface Renderer {
  paint(request: PaintRequest): ImageBitmap;
}

/**
 * The GPU where WebGL2 works and the picture fits into a texture, the CPU otherwise, picture by picture. Both give the
 * same bits, which is why the first paints can be the CPU's: compiling shaders waits until the browser has nothing better
 * to do. `onRestored` is called when a lost GPU context has come back, so that viewports can paint again.
 */
export function createRenderer(onRestored: () => void): Renderer {
  let gpu: GlRenderer | undefined;
  whenIdle(() => {
    gpu = createGlRenderer(onRestored);
  });
  return { paint: (request) => gpu?.paint(request) ?? paintOnCpu(request) };
}

const LONGEST_WAIT_MS = 500;

function whenIdle(callback: () => void): void {
  // Safari has no idle callbacks.
  if ('requestIdleCallback' in window) requestIdleCallback(callback, { timeout: LONGEST_WAIT_MS });
  else setTimeout(callback, LONGEST_WAIT_MS);
}

function paintOnCpu(request: PaintRequest): ImageBitmap {
  const canvas = new OffscreenCanvas(request.width, request.height);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('This browser offers no way to draw an image.');
  context.putImageData(new ImageData(rasterize(request), request.width, request.height), 0, 0);
  return canvas.transferToImageBitmap();
}
