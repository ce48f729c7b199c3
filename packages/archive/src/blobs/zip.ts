import { begun, discardBody, readAhead } from '../http/read-ahead.ts';
import { crc32 } from './crc32.ts';

/** One file of an archive: its bytes are read when its turn comes. */
export interface ZipEntry {
  /** Letters, digits, dots, hyphens and slashes only: never a text out of a file. */
  readonly name: string;
  readonly size: number;
  open(): Promise<AsyncIterable<Uint8Array>>;
}

const SAFE_NAME = /^[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*(\/[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)*$/;
const LOCAL_HEADER = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL_HEADER = 0x02014b50;
const ZIP64_END = 0x06064b50;
const ZIP64_LOCATOR = 0x07064b50;
const END = 0x06054b50;
/** 4.5: ZIP64. */
const VERSION = 45;
/** Sizes and checksum follow the bytes; names are UTF-8. */
const FLAGS = 0x0808;
/** 1 January 1980, the first day that the format knows: the same objects always give the same archive. */
const DATE = 0x21;
const FILES_AHEAD = 2;
const LOCAL_BYTES = 50;
const DESCRIPTOR_BYTES = 24;
const CENTRAL_BYTES = 74;
const END_BYTES = 98;

/** How long the archive of these entries is, before any of them is read. */
export function zipLength(entries: readonly Omit<ZipEntry, 'open'>[]): number {
  return entries.reduce(
    (sum, { name, size }) => sum + LOCAL_BYTES + DESCRIPTOR_BYTES + CENTRAL_BYTES + 2 * name.length + size,
    END_BYTES,
  );
}

/**
 * A ZIP archive (APPNOTE 6.3.10) with its files as they are, not compressed: images hardly become smaller, and this way
 * its length is known. ZIP64 throughout. Throws RangeError on a name that is not one of ours or a file of another size.
 */
export async function* writeZip(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  const central: Uint8Array[] = [];
  let offset = 0;
  if (!entries.every(({ name }) => SAFE_NAME.test(name)))
    throw new RangeError('not a name for a file in an archive');
  // The next file is read and checked while this one is on its way.
  const files = readAhead(entries, async (entry) => ({ entry, body: begun(await entry.open()) }), {
    depth: FILES_AHEAD,
    discard: ({ body }) => discardBody(body),
  });
  for await (const { entry, body } of files) {
    yield localHeader(entry);
    let crc = 0;
    let size = 0;
    for await (const bytes of body) {
      crc = crc32(bytes, crc);
      size += bytes.length;
      yield bytes;
    }
    if (size !== entry.size) throw new RangeError('a file of another size than was announced');
    yield descriptor(crc, size);
    central.push(centralHeader(entry, crc, offset));
    offset += LOCAL_BYTES + entry.name.length + size + DESCRIPTOR_BYTES;
  }
  const length = central.reduce((sum, header) => sum + header.length, 0);
  yield* central;
  yield endOf(entries.length, offset, length);
}

function localHeader({ name, size }: ZipEntry): Uint8Array {
  const { bytes, view } = block(LOCAL_BYTES, name, 30);
  view.setUint32(0, LOCAL_HEADER, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, FLAGS, true);
  view.setUint16(12, DATE, true);
  view.setUint32(18, 0xffffffff, true);
  view.setUint32(22, 0xffffffff, true);
  view.setUint16(26, name.length, true);
  view.setUint16(28, 20, true);
  const extra = 30 + name.length;
  view.setUint16(extra, 1, true);
  view.setUint16(extra + 2, 16, true);
  view.setBigUint64(extra + 4, BigInt(size), true);
  view.setBigUint64(extra + 12, BigInt(size), true);
  return bytes;
}

function descriptor(crc: number, size: number): Uint8Array {
  const { bytes, view } = block(DESCRIPTOR_BYTES);
  view.setUint32(0, DESCRIPTOR, true);
  view.setUint32(4, crc, true);
  view.setBigUint64(8, BigInt(size), true);
  view.setBigUint64(16, BigInt(size), true);
  return bytes;
}

function centralHeader({ name, size }: ZipEntry, crc: number, offset: number): Uint8Array {
  const { bytes, view } = block(CENTRAL_BYTES, name, 46);
  view.setUint32(0, CENTRAL_HEADER, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, VERSION, true);
  view.setUint16(8, FLAGS, true);
  view.setUint16(14, DATE, true);
  view.setUint32(16, crc, true);
  view.setUint32(20, 0xffffffff, true);
  view.setUint32(24, 0xffffffff, true);
  view.setUint16(28, name.length, true);
  view.setUint16(30, 28, true);
  view.setUint32(42, 0xffffffff, true);
  const extra = 46 + name.length;
  view.setUint16(extra, 1, true);
  view.setUint16(extra + 2, 24, true);
  view.setBigUint64(extra + 4, BigInt(size), true);
  view.setBigUint64(extra + 12, BigInt(size), true);
  view.setBigUint64(extra + 20, BigInt(offset), true);
  return bytes;
}

function endOf(count: number, offset: number, length: number): Uint8Array {
  const { bytes, view } = block(END_BYTES);
  view.setUint32(0, ZIP64_END, true);
  view.setBigUint64(4, 44n, true);
  view.setUint16(12, VERSION, true);
  view.setUint16(14, VERSION, true);
  view.setBigUint64(24, BigInt(count), true);
  view.setBigUint64(32, BigInt(count), true);
  view.setBigUint64(40, BigInt(length), true);
  view.setBigUint64(48, BigInt(offset), true);
  view.setUint32(56, ZIP64_LOCATOR, true);
  view.setBigUint64(64, BigInt(offset + length), true);
  view.setUint32(72, 1, true);
  view.setUint32(76, END, true);
  view.setUint16(84, Math.min(count, 0xffff), true);
  view.setUint16(86, Math.min(count, 0xffff), true);
  view.setUint32(88, 0xffffffff, true);
  view.setUint32(92, 0xffffffff, true);
  return bytes;
}

/** Zeros, with the name at its place; what follows it is pushed along. */
function block(length: number, name = '', at = 0): { readonly bytes: Uint8Array; readonly view: DataView } {
  const bytes = new Uint8Array(length + name.length);
  bytes.set(new TextEncoder().encode(name), at);
  return { bytes, view: new DataView(bytes.buffer) };
}
