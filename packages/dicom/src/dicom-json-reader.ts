import { decodeBase64 } from './base64.ts';
import type { DicomDataset, DicomElement, DicomValue, PersonName } from './dicom-json.ts';
import { DicomError } from './dicom-error.ts';
import { NAME_GROUPS } from './native-model.ts';
import { defaultReadLimits } from './part10/read-limits.ts';
import { isVr, vrTraits } from './vr.ts';

/**
 * Reads `application/dicom+json` of another program (PS3.18 annex F): one data set, or an array of them. What comes out
 * has the form that the types promise, whatever went in: tags in upper case and in order, VRs that exist, one form of
 * value, values that a VR can have. Throws DicomError `malformed` where it has not, `too_large` beyond the nesting and
 * the number of elements that a file may have.
 */
export function parseDicomJson(text: string): readonly DicomDataset[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new DicomError('malformed', { cause });
  }
  const budget = { elements: defaultReadLimits.maxElements };
  return (Array.isArray(parsed) ? parsed : [parsed]).map((each) => readDataset(each, 0, budget));
}

interface Budget {
  elements: number;
}

function readDataset(value: unknown, depth: number, budget: Budget): DicomDataset {
  if (!isObject(value)) throw new DicomError('malformed');
  if (depth > defaultReadLimits.maxDepth) throw new DicomError('too_large');
  const elements = Object.entries(value).map(([key, element]): [string, DicomElement] => {
    budget.elements -= 1;
    if (budget.elements < 0) throw new DicomError('too_large');
    const tag = key.toUpperCase();
    if (!/^[0-9A-F]{8}$/.test(tag)) throw new DicomError('malformed');
    return [tag, readElement(element, depth, budget)];
  });
  if (new Set(elements.map(([tag]) => tag)).size < elements.length) throw new DicomError('malformed');
  return Object.fromEntries(elements.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readElement(value: unknown, depth: number, budget: Budget): DicomElement {
  if (!isObject(value)) throw new DicomError('malformed');
  const { vr, Value, InlineBinary, BulkDataURI } = value;
  if (typeof vr !== 'string' || !isVr(vr)) throw new DicomError('malformed');
  const forms = [Value, InlineBinary, BulkDataURI].filter((form) => form !== undefined);
  if (forms.length > 1) throw new DicomError('malformed');
  if (BulkDataURI !== undefined) return { vr, BulkDataURI: bulkUri(vr, BulkDataURI) };
  if (InlineBinary !== undefined) return readInline(vr, InlineBinary);
  if (Value === undefined) return { vr };
  if (!Array.isArray(Value)) throw new DicomError('malformed');
  if (Value.length === 0) return { vr };
  if (vrTraits[vr].kind === 'binary') throw new DicomError('malformed');
  budget.elements -= Value.length;
  if (budget.elements < 0) throw new DicomError('too_large');
  return { vr, Value: Value.map((each): DicomValue => readValue(vr, each, depth, budget)) };
}

function bulkUri(vr: DicomElement['vr'], uri: unknown): string {
  if (vr === 'SQ' || typeof uri !== 'string' || uri === '') throw new DicomError('malformed');
  return uri;
}

function readInline(vr: DicomElement['vr'], inline: unknown): DicomElement {
  if (vr === 'SQ' || typeof inline !== 'string' || decodeBase64(inline) === undefined) {
    throw new DicomError('malformed');
  }
  return inline === '' ? { vr } : { vr, InlineBinary: inline };
}

function readValue(vr: DicomElement['vr'], value: unknown, depth: number, budget: Budget): DicomValue {
  if (vr === 'SQ') return value === null ? {} : readDataset(value, depth + 1, budget);
  if (value === null) return null;
  if (vr === 'PN') return readName(value);
  // Numbers and tags are checked when they are written: their range depends on the VR.
  if (typeof value !== 'string' && typeof value !== 'number') throw new DicomError('malformed');
  return value === '' ? null : value;
}

/** A name as one text is what old programs send, PS3.18 before 2013. */
function readName(value: unknown): DicomValue {
  if (typeof value === 'string') return value === '' ? null : value;
  if (!isObject(value)) throw new DicomError('malformed');
  const name: { -readonly [Group in keyof PersonName]: string } = {};
  for (const [group, text] of Object.entries(value)) {
    const known = NAME_GROUPS.find((each) => each === group);
    if (known === undefined || typeof text !== 'string') throw new DicomError('malformed');
    if (text !== '') name[known] = text;
  }
  return Object.keys(name).length > 0 ? name : null;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
