import { encodeBase64 } from '../base64.ts';
import type { DicomElement, DicomValue, Vr } from '../dicom-json.ts';
import type { TextReader } from '../character-set.ts';
import { parsePersonName } from '../person-name.ts';
import { vrTraits } from '../vr.ts';

/** IS and DS as PS3.5 table 6.2-1 has them, and the leading plus and bare point that files have besides. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * The value field of an element that is no sequence, as DICOM JSON (PS3.18 F.2). An empty one has only its VR.
 * Text that is no number stays text in IS and DS; bytes after the last whole number of a list are dropped.
 */
export function decodeValue(vr: Vr, bytes: Uint8Array, bigEndian: boolean, text: TextReader): DicomElement {
  if (bytes.length === 0) return { vr };
  const traits = vrTraits[vr];
  switch (traits.kind) {
    case 'text':
      return withValues(vr, decodeText(vr, bytes, text));
    case 'number':
      return withValues(vr, decodeNumbers(vr, bytes, !bigEndian));
    case 'tags':
      return withValues(vr, decodeTags(bytes, !bigEndian));
    case 'binary':
    case 'sequence': // an SQ that is no sequence of items, which the reader keeps as UN
      return { vr, InlineBinary: encodeBase64(bigEndian ? swapWords(bytes, traits.wordBytes) : bytes) };
  }
}

function withValues(vr: Vr, values: readonly DicomValue[]): DicomElement {
  return values.length === 0 ? { vr } : { vr, Value: values };
}

/** Words of the other byte order; a rest that fills no word stays as it is. */
export function swapWords(bytes: Uint8Array, wordBytes: number): Uint8Array {
  if (wordBytes === 1) return bytes;
  const swapped = Uint8Array.from(bytes);
  for (let at = 0; at + wordBytes <= swapped.length; at += wordBytes) {
    swapped.subarray(at, at + wordBytes).reverse();
  }
  return swapped;
}

function decodeText(vr: Vr, bytes: Uint8Array, reader: TextReader): DicomValue[] {
  const { charset, multiple } = vrTraits[vr];
  const text = (charset ? reader : asciiReader).decode(bytes, vr === 'PN');
  if (!multiple) {
    // Leading spaces of these VRs are content.
    const kept = trimEnd(text);
    return kept === '' ? [] : [kept];
  }
  if (!text.includes('\\')) {
    const value = textValue(vr, text);
    return value === null ? [] : [value];
  }
  return text.split('\\').map((part) => textValue(vr, part));
}

/** Text that the character set does not govern; files put foreign letters there all the same. */
const asciiReader: Pick<TextReader, 'decode'> = {
  decode(bytes) {
    if (bytes.length < 64) return String.fromCharCode(...bytes);
    return LATIN1.decode(bytes);
  },
};
const LATIN1 = /* @__PURE__ */ new TextDecoder('latin1');

function textValue(vr: Vr, text: string): DicomValue {
  const value = trimEnd(text).trimStart();
  if (value === '') return null;
  if (vr === 'PN') return parsePersonName(value) ?? null;
  if ((vr === 'DS' || vr === 'IS') && DECIMAL.test(value)) {
    const number = Number(value);
    return Number.isFinite(number) ? number : value;
  }
  return value;
}

/** Without padding: spaces and NULLs at the end. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) <= 0x20 && isPadding(text.charCodeAt(end - 1))) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

const isPadding = (code: number) => code === 0x20 || code === 0;

type NumberReader = (view: DataView, at: number, littleEndian: boolean) => number | string;

const numberReaders: Readonly<Partial<Record<Vr, NumberReader>>> = {
  US: (view, at, littleEndian) => view.getUint16(at, littleEndian),
  SS: (view, at, littleEndian) => view.getInt16(at, littleEndian),
  UL: (view, at, littleEndian) => view.getUint32(at, littleEndian),
  SL: (view, at, littleEndian) => view.getInt32(at, littleEndian),
  FL: (view, at, littleEndian) => finite(view.getFloat32(at, littleEndian)),
  FD: (view, at, littleEndian) => finite(view.getFloat64(at, littleEndian)),
  SV: (view, at, littleEndian) => safe(view.getBigInt64(at, littleEndian)),
  UV: (view, at, littleEndian) => safe(view.getBigUint64(at, littleEndian)),
};

function decodeNumbers(vr: Vr, bytes: Uint8Array, littleEndian: boolean): DicomValue[] {
  const { wordBytes } = vrTraits[vr];
  const readNumber = numberReaders[vr];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values: DicomValue[] = [];
  for (let at = 0; readNumber && at + wordBytes <= bytes.length; at += wordBytes) {
    values.push(readNumber(view, at, littleEndian));
  }
  return values;
}

/** JSON has no number for these. */
function finite(value: number): number | string {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'inf' : '-inf';
}

/** Beyond 2^53 a JSON number would be another number: a string keeps it, PS3.18 table F.2.3-1. */
function safe(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function decodeTags(bytes: Uint8Array, littleEndian: boolean): DicomValue[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values: DicomValue[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    values.push(tagText(view.getUint16(at, littleEndian) * 0x10000 + view.getUint16(at + 2, littleEndian)));
  }
  return values;
}

/** A tag as the eight upper-case hexadecimal digits that DICOM JSON uses. */
export function tagText(tag: number): string {
  return tag.toString(16).toUpperCase().padStart(8, '0');
}
