import { DicomError } from '../../dicom-error.ts';
import type { HuffmanTable } from './huffman-table.ts';
import type { JpegHeader } from './segments.ts';

/** A scan header, ITU-T T.81 B.2.3, with its tables looked up. */
export interface JpegScan {
  /** Components in this scan, as places in the frame's list. */
  readonly components: readonly ScanComponent[];
  /** Spectral selection; of lossless scans the start is the predictor. */
  readonly spectralStart: number;
  readonly spectralEnd: number;
  /** Successive approximation; of lossless scans the low one is the point transform. */
  readonly approximationHigh: number;
  readonly approximationLow: number;
  /** In MCUs; 0: none. */
  readonly restartInterval: number;
}

export interface ScanComponent {
  readonly index: number;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
}

/** @throws DicomError decode_failed */
export function readScan(
  payload: Uint8Array,
  header: JpegHeader,
  tables: ReadonlyMap<number, HuffmanTable>,
  restartInterval: number,
): JpegScan {
  const count = payload[0] ?? 0;
  if (count < 1 || payload.length < 4 + count * 2) throw new DicomError('decode_failed');
  const components = Array.from({ length: count }, (_, i) => {
    const [id, destinations = 0] = payload.subarray(1 + i * 2, 3 + i * 2);
    const index = header.components.findIndex((component) => component.id === id);
    if (index < 0) throw new DicomError('decode_failed');
    return { index, dc: tables.get(destinations >> 4), ac: tables.get(0x10 | (destinations & 15)) };
  });
  const [spectralStart = 0, spectralEnd = 0, approximation = 0] = payload.subarray(1 + count * 2);
  return {
    components,
    spectralStart,
    spectralEnd,
    approximationHigh: approximation >> 4,
    approximationLow: approximation & 15,
    restartInterval,
  };
}
