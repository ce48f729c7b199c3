import { createGlRenderer, type GlRenderer } from './gl-renderer.ts';
import { rasterize, type PaintRequest } from './rasterize.ts';

/** Draws pictures for all viewports, each into the context of its viewport's canvas, which has the size requested. */
export interface Renderer {
  paint(request: PaintRequest, context: CanvasRenderingContext2D): void;
}

/**
 * The GPU where there is one with WebGL2 and the picture fits into a texture, the CPU otherwise, picture by picture. Both
 * give the same bits, which is why the first paints can be the CPU's: compiling shaders waits until the browser has nothing
 * better to do. `onChange` is called when the GPU context has been lost, which may have cost a picture on its way to the
 * screen, and when it has come back: viewports paint again.
 */
export function createRenderer(onChange: () => void): Renderer {
  let gpu: GlRenderer | undefined;
  whenIdle(() => {
    gpu = createGlRenderer(onChange);
  });
  return {
    paint(request, context) {
      const drawn = gpu?.paint(request);
      if (drawn) context.drawImage(drawn, 0, 0);
      else paintOnCpu(request, context);
    },
  };
}

const LONGEST_WAIT_MS = 500;

function whenIdle(callback: () => void): void {
  // Safari has no idle callbacks.
  if ('requestIdleCallback' in window) requestIdleCallback(callback, { timeout: LONGEST_WAIT_MS });
  else setTimeout(callback, LONGEST_WAIT_MS);
}

function paintOnCpu(request: PaintRequest, context: CanvasRenderingContext2D): void {
  context.putImageData(new ImageData(rasterize(request), request.width, request.height), 0, 0);
}
