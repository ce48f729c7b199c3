import { DicomError } from '../dicom-error.ts';
import type { RandomAccess } from './random-access.ts';

/** Bytes read at once while walking elements: most headers fit in one. */
const READ_AHEAD = 64 * 1024;

/**
 * A file seen through one buffer that follows the reader, so that a header costs one read and a long value that is
 * only skipped costs none. Offsets are those of the file.
 */
export class ByteWindow {
  readonly size: number;
  bigEndian = false;
  /** Bytes to fetch beyond those asked for; small when the reader jumps from fragment to fragment. */
  readAhead = READ_AHEAD;
  readonly #file: RandomAccess;
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #start = 0;

  constructor(file: RandomAccess) {
    this.#file = file;
    this.size = file.size;
  }

  /** Up to `length` bytes from `offset`; fewer at the end of the file. Valid until the next call. */
  peek(offset: number, length: number): Uint8Array {
    if (offset < this.#start || offset + length > this.#start + this.#bytes.length)
      this.#fetch(offset, length);
    const at = offset - this.#start;
    return this.#bytes.subarray(at, at + length);
  }

  /** Exactly `length` bytes from `offset`, valid until the next call. Throws DicomError truncated at the end. */
  bytes(offset: number, length: number): Uint8Array {
    const bytes = this.peek(offset, length);
    if (bytes.length < length) throw new DicomError('truncated');
    return bytes;
  }

  uint16(offset: number): number {
    const at = this.#at(offset, 2); // first, because it may replace the view
    return this.#view.getUint16(at, !this.bigEndian);
  }

  uint32(offset: number): number {
    const at = this.#at(offset, 4);
    return this.#view.getUint32(at, !this.bigEndian);
  }

  /** Group and element as one number, (0008,0005) being 0x00080005. */
  tag(offset: number): number {
    return this.uint16(offset) * 0x10000 + this.uint16(offset + 2);
  }

  /** Two characters, where explicit VR has its VR. */
  letters(offset: number): string {
    const at = this.#at(offset, 2);
    return String.fromCharCode(this.#view.getUint8(at), this.#view.getUint8(at + 1));
  }

  #at(offset: number, length: number): number {
    if (offset < this.#start || offset + length > this.#start + this.#bytes.length) {
      this.#fetch(offset, length);
      if (this.#bytes.length < length) throw new DicomError('truncated');
    }
    return offset - this.#start;
  }

  #fetch(offset: number, length: number): void {
    const wanted = Math.min(this.size - offset, Math.max(length, this.readAhead));
    this.#bytes = wanted > 0 ? this.#file.read(offset, wanted) : new Uint8Array(0);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    this.#start = offset;
  }
}
