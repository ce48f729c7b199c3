import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { combineCrc32 } from './crc32.ts';

/**
 * The form in which the DICOM JSON of each object is kept: compressed so that the texts of many objects, with words
 * between them, join to one gzip stream without being inflated or deflated again. The metadata of a series is then a
 * concatenation of what is stored.
 *
 * A text is cut after each `"BulkDataURI":"`, because what stands there depends on who asks. Each piece is a run of
 * deflate blocks of its own that ends at a byte (Z_SYNC_FLUSH) and is not marked as the last:
 *
 *     uint8 version, uint32 pieces, then per piece uint32 deflated length, uint32 length, uint32 CRC-32, then the bytes
 */
const VERSION = 1;
const HEAD_BYTES = 5;
const ENTRY_BYTES = 12;
/** Unescaped quotes on both sides, so this never stands inside a value. */
const SEAM = '"BulkDataURI":"';

const encoder = new TextEncoder();

interface Piece {
  readonly deflated: Uint8Array;
  readonly length: number;
  readonly crc: number;
}

export function packJson(text: string): Uint8Array {
  const pieces = text
    .split(SEAM)
    .map((part, at, all) => deflatePiece(at < all.length - 1 ? part + SEAM : part));
  const head = new DataView(new ArrayBuffer(HEAD_BYTES + pieces.length * ENTRY_BYTES));
  head.setUint8(0, VERSION);
  head.setUint32(1, pieces.length);
  pieces.forEach(({ deflated, length, crc }, at) => {
    head.setUint32(HEAD_BYTES + at * ENTRY_BYTES, deflated.length);
    head.setUint32(HEAD_BYTES + at * ENTRY_BYTES + 4, length);
    head.setUint32(HEAD_BYTES + at * ENTRY_BYTES + 8, crc);
  });
  return concat([new Uint8Array(head.buffer), ...pieces.map(({ deflated }) => deflated)]);
}

/** The UTF-8 text. `bulkBase` comes before each BulkDataURI, which is stored relative. */
export function unpackJson(packed: Uint8Array, bulkBase = ''): Uint8Array {
  const base = encoder.encode(bulkBase);
  return concat(
    readPieces(packed).flatMap((piece, at) => {
      const text = inflateRawSync(piece.deflated, { finishFlush: constants.Z_SYNC_FLUSH });
      if (text.length !== piece.length || crc32(text) !== piece.crc)
        throw new Error('stored metadata is damaged');
      return at === 0 ? [text] : [base, text];
    }),
  );
}

/** Joins words and packed texts to one gzip stream (RFC 1952). */
export class GzipJoin {
  #crc = 0;
  #length = 0;

  /** The first bytes of the stream. */
  head(): Uint8Array {
    return Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
  }

  word(text: string): Uint8Array {
    const bytes = encoder.encode(text);
    this.#crc = crc32(bytes, this.#crc);
    this.#length += bytes.length;
    return storedBlocks(bytes);
  }

  packed(packed: Uint8Array, bulkBase: string): Uint8Array {
    return concat(
      readPieces(packed).flatMap(({ deflated, length, crc }, at) => {
        const base = at === 0 ? [] : [this.word(bulkBase)];
        this.#crc = combineCrc32(this.#crc, crc, length);
        this.#length += length;
        return [...base, deflated];
      }),
    );
  }

  /** An empty last block, the checksum and the length. */
  tail(): Uint8Array {
    const tail = new DataView(new ArrayBuffer(10));
    tail.setUint16(0, 0x0300);
    tail.setUint32(2, this.#crc, true);
    tail.setUint32(6, this.#length % 2 ** 32, true);
    return new Uint8Array(tail.buffer);
  }
}

/**
 * A window as long as the text finds all there is to find. Usually it is a few kilobytes, and clearing zlib's tables
 * for 32 would take longer than the work itself.
 */
function memoryFor(bytes: number): {
  readonly level: number;
  readonly windowBits: number;
  readonly memLevel: number;
} {
  const windowBits = Math.min(15, Math.max(9, Math.ceil(Math.log2(bytes + 1))));
  return { level: 6, windowBits, memLevel: Math.min(8, windowBits - 6) };
}

function deflatePiece(text: string): Piece {
  const bytes = encoder.encode(text);
  const deflated = deflateRawSync(bytes, { ...memoryFor(bytes.length), finishFlush: constants.Z_SYNC_FLUSH });
  return { deflated, length: bytes.length, crc: crc32(bytes) };
}

function readPieces(packed: Uint8Array): readonly Piece[] {
  const head = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (head.getUint8(0) !== VERSION) throw new Error('stored metadata has another version');
  const count = head.getUint32(1);
  let offset = HEAD_BYTES + count * ENTRY_BYTES;
  return Array.from({ length: count }, (_, at) => {
    const entry = HEAD_BYTES + at * ENTRY_BYTES;
    const deflated = packed.subarray(offset, offset + head.getUint32(entry));
    offset += deflated.length;
    return { deflated, length: head.getUint32(entry + 4), crc: head.getUint32(entry + 8) };
  });
}

/** RFC 1951 3.2.4: a byte for the header, length and its complement, at most 65535 bytes each. */
function storedBlocks(bytes: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 0xffff) {
    const part = bytes.subarray(at, at + 0xffff);
    const { length } = part;
    blocks.push(Uint8Array.of(0, length & 0xff, length >> 8, ~length & 0xff, (~length >> 8) & 0xff), part);
  }
  return concat(blocks);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
