import { DicomError } from '../../dicom-error.ts';
import { EntropyReader } from './entropy-reader.ts';
import type { HuffmanTable } from './huffman-table.ts';
import type { JpegScan } from './scan.ts';
import type { JpegHeader } from './segments.ts';

/**
 * Decodes one scan of the lossless process, ITU-T T.81 annex H, into `out` (samples of a pixel side by side).
 * @throws DicomError decode_failed where the data is damaged or ends early
 */
export function decodeLosslessScan(
  bytes: Uint8Array,
  start: number,
  header: JpegHeader,
  scan: JpegScan,
  out: Uint16Array,
): void {
  const { columns, rows } = header;
  const width = header.components.length;
  // H.1.1: an interval is whole lines, since a line's first sample is predicted from the line above.
  const restartRows = scan.restartInterval / columns;
  if (!Number.isInteger(restartRows)) throw new DicomError('decode_failed');
  const reader = new EntropyReader(bytes, start);
  const line = lineDecoder(reader, header, scan, out);
  for (let row = 0; row < rows; row++) {
    const isRestart = restartRows > 0 && row > 0 && row % restartRows === 0;
    if (isRestart) reader.restart();
    line(row * columns * width, row === 0 || isRestart);
  }
}

type LineDecoder = (offset: number, isFirst: boolean) => void;

function lineDecoder(
  reader: EntropyReader,
  header: JpegHeader,
  { components, spectralStart: predictor, approximationLow: shift }: JpegScan,
  out: Uint16Array,
): LineDecoder {
  const width = header.components.length;
  const stride = header.columns * width;
  const initial = 1 << (header.precision - shift - 1);
  const predict = predictors[predictor] ?? fail();
  return (offset, isFirst) => {
    for (let x = 0; x < stride; x += width) {
      for (const { index, dc } of components) {
        const at = offset + x + index;
        const left = (out[at - width] ?? 0) >> shift;
        const above = isFirst ? 0 : (out[at - stride] ?? 0) >> shift;
        let prediction: number;
        if (isFirst) prediction = x === 0 ? initial : left;
        else if (x === 0) prediction = above;
        else prediction = predict(left, above, (out[at - stride - width] ?? 0) >> shift);
        out[at] = (prediction + difference(reader, dc ?? fail())) << shift;
      }
    }
  };
}

/** Table H.1, by selection value; a left, b above, c above left. 0 is for hierarchical processes only. */
const predictors: readonly (((a: number, b: number, c: number) => number) | undefined)[] = [
  undefined,
  (a) => a,
  (_a, b) => b,
  (_a, _b, c) => c,
  (a, b, c) => a + b - c,
  (a, b, c) => a + ((b - c) >> 1),
  (a, b, c) => b + ((a - c) >> 1),
  (a, b) => (a + b) >> 1,
];

/** H.1.2.2: category 16 is 32768 and has no further bits. */
function difference(reader: EntropyReader, table: HuffmanTable): number {
  const category = reader.symbol(table);
  if (category > 16) fail();
  return category === 16 ? 32768 : reader.readSigned(category);
}

function fail(): never {
  throw new DicomError('decode_failed');
}
