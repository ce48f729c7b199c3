import type { DisplaySet } from '../studies/display-set.ts';
import type { StackImage } from '../studies/instance.ts';
import type { Size } from './view.ts';
import type { ViewportContent } from './viewport-state.ts';

/**
 * The canvas of a viewport and the attributes that say what is on it. They change in the same call, so that a test, or
 * another program, never reads the name of one image beside the pixels of another.
 */
export interface Surface {
  /** Shows an image of device pixels `size`, which `draw` draws. */
  paint(image: StackImage, size: Size, draw: (context: CanvasRenderingContext2D) => void): void;
  /** The image that was asked for is not there yet: what is on the screen stays if it is of the same series. */
  wait(displaySet: DisplaySet): void;
  /** The image that was asked for will not come: black, never another image. */
  fail(image: StackImage): void;
  clear(content: ViewportContent): void;
}

export type DataState = 'empty' | 'preview' | 'loading' | 'ready' | 'error';

/** Says on an element what it shows; undefined values take the attribute away. */
export function labelRegion(
  region: HTMLElement,
  what: { readonly state: DataState; readonly series?: string; readonly image?: StackImage },
): void {
  const { dataset } = region;
  dataset['state'] = what.state;
  const series = what.image?.instance.seriesInstanceUid ?? what.series;
  if (series) dataset['seriesInstanceUid'] = series;
  else delete dataset['seriesInstanceUid'];
  if (what.image) {
    dataset['sopInstanceUid'] = what.image.instance.sopInstanceUid;
    dataset['frame'] = String(what.image.frame);
  } else {
    delete dataset['sopInstanceUid'];
    delete dataset['frame'];
  }
}

export function createSurface(region: HTMLElement, canvas: HTMLCanvasElement): Surface {
  const context = canvas.getContext('2d', { alpha: false });
  let paintedSeries: string | undefined;
  const blank = (): void => {
    context?.clearRect(0, 0, canvas.width, canvas.height);
    paintedSeries = undefined;
  };
  return {
    paint(image, { width, height }, draw) {
      if (!context) throw new Error('This browser offers no way to draw an image.');
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      draw(context);
      paintedSeries = image.instance.seriesInstanceUid;
      labelRegion(region, { state: 'ready', image });
    },
    wait(displaySet) {
      if (paintedSeries === displaySet.seriesInstanceUid) {
        region.dataset['state'] = 'loading';
        return;
      }
      blank();
      labelRegion(region, { state: 'loading', series: displaySet.seriesInstanceUid });
    },
    fail(image) {
      blank();
      labelRegion(region, { state: 'error', image });
    },
    clear(content) {
      blank();
      if (content.kind === 'empty') labelRegion(region, { state: 'empty' });
      else if (content.kind === 'message') {
        labelRegion(region, { state: 'error', series: content.seriesInstanceUid });
      } else {
        const series =
          content.kind === 'pending' ? content.seriesInstanceUid : content.displaySet.seriesInstanceUid;
        labelRegion(region, { state: 'loading', series });
      }
    },
  };
}
