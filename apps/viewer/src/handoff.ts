import type { DicomDataset } from '@sightline/dicom';
import type { LoadedFrame } from './frames/loaded-frame.ts';

/** What the first paint leaves for the application on the window: work that need not be done twice. */
export interface Handoff {
  /** The image on the screen; undefined when the first paint left it to the application. */
  readonly frame: LoadedFrame | undefined;
  /** Metadata of the first image's series, asked for as soon as the image was painted. */
  readonly seriesMetadata: Promise<readonly DicomDataset[]> | undefined;
}

declare global {
  interface Window {
    sightlineHandoff?: Handoff;
  }
}
