import { DicomError } from '../dicom-error.ts';
import { getBytes } from '../attributes.ts';
import type { DicomElement, DicomValue, PersonName } from '../dicom-json.ts';
import { formatPersonName } from '../person-name.ts';
import { type VrTraits, vrTraits } from '../vr.ts';

const encoder = new TextEncoder();

/**
 * The value field of an element that is no sequence: little endian, UTF-8, padded to an even length.
 * Throws DicomError malformed when a value does not fit its VR, and TypeError on a BulkDataURI, whose bytes
 * are not here.
 */
export function encodeValue(element: DicomElement): Uint8Array {
  const traits = vrTraits[element.vr];
  if (element.BulkDataURI !== undefined)
    throw new TypeError('A BulkDataURI cannot be written: inline its bytes.');
  if (element.InlineBinary !== undefined) {
    const bytes = getBytes(element);
    if (bytes === undefined) throw new DicomError('malformed');
    return padded(bytes, traits.kind === 'text' && element.vr !== 'UI' ? 0x20 : 0);
  }
  const values = element.Value ?? [];
  if (values.length === 0) return new Uint8Array(0);
  switch (traits.kind) {
    case 'text':
      return encodeText(element.vr, values);
    case 'number':
      return encodeNumbers(element.vr, traits, values);
    case 'tags':
      return encodeTags(values);
    case 'binary':
    case 'sequence':
      throw new DicomError('malformed'); // binary VRs have no Value (PS3.18 F.2.2); sequences are not for here
  }
}

function padded(bytes: Uint8Array, padding: number): Uint8Array {
  if (bytes.length % 2 === 0) return bytes;
  const even = new Uint8Array(bytes.length + 1);
  even.set(bytes);
  even[bytes.length] = padding;
  return even;
}

function encodeText(vr: DicomElement['vr'], values: readonly DicomValue[]): Uint8Array {
  const texts = values.map((value) => textOf(vr, value));
  // Section 6.2: UI is padded with NULL, all other text with SPACE.
  return padded(encoder.encode(texts.join('\\')), vr === 'UI' ? 0 : 0x20);
}

function textOf(vr: DicomElement['vr'], value: DicomValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return vr === 'DS' ? decimalString(value) : String(value);
  if (vr !== 'PN') throw new DicomError('malformed');
  return formatPersonName(value as PersonName); // an object in a PN element is one, PS3.18 F.2.2
}

/** A DS holds at most 16 characters: the nearest value that fits is written, as few digits as say the same number. */
function decimalString(value: number): string {
  if (!Number.isFinite(value)) throw new DicomError('malformed');
  const exact = String(value);
  if (exact.length <= 16) return exact;
  for (let digits = 16; digits > 1; digits -= 1) {
    const rounded = String(Number(value.toPrecision(digits)));
    if (rounded.length <= 16) return rounded;
  }
  return value.toExponential(8);
}

function encodeNumbers(vr: DicomElement['vr'], traits: VrTraits, values: readonly DicomValue[]): Uint8Array {
  const bytes = new Uint8Array(values.length * traits.wordBytes);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'number' && typeof value !== 'string') throw new DicomError('malformed');
    setNumber(view, index * traits.wordBytes, vr, value);
  }
  return bytes;
}

function setNumber(view: DataView, at: number, vr: DicomElement['vr'], value: number | string): void {
  if (vr === 'FL') return view.setFloat32(at, float(value), true);
  if (vr === 'FD') return view.setFloat64(at, float(value), true);
  const integer = integerOf(value);
  const bits = { US: 16, SS: 16, UL: 32, SL: 32, UV: 64, SV: 64 }[
    vr as 'US' | 'SS' | 'UL' | 'SL' | 'UV' | 'SV'
  ]; // the other numeric VRs
  const signed = vr.startsWith('S');
  if ((signed ? BigInt.asIntN(bits, integer) : BigInt.asUintN(bits, integer)) !== integer) {
    throw new DicomError('malformed'); // would wrap round into another number
  }
  if (bits === 16) view.setUint16(at, Number(BigInt.asUintN(16, integer)), true);
  else if (bits === 32) view.setUint32(at, Number(BigInt.asUintN(32, integer)), true);
  else view.setBigUint64(at, BigInt.asUintN(64, integer), true);
}

/** The names that decode-value.ts gives to what JSON has no number for. */
const NOT_FINITE: Readonly<Record<string, number>> = { NaN: Number.NaN, inf: Infinity, '-inf': -Infinity };

function float(value: number | string): number {
  const number = typeof value === 'number' ? value : (NOT_FINITE[value] ?? undefined);
  if (number === undefined) throw new DicomError('malformed');
  return number;
}

function integerOf(value: number | string): bigint {
  try {
    return BigInt(value);
  } catch {
    throw new DicomError('malformed'); // a fraction, or no number at all
  }
}

function encodeTags(values: readonly DicomValue[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'string' || !/^[0-9A-Fa-f]{8}$/.test(value)) throw new DicomError('malformed');
    view.setUint16(index * 4, Number.parseInt(value.slice(0, 4), 16), true);
    view.setUint16(index * 4 + 2, Number.parseInt(value.slice(4), 16), true);
  }
  return new Uint8Array(view.buffer);
}
