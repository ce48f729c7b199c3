import { DicomError } from '../../dicom-error.ts';
import { zigzag } from './block-decoder.ts';
import { allocateCoefficients, type McuGrid } from './coefficients.ts';
import { decodeDctScan } from './dct-scan.ts';
import { type HuffmanTable, readHuffmanTables } from './huffman-table.ts';
import { inverseDct } from './inverse-dct.ts';
import { decodeLosslessScan } from './lossless-scan.ts';
import { readScan } from './scan.ts';
import { type JpegHeader, Marker, segments, word } from './segments.ts';

/**
 * Decodes the Huffman-coded processes of ITU-T T.81 at any precision: baseline, extended, progressive and lossless.
 * libjpeg-turbo does the 8-bit ones faster; no maintained package gives the 12-bit ones at more than 8 bits.
 *
 * The caller has compared the header with the image's description, so sizes are trusted here.
 * @returns samples of a pixel side by side, no colour transformation applied
 * @throws DicomError decode_failed
 */
export function decodeJpeg(bytes: Uint8Array, header: JpegHeader): Uint16Array {
  if (header.process > 3) throw new DicomError('unsupported_transfer_syntax');
  return header.process === 3 ? decodeLossless(bytes, header) : decodeDct(bytes, header);
}

function decodeLossless(bytes: Uint8Array, header: JpegHeader): Uint16Array {
  // A single component has no neighbours to be sampled against, whatever factors it states.
  const isSubsampled = header.components.some((c) => c.horizontal !== 1 || c.vertical !== 1);
  if (header.components.length > 1 && isSubsampled) throw new DicomError('decode_failed');
  const out = new Uint16Array(header.rows * header.columns * header.components.length);
  forEachScan(
    bytes,
    (payload, start, tables) => {
      const scan = readScan(payload, header, tables.huffman, tables.restartInterval);
      decodeLosslessScan(bytes, start, header, scan, out);
      return scan.components.map(({ index }) => index);
    },
    header,
  );
  return out;
}

function decodeDct(bytes: Uint8Array, header: JpegHeader): Uint16Array {
  const grid = allocateCoefficients(header);
  const quantisation = forEachScan(
    bytes,
    (payload, start, tables) => {
      const scan = readScan(payload, header, tables.huffman, tables.restartInterval);
      decodeDctScan(bytes, start, header.process === 2, scan, grid);
      return scan.components.map(({ index }) => index);
    },
    header,
  );
  return interleave(header, grid, quantisation);
}

interface Tables {
  readonly huffman: Map<number, HuffmanTable>;
  readonly quantisation: Map<number, Uint16Array>;
  restartInterval: number;
}

/** Walks the stream and hands each scan over; a component that no scan has is damage. */
function forEachScan(
  bytes: Uint8Array,
  decodeScan: (payload: Uint8Array, start: number, tables: Tables) => readonly number[],
  header: JpegHeader,
): Tables['quantisation'] {
  const tables: Tables = { huffman: new Map(), quantisation: new Map(), restartInterval: 0 };
  const seen = new Set<number>();
  for (const { code, payload, next } of segments(bytes)) {
    if (code === Marker.DHT) readHuffmanTables(payload, tables.huffman);
    if (code === Marker.DQT) readQuantisationTables(payload, tables.quantisation);
    if (code === Marker.DRI) tables.restartInterval = word(payload, 0);
    if (code === Marker.SOS) for (const index of decodeScan(payload, next, tables)) seen.add(index);
  }
  if (seen.size !== header.components.length) throw new DicomError('decode_failed');
  return tables.quantisation;
}

/** T.81 B.2.4.1; stored in zigzag order, kept in natural order. */
function readQuantisationTables(payload: Uint8Array, store: Map<number, Uint16Array>): void {
  let at = 0;
  while (at < payload.length) {
    const head = payload[at] ?? 0;
    const size = head >> 4 === 0 ? 1 : 2;
    if (at + 1 + 64 * size > payload.length) throw new DicomError('decode_failed');
    const table = new Uint16Array(64);
    for (let k = 0; k < 64; k++) {
      const place = at + 1 + k * size;
      table[zigzag[k] ?? 0] = size === 1 ? (payload[place] ?? 0) : word(payload, place);
    }
    store.set(head & 15, table);
    at += 1 + 64 * size;
  }
}

function interleave(header: JpegHeader, grid: McuGrid, quantisation: Tables['quantisation']): Uint16Array {
  const { rows, columns, precision, components } = header;
  const width = components.length;
  const out = new Uint16Array(rows * columns * width);
  const most = {
    horizontal: Math.max(...components.map((c) => c.horizontal)),
    vertical: Math.max(...components.map((c) => c.vertical)),
  };
  grid.planes.forEach((plane, index) => {
    const factors = quantisation.get(components[index]?.quantisation ?? -1);
    if (factors === undefined) throw new DicomError('decode_failed');
    const samples = inverseDct(plane, factors, precision);
    // Subsampled chroma is repeated: nearest, as PS3.3 C.7.6.3.1.2 leaves the filter open.
    const right = plane.horizontal / most.horizontal;
    const down = plane.vertical / most.vertical;
    for (let y = 0; y < rows; y++) {
      const line = Math.floor(y * down) * samples.stride;
      for (let x = 0; x < columns; x++) {
        out[(y * columns + x) * width + index] = samples.data[line + Math.floor(x * right)] ?? 0;
      }
    }
  });
  return out;
}
