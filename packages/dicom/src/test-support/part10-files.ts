import { randomAccess } from '../part10/random-access.ts';
import type { ReadLimits } from '../part10/read-limits.ts';
import { type Part10, readPart10 } from '../part10/read-part10.ts';

/**
 * Part 10 files built byte by byte for the tests, in every encoding, right or wrong: writePart10 makes only right
 * ones, and a reader is not tested with its own writer.
 */

export type Coding = { readonly explicit: boolean; readonly bigEndian: boolean };
export const IMPLICIT: Coding = { explicit: false, bigEndian: false };
export const EXPLICIT: Coding = { explicit: true, bigEndian: false };
export const BIG_ENDIAN: Coding = { explicit: true, bigEndian: true };

const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function integer(value: number, size: 2 | 4, bigEndian = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 2) view.setUint16(0, value, !bigEndian);
  else view.setUint32(0, value, !bigEndian);
  return new Uint8Array(view.buffer);
}

/** Latin-1 text, padded to an even length. */
export function latin(text: string, padding = ' '): Uint8Array {
  const even = text.length % 2 === 0 ? text : text + padding;
  return Uint8Array.from(even, (letter) => letter.charCodeAt(0));
}

/** One element. `length` lies about the value's length when given. */
export function element(
  tag: number,
  vr: string,
  value: Uint8Array,
  coding = EXPLICIT,
  length = value.length,
) {
  const { explicit, bigEndian } = coding;
  const head = concat(integer(tag >>> 16, 2, bigEndian), integer(tag & 0xffff, 2, bigEndian));
  if (!explicit) return concat(head, integer(length, 4, bigEndian), value);
  const size = LONG.has(vr)
    ? concat(integer(0, 2), integer(length, 4, bigEndian))
    : integer(length, 2, bigEndian);
  return concat(head, latin(vr), size, value);
}

/** An item, or with `length` 0xffffffff and a delimiter of its own one of undefined length. */
export function item(content: Uint8Array, coding = EXPLICIT, undefinedLength = false): Uint8Array {
  const tag = (low: number) =>
    concat(integer(0xfffe, 2, coding.bigEndian), integer(low, 2, coding.bigEndian));
  if (!undefinedLength) return concat(tag(0xe000), integer(content.length, 4, coding.bigEndian), content);
  return concat(tag(0xe000), integer(0xffffffff, 4), content, tag(0xe00d), integer(0, 4));
}

/** The delimiter that ends a sequence of undefined length, or fragments. */
export function sequenceEnd(coding = EXPLICIT): Uint8Array {
  return concat(
    integer(0xfffe, 2, coding.bigEndian),
    integer(0xe0dd, 2, coding.bigEndian),
    integer(0, 4, coding.bigEndian),
  );
}

export function sequenceOf(
  tag: number,
  items: readonly Uint8Array[],
  coding = EXPLICIT,
  undefinedLength = false,
) {
  if (!undefinedLength) return element(tag, 'SQ', concat(...items), coding);
  return element(tag, 'SQ', concat(...items, sequenceEnd(coding)), coding, 0xffffffff);
}

export const us = (tag: number, value: number, coding = EXPLICIT) =>
  element(tag, 'US', integer(value, 2, coding.bigEndian), coding);

/** The UIDs that every object has; tests about other things need not speak of them. */
export function identity(coding = EXPLICIT): Uint8Array {
  return concat(
    element(0x00080016, 'UI', latin('1.2.840.10008.5.1.4.1.1.7', '\0'), coding),
    element(0x00080018, 'UI', latin('1.2.3.4', '\0'), coding),
    element(0x0020000d, 'UI', latin('1.2.3', '\0'), coding),
    element(0x0020000e, 'UI', latin('1.2.3.0', '\0'), coding),
  );
}

/** A small 8-bit image of 2 rows and 3 columns. */
export function imageAttributes(
  options: { coding?: Coding; frames?: number; bits?: number } = {},
): Uint8Array {
  const { coding = EXPLICIT, frames, bits = 8 } = options;
  return concat(
    us(0x00280002, 1, coding),
    element(0x00280004, 'CS', latin('MONOCHROME2'), coding),
    frames === undefined ? new Uint8Array(0) : element(0x00280008, 'IS', latin(String(frames)), coding),
    us(0x00280010, 2, coding),
    us(0x00280011, 3, coding),
    us(0x00280100, bits, coding),
    us(0x00280101, bits, coding),
    us(0x00280102, bits - 1, coding),
    us(0x00280103, 0, coding),
  );
}

export const PREAMBLE = concat(new Uint8Array(128), latin('DICM'));

/** Group 0002 with a transfer syntax. */
export function fileMeta(transferSyntaxUid: string, coding = EXPLICIT): Uint8Array {
  const content = element(0x00020010, 'UI', latin(transferSyntaxUid, '\0'), coding);
  return concat(element(0x00020000, 'UL', integer(content.length, 4), coding), content);
}

/** A whole file: preamble, file meta information, the UIDs, and what the test is about. */
export function file(transferSyntaxUid: string, ...content: readonly Uint8Array[]): Uint8Array {
  return concat(PREAMBLE, fileMeta(transferSyntaxUid), ...content);
}

/** Encapsulated pixel data: the offset table, then fragments. */
export function encapsulated(table: readonly number[], fragments: readonly Uint8Array[]): Uint8Array {
  const items = [concat(...table.map((offset) => integer(offset, 4))), ...fragments].map((part) =>
    item(part),
  );
  return element(0x7fe00010, 'OB', concat(...items, sequenceEnd()), EXPLICIT, 0xffffffff);
}

/** Reads bytes with the limits given; nothing here is deflated unless `inflateRaw` is. */
export function read(
  bytes: Uint8Array,
  limits?: Partial<ReadLimits>,
  inflateRaw: (deflated: Uint8Array, maxBytes: number) => Uint8Array = () => {
    throw new Error('not deflated');
  },
): Part10 {
  return readPart10(randomAccess(bytes), { inflateRaw }, limits);
}

/** 0, 1, 2, ...: every byte of the pixels tells its place. */
export const pixels = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, index) => index);

export const pixelData = (bytes: Uint8Array, coding = EXPLICIT): Uint8Array =>
  element(0x7fe00010, 'OW', bytes, coding);
