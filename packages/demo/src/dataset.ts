import {
  type DicomDataset,
  type DicomElement,
  type DicomValue,
  dictionaryEntry,
  type PersonName,
  tagOfKeyword,
  type Vr,
} from '@sightline/dicom';

type Scalar = string | number | PersonName | DicomDataset;
/** An empty list is an empty element (type 2). An element that is ready is taken as it is. */
export type Attribute = Scalar | readonly Scalar[] | DicomElement;

/** A data set written with the keywords of PS3.6; the VR comes from the dictionary. */
export function dataset(attributes: Readonly<Record<string, Attribute>>): DicomDataset {
  const signed = attributes['PixelRepresentation'] === 1;
  const elements = Object.entries(attributes).map(([keyword, value]): [string, DicomElement] => {
    const tag = tagOfKeyword(keyword);
    const vr = tag === undefined ? undefined : dictionaryEntry(tag)?.vr;
    if (tag === undefined || vr === undefined) throw new RangeError('keyword not in PS3.6');
    return [tag, isElement(value) ? value : toElement(vr === 'xs' ? (signed ? 'SS' : 'US') : vr, value)];
  });
  return Object.fromEntries(elements.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isElement(value: Attribute): value is DicomElement {
  return typeof value === 'object' && 'vr' in value && typeof value.vr === 'string';
}

function toElement(vr: Vr | 'ox' | 'lt', value: Scalar | readonly Scalar[]): DicomElement {
  if (vr === 'ox' || vr === 'lt') throw new RangeError('a binary attribute needs its own VR');
  const values: readonly Scalar[] = isList(value) ? value : [value];
  if (values.length === 0) return { vr };
  // A name is written as its component groups, all other text as it is.
  const named = values.map(
    (item): DicomValue => (vr === 'PN' && typeof item === 'string' ? { Alphabetic: item } : item),
  );
  return { vr, Value: named };
}

function isList(value: Scalar | readonly Scalar[]): value is readonly Scalar[] {
  return Array.isArray(value);
}

/** One item of a code sequence, PS3.3 table 8.8-1. */
export function code(value: string, scheme: string, meaning: string): DicomDataset {
  return dataset({ CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning });
}
