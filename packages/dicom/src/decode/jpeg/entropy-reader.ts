import { DicomError } from '../../dicom-error.ts';
import { type HuffmanTable, lookaheadBits } from './huffman-table.ts';

/**
 * Bits of an entropy-coded segment, ITU-T T.81 F.2.2.5. Behind its end it lets itself be looked at, as zeros, but not
 * read: a stream that ends early is damaged, and a picture made up from zeros would pass for a real one.
 */
export class EntropyReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #hold = 0;
  #count = 0;
  /** How many of the bits held are not from the stream. */
  #made = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** Where the data that has not been looked at begins. */
  get position(): number {
    return this.#at;
  }

  /** The next `count` bits, at most 16, as an unsigned number. */
  read(count: number): number {
    if (count === 0) return 0;
    this.#fill(count);
    return this.#take(count);
  }

  /** A signed difference of the given category: RECEIVE and EXTEND of T.81 F.2.2.1. */
  readSigned(category: number): number {
    if (category === 0) return 0;
    const bits = this.read(category);
    return bits < 1 << (category - 1) ? bits - (1 << category) + 1 : bits;
  }

  /** The next symbol. */
  symbol(table: HuffmanTable): number {
    this.#fill(16);
    const next16 = (this.#hold >>> (this.#count - 16)) & 0xffff;
    const entry = table.short[next16 >> (16 - lookaheadBits)] ?? 0;
    if (entry !== 0) {
      this.#take(entry >> 8);
      return entry & 0xff;
    }
    let length = lookaheadBits + 1;
    while (next16 >= (table.limit[length] ?? 0)) length++;
    if (length > 16) throw new DicomError('decode_failed');
    return table.symbols[this.#take(length) + (table.delta[length] ?? 0)] ?? 0;
  }

  /** Drops the rest of this interval and steps behind the restart marker that must follow. */
  restart(): void {
    this.#hold = 0;
    this.#count = 0;
    this.#made = 0;
    while (this.#bytes[this.#at] === 0xff && this.#bytes[this.#at + 1] === 0xff) this.#at++;
    const code = this.#bytes[this.#at + 1] ?? 0;
    if (this.#bytes[this.#at] !== 0xff || (code & 0xf8) !== 0xd0) throw new DicomError('decode_failed');
    this.#at += 2;
  }

  #take(count: number): number {
    this.#count -= count;
    if (this.#count < this.#made) throw new DicomError('decode_failed');
    return (this.#hold >>> this.#count) & ((1 << count) - 1);
  }

  #fill(count: number): void {
    while (this.#count < count) {
      const byte = this.#bytes[this.#at];
      const isMarker = byte === 0xff && this.#bytes[this.#at + 1] !== 0;
      if (byte === undefined || isMarker) {
        this.#hold <<= 8;
        this.#made += 8;
      } else {
        this.#hold = (this.#hold << 8) | byte;
        this.#at += byte === 0xff ? 2 : 1;
      }
      this.#count += 8;
    }
  }
}
