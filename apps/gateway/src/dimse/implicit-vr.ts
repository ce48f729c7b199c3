/** Of an explicit VR data set that breaks off, or is nested beyond reason: nothing that could be sent on. */
export class UnreadableDataSet extends Error {
  override readonly name = 'UnreadableDataSet';
}

const ITEM = 0xfffee000;
const ITEM_DELIMITER = 0xfffee00d;
const SEQUENCE_DELIMITER = 0xfffee0dd;
const UNDEFINED = 0xffffffff;
const MAX_DEPTH = 32;
const LONG = new Set(['OB', 'OW', 'OF', 'OD', 'OL', 'OV', 'SQ', 'UC', 'UN', 'UR', 'UT', 'SV', 'UV']);

/**
 * A data set in explicit VR little endian, with native pixels, in implicit VR little endian (PS3.5 A.1), which every
 * application entity can take. Values stay as they are, byte for byte; sequences and items get undefined lengths. What
 * is already implicit within it (UN of undefined length, PS3.5 6.2.2) stays. Throws UnreadableDataSet.
 */
export function toImplicitVr(bytes: Buffer): Buffer[] {
  const out: Buffer[] = [];
  const end = elements({ bytes, out, isExplicit: true }, 0, bytes.length, 0);
  if (end !== bytes.length) throw new UnreadableDataSet();
  return out;
}

interface Work {
  readonly bytes: Buffer;
  readonly out: Buffer[];
  readonly isExplicit: boolean;
}

/** Elements from `at` to `end`, or to the delimiter of an item; answers where it stopped. */
function elements(work: Work, at: number, end: number, depth: number): number {
  const { bytes, out } = work;
  while (at < end) {
    const tag = tagAt(bytes, at);
    if (tag === ITEM_DELIMITER) return at;
    const { length, value, vr } = header(work, at);
    const isSequence = vr === 'SQ' || length === UNDEFINED;
    if (isSequence) {
      out.push(headerOf(tag, UNDEFINED));
      const inner = { ...work, isExplicit: work.isExplicit && vr !== 'UN' };
      at = items(inner, value, length === UNDEFINED ? undefined : value + length, depth + 1);
    } else {
      if (value + length > end) throw new UnreadableDataSet();
      out.push(headerOf(tag, length), bytes.subarray(value, value + length));
      at = value + length;
    }
  }
  return at;
}

/** The items of a sequence up to `end`, or to its delimiter; answers what follows it. */
function items(work: Work, at: number, end: number | undefined, depth: number): number {
  const { bytes, out } = work;
  if (depth > MAX_DEPTH) throw new UnreadableDataSet();
  while (end === undefined || at < end) {
    const tag = tagAt(bytes, at);
    const length = bytes.readUInt32LE(at + 4);
    at += 8;
    if (tag === SEQUENCE_DELIMITER && end === undefined) break;
    if (tag !== ITEM) throw new UnreadableDataSet();
    out.push(headerOf(ITEM, UNDEFINED));
    const isOpen = length === UNDEFINED;
    const stop = isOpen ? bytes.length : at + length;
    if (stop > bytes.length) throw new UnreadableDataSet();
    at = elements(work, at, stop, depth);
    if (isOpen) {
      if (at >= bytes.length) throw new UnreadableDataSet();
      at += 8;
    }
    out.push(headerOf(ITEM_DELIMITER, 0));
  }
  out.push(headerOf(SEQUENCE_DELIMITER, 0));
  return at;
}

function header(
  { bytes, isExplicit }: Work,
  at: number,
): { readonly length: number; readonly value: number; readonly vr?: string } {
  if (at + 8 > bytes.length) throw new UnreadableDataSet();
  if (!isExplicit) return { length: bytes.readUInt32LE(at + 4), value: at + 8 };
  const vr = bytes.toString('latin1', at + 4, at + 6);
  if (!LONG.has(vr)) return { length: bytes.readUInt16LE(at + 6), value: at + 8, vr };
  if (at + 12 > bytes.length) throw new UnreadableDataSet();
  return { length: bytes.readUInt32LE(at + 8), value: at + 12, vr };
}

function tagAt(bytes: Buffer, at: number): number {
  if (at + 8 > bytes.length) throw new UnreadableDataSet();
  return bytes.readUInt16LE(at) * 0x10000 + bytes.readUInt16LE(at + 2);
}

function headerOf(tag: number, length: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(tag >>> 16, 0);
  header.writeUInt16LE(tag & 0xffff, 2);
  header.writeUInt32LE(length, 4);
  return header;
}
