import type { ImageDescription, Palette } from '@sightline/dicom';
import type { DecodedFrame } from './decoded-frame.ts';

/** One frame to decode, as it travels to a worker. */
export interface DecodeJob {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly transferSyntaxUid: string;
  readonly description: ImageDescription;
  readonly palette: Palette | undefined;
}

/**
 * A worker's answer. Why a frame could not be decoded is a code, because errors do not survive the journey; `undefined`
 * says that it is not the frame's fault: the decoder could not be loaded, or failed in a way that was not foreseen.
 */
export type DecodeAnswer =
  | { readonly id: number; readonly frame: DecodedFrame }
  | { readonly id: number; readonly failure: string | undefined };
