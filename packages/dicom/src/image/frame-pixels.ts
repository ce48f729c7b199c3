export type PixelArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** One decoded frame. */
export interface FramePixels {
  readonly columns: number;
  readonly rows: number;
  readonly samplesPerPixel: 1 | 3;
  /** What the samples mean now: decoding turns most colour into RGB, and never leaves chroma subsampled. */
  readonly photometricInterpretation: 'MONOCHROME1' | 'MONOCHROME2' | 'PALETTE COLOR' | 'RGB' | 'YBR_FULL';
  /**
   * Stored values, rows from the top, samples of a pixel side by side; sign-extended, and free of any bits that do not
   * belong to the value (overlays in unused bits).
   */
  readonly data: PixelArray;
}
