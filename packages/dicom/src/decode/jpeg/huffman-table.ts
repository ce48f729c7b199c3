import { DicomError } from '../../dicom-error.ts';

const LOOKAHEAD = 9;

/** A Huffman table of ITU-T T.81 annex C, ready for decoding. */
export interface HuffmanTable {
  /** By the next nine bits: length << 8 | symbol, 0 for codes that are longer. */
  readonly short: Uint16Array;
  /** By length: the first code above the last one of that length, left-aligned to 16 bits. */
  readonly limit: Int32Array;
  /** By length: what to add to a code to get its place among the symbols. */
  readonly delta: Int32Array;
  readonly symbols: Uint8Array;
}

export const lookaheadBits = LOOKAHEAD;

/**
 * Reads the tables of a DHT segment, T.81 B.2.4.2.
 * @param store receives each table under class << 4 | destination
 * @throws DicomError decode_failed
 */
export function readHuffmanTables(payload: Uint8Array, store: Map<number, HuffmanTable>): void {
  let at = 0;
  while (at < payload.length) {
    const counts = payload.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = payload.subarray(at + 17, at + 17 + total);
    if (counts.length < 16 || symbols.length < total || total > 256) throw new DicomError('decode_failed');
    store.set(payload[at] ?? 0, buildTable(counts, symbols));
    at += 17 + total;
  }
}

function buildTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const short = new Uint16Array(1 << LOOKAHEAD);
  const limit = new Int32Array(18);
  const delta = new Int32Array(18);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] ?? 0;
    delta[length] = place - code;
    if (length <= LOOKAHEAD) fillShort(short, code, length, symbols.subarray(place, place + count));
    code += count;
    place += count;
    if (code > 1 << length) throw new DicomError('decode_failed');
    limit[length] = code << (16 - length);
    code <<= 1;
  }
  limit[17] = 0x7fffffff;
  return { short, limit, delta, symbols };
}

function fillShort(short: Uint16Array, code: number, length: number, symbols: Uint8Array): void {
  const span = 1 << (LOOKAHEAD - length);
  symbols.forEach((symbol, i) => {
    const from = (code + i) * span;
    short.fill((length << 8) | symbol, from, from + span);
  });
}
