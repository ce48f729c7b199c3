import { DicomError } from '../../dicom-error.ts';
import { type BlockDecoder, blockDecoder } from './block-decoder.ts';
import type { CoefficientPlane, McuGrid } from './coefficients.ts';
import { EntropyReader } from './entropy-reader.ts';
import type { JpegScan } from './scan.ts';

/**
 * Decodes one scan of a sequential or progressive process into the coefficient planes.
 * @throws DicomError decode_failed where the data is damaged or ends early
 */
export function decodeDctScan(
  bytes: Uint8Array,
  start: number,
  isProgressive: boolean,
  scan: JpegScan,
  grid: McuGrid,
): void {
  const reader = new EntropyReader(bytes, start);
  const units = scan.components.map(({ index, dc, ac }) => {
    const plane = grid.planes[index];
    if (plane === undefined) throw new DicomError('decode_failed');
    return { plane, decode: blockDecoder(reader, isProgressive, scan, dc, ac) };
  });
  const restart = restarter(reader, scan.restartInterval, () => {
    for (const unit of units) unit.decode.reset();
  });
  const [only] = units;
  if (units.length === 1 && only !== undefined) decodeAlone(only, restart);
  else decodeInterleaved(units, grid, restart);
}

interface Unit {
  readonly plane: CoefficientPlane;
  readonly decode: BlockDecoder;
}

function decodeAlone({ plane, decode }: Unit, restart: () => void): void {
  for (let row = 0; row < plane.blocksHigh; row++) {
    for (let column = 0; column < plane.blocksWide; column++) {
      restart();
      decode.block(plane.data, (row * plane.stride + column) * 64);
    }
  }
}

function decodeInterleaved(units: readonly Unit[], grid: McuGrid, restart: () => void): void {
  for (let mcu = 0; mcu < grid.wide * grid.high; mcu++) {
    restart();
    const mcuRow = Math.floor(mcu / grid.wide);
    const mcuColumn = mcu % grid.wide;
    for (const unit of units) decodeMcu(unit, mcuRow, mcuColumn);
  }
}

function decodeMcu({ plane, decode }: Unit, mcuRow: number, mcuColumn: number): void {
  for (let v = 0; v < plane.vertical; v++) {
    for (let h = 0; h < plane.horizontal; h++) {
      const row = mcuRow * plane.vertical + v;
      const column = mcuColumn * plane.horizontal + h;
      decode.block(plane.data, (row * plane.stride + column) * 64);
    }
  }
}

/** Called before each MCU; at the start of every interval but the first it steps over the marker. */
function restarter(reader: EntropyReader, interval: number, reset: () => void): () => void {
  if (interval === 0) return () => {};
  let done = 0;
  return () => {
    if (done > 0 && done % interval === 0) {
      reader.restart();
      reset();
    }
    done++;
  };
}
