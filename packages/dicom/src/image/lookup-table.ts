import { getBytes, getNumbers, getText } from '../attributes.ts';
import { DicomError } from '../dicom-error.ts';
import type { DicomDataset, DicomElement } from '../dicom-json.ts';
import * as Tag from './image-tags.ts';

/** Bytes of a BulkDataURI, little endian, or undefined where the caller has not fetched them. */
export type BulkLookup = (uri: string) => Uint8Array | undefined;

export const noBulk: BulkLookup = () => undefined;

/** A table of PS3.3 C.11.1.1.1: inputs below the first or above the last mapped value take its end entries. */
export interface LookupTable {
  readonly firstMapped: number;
  readonly entries: Uint16Array;
  /** Entries span 0 to 2^bits - 1. */
  readonly bits: number;
  readonly explanation?: string;
}

/** One descriptor: how many entries, the first value mapped, and the bits of an entry. */
export interface LutDescriptor {
  readonly count: number;
  readonly firstMapped: number;
  readonly bits: number;
}

/** Looks one input up; fractions are rounded to the nearest input. */
export function lookUp(table: LookupTable, input: number): number {
  const last = table.entries.length - 1;
  const index = Math.min(last, Math.max(0, Math.round(input) - table.firstMapped));
  return table.entries[index] ?? 0; // never undefined: readers refuse an empty table
}

/**
 * Reads an item of a Modality, VOI or Presentation LUT Sequence.
 * @param signed whether inputs of this table may be negative, which decides how the second descriptor value reads.
 * @throws DicomError bad_image_attributes, also where its data is bulk data that was not supplied.
 */
export function readLutItem(item: DicomDataset, signed: boolean, bulk: BulkLookup): LookupTable {
  const descriptor = readLutDescriptor(item, Tag.LUTDescriptor, signed);
  const entries = readLutEntries(item[Tag.LUTData], descriptor.count, bulk);
  const explanation = getText(item, Tag.LUTExplanation);
  return {
    firstMapped: descriptor.firstMapped,
    entries,
    bits: bitsOf(entries, descriptor.bits),
    ...(explanation === undefined ? {} : { explanation }),
  };
}

/** Three numbers; 0 entries mean 65536, and the second is a word whose sign the image decides. */
export function readLutDescriptor(ds: DicomDataset, tag: string, signed: boolean): LutDescriptor {
  const [count, first, bits] = getNumbers(ds, tag) ?? [];
  if (count === undefined || first === undefined || bits === undefined) return refuse();
  // A reader that took the descriptor for SS shows counts above 32767 as negative numbers.
  const entries = count & 0xffff;
  const word = first & 0xffff;
  return {
    count: entries === 0 ? 65536 : entries,
    firstMapped: signed && word > 0x7fff ? word - 0x10000 : word,
    bits,
  };
}

/** Entries from words, from bytes packed two a word (8-bit tables), or from a list of US or SS numbers. */
export function readLutEntries(
  element: DicomElement | undefined,
  count: number,
  bulk: BulkLookup,
): Uint16Array {
  if (element?.Value !== undefined) {
    const numbers = element.Value.map(Number);
    return exactly(packed(numbers, count), count);
  }
  const bytes = elementBytes(element, bulk);
  if (bytes === undefined) return refuse();
  const isPacked = bytes.length === count + (count & 1);
  return exactly(isPacked ? Uint16Array.from(bytes) : words(bytes), count);
}

/** The bytes of an element, inline or fetched. */
export function elementBytes(element: DicomElement | undefined, bulk: BulkLookup): Uint8Array | undefined {
  if (element === undefined) return undefined;
  return element.BulkDataURI === undefined ? getBytes(element) : bulk(element.BulkDataURI);
}

/** Little-endian words. */
export function words(bytes: Uint8Array): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: bytes.length >> 1 }, (_, i) => view.getUint16(i * 2, true));
}

/** A US list half as long as it should be holds two 8-bit entries in each word, low byte first. */
function packed(numbers: readonly number[], count: number): Uint16Array {
  if (numbers.length >= count) return Uint16Array.from(numbers, (value) => value & 0xffff);
  return Uint16Array.from(numbers.flatMap((value) => [value & 0xff, (value >> 8) & 0xff]));
}

function exactly(entries: Uint16Array, count: number): Uint16Array {
  return entries.length < count ? refuse() : entries.subarray(0, count);
}

/** Real files state 8 bits and carry 12: the data then speaks. */
function bitsOf(entries: Uint16Array, stated: number): number {
  const largest = entries.reduce((most, entry) => Math.max(most, entry), 0);
  const bits = stated >= 1 && stated <= 16 ? stated : 16;
  return largest < 2 ** bits ? bits : 16;
}

function refuse(): never {
  throw new DicomError('bad_image_attributes');
}
