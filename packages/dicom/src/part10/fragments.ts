import { DicomError } from '../dicom-error.ts';
import type { ByteWindow } from './byte-window.ts';
import { ITEM, SEQUENCE_DELIMITER } from './delimiters.ts';

/** Where one stretch of bytes lies. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Encapsulated pixel data, PS3.5 A.4. */
export interface Fragments {
  /** The basic offset table's value; of length 0 when it is empty. */
  readonly table: ByteRange;
  /** The fragments' values; each one's item starts 8 bytes before it. */
  readonly fragments: readonly ByteRange[];
  /** Where the element ends. */
  readonly next: number;
  /** Whether the delimiter is missing, because the file was cut or is damaged. */
  readonly isTruncated: boolean;
  /** Whether the last of the fragments is not whole, so that its frame is lost. */
  readonly hasCutFragment: boolean;
  readonly hasOddLengths: boolean;
}

/** Enough for an item's header and for what follows: fragments are far apart, and their bytes are not wanted. */
const HEADER_READ_AHEAD = 64;

/**
 * Walks the items of encapsulated pixel data from `start` to its delimiter, or to `end` where its length is
 * stated. Throws DicomError malformed when no item is there, too_large beyond `maxFragments`.
 */
export function readFragments(
  window: ByteWindow,
  start: number,
  end: number,
  maxFragments: number,
): Fragments {
  const readAhead = window.readAhead;
  window.readAhead = HEADER_READ_AHEAD;
  try {
    return walk(window, start, end, maxFragments);
  } finally {
    window.readAhead = readAhead;
  }
}

function walk(window: ByteWindow, start: number, end: number, maxFragments: number): Fragments {
  const items: ByteRange[] = [];
  let at = start;
  let hasOddLengths = false;
  const result = (next: number, isTruncated: boolean, hasCutFragment = false): Fragments => {
    const [table = { offset: start, length: 0 }, ...fragments] = items;
    return { table, fragments, next, isTruncated, hasCutFragment, hasOddLengths };
  };
  while (at < end) {
    if (end - at < 8) return result(end, true);
    const tag = window.tag(at);
    if (tag === SEQUENCE_DELIMITER) return result(at + 8, false);
    if (tag !== ITEM) {
      // Without a first item this is no encapsulated pixel data; after some, the rest is lost.
      if (items.length === 0) throw new DicomError('malformed');
      return result(end, true);
    }
    const length = window.uint32(at + 4);
    if (at + 8 + length > end) {
      if (items.length === 0) return result(end, true);
      items.push({ offset: at + 8, length: end - at - 8 });
      return result(end, true, true);
    }
    if (items.length > maxFragments) throw new DicomError('too_large');
    items.push({ offset: at + 8, length });
    at = nextItem(window, at + 8 + length, length, end);
    hasOddLengths ||= length % 2 === 1;
  }
  return result(end, end === window.size);
}

/** After an odd length some writers pad without counting the pad byte. */
function nextItem(window: ByteWindow, at: number, length: number, end: number): number {
  if (length % 2 === 0 || at + 5 > end) return at;
  const isItem = (offset: number) => window.uint16(offset) === ITEM >>> 16;
  return !isItem(at) && isItem(at + 1) ? at + 1 : at;
}
