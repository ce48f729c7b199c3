import type { JpegHeader } from './segments.ts';

/** The quantised DCT coefficients of one component, blocks in raster order, 64 each in natural order. */
export interface CoefficientPlane {
  readonly horizontal: number;
  readonly vertical: number;
  /** Blocks that belong to the picture; a scan of this component alone holds just these, ITU-T T.81 A.2.3. */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  /** Blocks per row of storage: whole MCUs. */
  readonly stride: number;
  readonly data: Int16Array;
}

export interface McuGrid {
  readonly wide: number;
  readonly high: number;
  readonly planes: readonly CoefficientPlane[];
}

export function allocateCoefficients(header: JpegHeader): McuGrid {
  const most = (pick: (c: JpegHeader['components'][number]) => number): number =>
    Math.max(...header.components.map(pick));
  const horizontalMost = most((c) => c.horizontal);
  const verticalMost = most((c) => c.vertical);
  const wide = Math.ceil(header.columns / (8 * horizontalMost));
  const high = Math.ceil(header.rows / (8 * verticalMost));
  const planes = header.components.map(({ horizontal, vertical }) => ({
    horizontal,
    vertical,
    blocksWide: Math.ceil((header.columns * horizontal) / horizontalMost / 8),
    blocksHigh: Math.ceil((header.rows * vertical) / verticalMost / 8),
    stride: wide * horizontal,
    data: new Int16Array(wide * horizontal * high * vertical * 64),
  }));
  return { wide, high, planes };
}
