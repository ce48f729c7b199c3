import { DicomError } from '../../dicom-error.ts';
import type { EntropyReader } from './entropy-reader.ts';
import type { HuffmanTable } from './huffman-table.ts';
import type { JpegScan } from './scan.ts';

/** Decodes the blocks of one component of one scan, in order. */
export interface BlockDecoder {
  block(data: Int16Array, offset: number): void;
  /** Forgets what it carries from block to block, at a restart. */
  reset(): void;
}

/** Where the k-th coefficient of the zigzag stands in the block, ITU-T T.81 figure A.6. */
// biome-ignore format: a table of one number a line says nothing more
export const zigzag = Uint8Array.of(
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
);

export function blockDecoder(
  reader: EntropyReader,
  isProgressive: boolean,
  scan: JpegScan,
  dc: HuffmanTable | undefined,
  ac: HuffmanTable | undefined,
): BlockDecoder {
  if (!isProgressive) return sequential(reader, dc ?? fail(), ac ?? fail());
  if (scan.spectralEnd > 63 || scan.spectralStart > scan.spectralEnd) return fail();
  const isFirst = scan.approximationHigh === 0;
  if (scan.spectralStart === 0) {
    return isFirst ? dcFirst(reader, dc ?? fail(), scan) : dcRefinement(reader, scan);
  }
  return isFirst ? acFirst(reader, ac ?? fail(), scan) : acRefinement(reader, ac ?? fail(), scan);
}

/** F.2.2. */
function sequential(reader: EntropyReader, dc: HuffmanTable, ac: HuffmanTable): BlockDecoder {
  let previous = 0;
  return {
    block(data, offset) {
      previous += dcDifference(reader, dc);
      data[offset] = previous;
      for (let k = 1; k < 64; k++) {
        const symbol = reader.symbol(ac);
        const category = symbol & 15;
        if (category === 0) {
          if (symbol !== 0xf0) return;
          k += 15;
          continue;
        }
        k += symbol >> 4;
        if (k > 63) fail();
        data[offset + (zigzag[k] ?? 0)] = reader.readSigned(category);
      }
    },
    reset() {
      previous = 0;
    },
  };
}

/** G.1.2.1, first scan. */
function dcFirst(reader: EntropyReader, dc: HuffmanTable, { approximationLow }: JpegScan): BlockDecoder {
  let previous = 0;
  return {
    block(data, offset) {
      previous += dcDifference(reader, dc);
      data[offset] = previous << approximationLow;
    },
    reset() {
      previous = 0;
    },
  };
}

/** G.1.2.1, later scans: one bit a block. */
function dcRefinement(reader: EntropyReader, { approximationLow }: JpegScan): BlockDecoder {
  return {
    block(data, offset) {
      data[offset] = (data[offset] ?? 0) | (reader.read(1) << approximationLow);
    },
    reset() {},
  };
}

/** G.1.2.2, with runs of blocks that have nothing more. */
function acFirst(reader: EntropyReader, ac: HuffmanTable, scan: JpegScan): BlockDecoder {
  let endRun = 0;
  return {
    block(data, offset) {
      if (endRun > 0) {
        endRun--;
        return;
      }
      for (let k = scan.spectralStart; k <= scan.spectralEnd; k++) {
        const symbol = reader.symbol(ac);
        const run = symbol >> 4;
        const category = symbol & 15;
        if (category === 0) {
          if (run < 15) {
            endRun = (1 << run) + reader.read(run) - 1;
            return;
          }
          k += 15;
          continue;
        }
        k += run;
        if (k > 63) fail();
        data[offset + (zigzag[k] ?? 0)] = reader.readSigned(category) << scan.approximationLow;
      }
    },
    reset() {
      endRun = 0;
    },
  };
}

/** G.1.2.3: corrections of coefficients that are known, and new ones between them. */
function acRefinement(reader: EntropyReader, ac: HuffmanTable, scan: JpegScan): BlockDecoder {
  const bit = 1 << scan.approximationLow;
  let endRun = 0;

  function correct(data: Int16Array, at: number): void {
    const value = data[at] ?? 0;
    if (reader.read(1) === 1 && (value & bit) === 0) data[at] = value + (value > 0 ? bit : -bit);
  }

  /** Steps over `zeros` coefficients that are still zero, correcting the others; returns the place it stops at. */
  function advance(data: Int16Array, offset: number, from: number, zeros: number): number {
    let left = zeros;
    for (let k = from; k <= scan.spectralEnd; k++) {
      const at = offset + (zigzag[k] ?? 0);
      if (data[at] !== 0) correct(data, at);
      else if (left-- === 0) return k;
    }
    return scan.spectralEnd + 1;
  }

  return {
    block(data, offset) {
      let k = scan.spectralStart;
      while (endRun === 0 && k <= scan.spectralEnd) {
        const symbol = reader.symbol(ac);
        const run = symbol >> 4;
        if ((symbol & 15) === 0 && run < 15) {
          endRun = (1 << run) + reader.read(run);
          break;
        }
        const isNew = (symbol & 15) !== 0;
        const fresh = isNew ? (reader.read(1) === 1 ? bit : -bit) : 0;
        k = advance(data, offset, k, run);
        if (isNew && k <= scan.spectralEnd) data[offset + (zigzag[k] ?? 0)] = fresh;
        k++;
      }
      if (endRun > 0) {
        advance(data, offset, k, 64);
        endRun--;
      }
    },
    reset() {
      endRun = 0;
    },
  };
}

function dcDifference(reader: EntropyReader, dc: HuffmanTable): number {
  const category = reader.symbol(dc);
  return category > 15 ? fail() : reader.readSigned(category);
}

function fail(): never {
  throw new DicomError('decode_failed');
}
