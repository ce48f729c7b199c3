import { type DicomDataset, type DicomElement, getItems, getText, Tag } from '@sightline/dicom';
import { allKeys } from '@sightline/dicomweb';
import { keyText } from './identifier.ts';

export const levels = ['PATIENT', 'STUDY', 'SERIES', 'IMAGE'] as const;
export type Level = (typeof levels)[number];

/** The search of PS3.18 that answers a level. Patients have none of their own: theirs are the studies'. */
export const searchPaths: Readonly<Record<Level, string>> = {
  PATIENT: '/studies',
  STUDY: '/studies',
  SERIES: '/series',
  IMAGE: '/instances',
};

/** Undefined: no such level, or not one of the information model. */
export function levelOf(identifier: DicomDataset, root: 'patient' | 'study'): Level | undefined {
  const level = levels.find((each) => each === getText(identifier, Tag.QueryRetrieveLevel));
  return level === 'PATIENT' && root === 'study' ? undefined : level;
}

export interface FindKeys {
  readonly query: URLSearchParams;
  /** What each match is answered with, with the VR that the peer gave it. */
  readonly returned: DicomDataset;
  /** PS3.4 C.2.2.2.5: a range of times holds for each day of a range of dates. */
  readonly studyTime?: TimeRange;
  /** Some keys have values that are not matched: PS3.4 C.4.1.1.4, status FF01. */
  readonly hasUnsupported: boolean;
}

export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

/** Not keys but about the query itself. */
const notKeys: ReadonlySet<string> = new Set([
  Tag.SpecificCharacterSet,
  Tag.QueryRetrieveLevel,
  Tag.RetrieveAETitle,
  Tag.InstanceAvailability,
  Tag.TimezoneOffsetFromUTC,
]);

const supported: ReadonlySet<string> = new Set(Object.values(allKeys).map(({ tag }) => tag));
const UNIVERSAL = /^\**$/;

/** PS3.4 C.2.2.2 in the words of PS3.18 8.3.4: keys of zero length and single asterisks match everything. */
export function findKeys(identifier: DicomDataset): FindKeys {
  const values = new Map<string, string>();
  const returned: Record<string, DicomElement> = {};
  for (const [tag, element] of Object.entries(identifier)) {
    if (tag !== Tag.QueryRetrieveLevel && tag !== Tag.SpecificCharacterSet)
      returned[tag] = { vr: element.vr };
    if (notKeys.has(tag)) continue;
    for (const [path, text] of pathsOf(tag, element, identifier)) {
      if (!UNIVERSAL.test(text)) values.set(path, text);
    }
  }
  const studyTime = separateTime(values);
  const query = new URLSearchParams(Object.keys(returned).map((tag) => ['includefield', tag]));
  for (const [path, text] of values) query.set(path, text);
  const hasUnsupported = [...values.keys()].some((path) => !supported.has(path));
  return { query, returned, hasUnsupported, ...(studyTime && { studyTime }) };
}

function pathsOf(
  tag: string,
  element: DicomElement,
  identifier: DicomDataset,
): readonly (readonly [string, string])[] {
  if (element.vr !== 'SQ') return [[tag, keyText(element)]];
  const [item = {}] = getItems(identifier, tag);
  return Object.entries(item).map(([inner, value]) => [`${tag}.${inner}`, keyText(value)]);
}

/** PS3.18 makes one interval of a range of dates and one of times; here they are two conditions. */
function separateTime(values: Map<string, string>): TimeRange | undefined {
  const time = values.get(Tag.StudyTime);
  if (time === undefined || !values.get(Tag.StudyDate)?.includes('-') || !time.includes('-'))
    return undefined;
  const [from = '', to = ''] = time.split('-').map((end) => end.trim());
  // Kept in the query: the interval holds all of what both conditions hold, and a value that is no time is refused.
  return { from, to };
}

/** Ends hold as far as they are stated: until "12" means until the end of that hour. */
export function isWithin({ from, to }: TimeRange, time: string | undefined): boolean {
  if (time === undefined) return false;
  return time >= from.slice(0, time.length) && time.slice(0, to.length) <= to;
}
