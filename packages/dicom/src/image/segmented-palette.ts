import { DicomError } from '../dicom-error.ts';

const DISCRETE = 0;
const LINEAR = 1;
const INDIRECT = 2;

/**
 * Expands a segmented palette channel, PS3.3 C.7.9.2, until it holds `count` entries.
 *
 * @param values bytes of an 8-bit table, words of a 16-bit one
 * @throws DicomError bad_image_attributes where the segments are damaged or end early
 */
export function expandSegments(values: Uint16Array, count: number, bits: 8 | 16): Uint16Array {
  const table: number[] = [];
  let at = 0;
  while (table.length < count) {
    at =
      value(values, at) === INDIRECT
        ? expandIndirect(values, at, { table, count, bits })
        : expandDirect(values, at, table);
  }
  return Uint16Array.from(table.slice(0, count));
}

/** Appends one discrete or linear segment and returns where the next one begins. */
function expandDirect(values: Uint16Array, at: number, table: number[]): number {
  const length = value(values, at + 1);
  switch (value(values, at)) {
    case DISCRETE:
      for (let i = 0; i < length; i++) table.push(value(values, at + 2 + i));
      return at + 2 + length;
    case LINEAR: {
      // From the last entry so far, which is not repeated, to the end value of the segment.
      const from = table.at(-1) ?? refuse();
      const to = value(values, at + 2);
      for (let i = 1; i <= length; i++) table.push(Math.round(from + ((to - from) * i) / length));
      return at + 3;
    }
    default:
      // Also an indirect segment inside an indirect one, which the standard forbids: it could never end.
      return refuse();
  }
}

interface Expansion {
  readonly table: number[];
  readonly count: number;
  readonly bits: 8 | 16;
}

/**
 * Repeats segments that begin at a byte offset, which is 32 bits wide, least significant part first. No more than the
 * table needs: a few kilobytes could otherwise ask for thousands of millions of entries.
 */
function expandIndirect(values: Uint16Array, at: number, { table, count, bits }: Expansion): number {
  const parts = 32 / bits;
  let offset = 0;
  for (let i = 0; i < parts; i++) offset += value(values, at + 2 + i) * 2 ** (bits * i);
  let from = bits === 16 ? offset / 2 : offset;
  for (let i = value(values, at + 1); i > 0 && table.length < count; i--)
    from = expandDirect(values, from, table);
  return at + 2 + parts;
}

function value(values: Uint16Array, index: number): number {
  return values[index] ?? refuse();
}

function refuse(): never {
  throw new DicomError('bad_image_attributes');
}
