import type { DicomValue, Vr } from './dicom-json.ts';
import { DicomError } from './dicom-error.ts';
import { vrTraits } from './vr.ts';

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const INTEGER = /^[+-]?\d+$/;

/** XML Schema's names and those that programs print, as DICOM JSON has them here (`decode-value.ts`). */
const NOT_FINITE: Readonly<Record<string, string>> = {
  nan: 'NaN',
  inf: 'inf',
  '+inf': 'inf',
  '-inf': '-inf',
  infinity: 'inf',
  '+infinity': 'inf',
  '-infinity': '-inf',
};

/**
 * The text of one value of the Native DICOM Model as a value of DICOM JSON, in the form in which a file's would be.
 * An empty text is an empty value. Throws DicomError malformed where the VR has no such values.
 */
export function readTextValue(vr: Vr, text: string): DicomValue {
  const { kind } = vrTraits[vr];
  if (vr === 'PN' || kind === 'binary' || kind === 'sequence') throw new DicomError('malformed');
  if (kind === 'text') return readText(vr, text);
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (kind === 'tags') return readTag(trimmed);
  if (vr === 'FL' || vr === 'FD') return readFloat(trimmed);
  if (!INTEGER.test(trimmed)) throw new DicomError('malformed');
  // Beyond 2^53 a JSON number would be another number: a string keeps it, PS3.18 table F.2.3-1.
  return Number.isSafeInteger(Number(trimmed)) ? Number(trimmed) : BigInt(trimmed).toString();
}

function readText(vr: Vr, text: string): DicomValue {
  if (text === '') return null;
  if (vr !== 'DS' && vr !== 'IS') return text;
  const number = DECIMAL.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : text;
}

function readTag(text: string): string {
  if (!/^[0-9A-Fa-f]{8}$/.test(text)) throw new DicomError('malformed');
  return text.toUpperCase();
}

function readFloat(text: string): DicomValue {
  const special = NOT_FINITE[text.toLowerCase()];
  if (special !== undefined) return special;
  const number = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(number)) throw new DicomError('malformed');
  return number;
}
