import { asStoredUid, type Uid } from '@sightline/dicom';

/**
 * The matching keys of QIDO-RS and how each travels in a URL. Client and archive both read these tables, so the two
 * directions cannot drift apart. A new matching key is one new line.
 */
export interface QueryKey<T> {
  /** Eight hexadecimal digits, or several joined by dots for an attribute inside a sequence. */
  readonly tag: string;
  /** A list of UIDs, which several parameters may give. */
  readonly isList?: true;
  /** `EMPTY` is no value of the key, so it is refused unless Empty Value Matching is asked for. In a text it is one. */
  readonly isEmptySpecial?: true;
  encode(value: T): string;
  /** Undefined: not a value that this key can have. */
  decode(raw: string): T | undefined;
}

/** An open end stays open: "20240101-" never becomes "20240101-<today>". Both ends are part of the range. */
export interface Range {
  readonly from?: string;
  readonly to?: string;
  /** Only what has no value: Empty Value Matching, written as two quotation marks. Then neither end is there. */
  readonly isEmpty?: true;
}

/** The value that asks for attributes without a value, PS3.4 C.2.2.2.7. */
export const EMPTY = '""';

/** Values longer than any attribute can be are refused before a database sees them. */
const MAX_VALUE_CHARACTERS = 1024;

const text = (tag: string): QueryKey<string> => ({
  tag,
  encode: (value) => value,
  decode: (raw) => (raw.length <= MAX_VALUE_CHARACTERS ? raw : undefined),
});

/** A comma separates in a URL; the backslash of DIMSE is understood too. An empty list asks for what has no value. */
const uids = (tag: string): QueryKey<readonly Uid[]> => ({
  tag,
  isList: true,
  isEmptySpecial: true,
  encode: (list) => list.join(',') || EMPTY,
  decode: (raw) => {
    if (raw.trim() === EMPTY) return [];
    const list = raw.split(/[,\\]/).map((uid) => asStoredUid(uid.trim()));
    return list.every((uid) => uid !== undefined) ? list : undefined;
  },
});

const integer = (tag: string): QueryKey<number | typeof EMPTY> => ({
  tag,
  isEmptySpecial: true,
  encode: String,
  decode: (raw) => {
    if (raw.trim() === EMPTY) return EMPTY;
    return /^\s*[+-]?\d{1,12}\s*$/.test(raw) ? Number(raw) : undefined;
  },
});

const range = (tag: string, isValue: (value: string) => boolean): QueryKey<Range> => ({
  tag,
  isEmptySpecial: true,
  encode: ({ from = '', to = '', isEmpty }) => (isEmpty ? EMPTY : from === to ? from : `${from}-${to}`),
  decode: (raw) => {
    if (raw.trim() === EMPTY) return { isEmpty: true };
    const ends = raw.split('-').map((end) => end.trim());
    const [from = '', to = ''] = ends.length === 1 ? [ends[0], ends[0]] : ends;
    if (ends.length > 2 || (!from && !to)) return undefined;
    if ([from, to].some((end) => end !== '' && !isValue(end))) return undefined;
    return { ...(from && { from }), ...(to && { to }) };
  },
});

const DATE = /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;
const TIME = /^([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?$/;

const dates = (tag: string): QueryKey<Range> => range(tag, (value) => DATE.test(value));
const times = (tag: string): QueryKey<Range> => range(tag, (value) => TIME.test(value));

/** PS3.18 table 10.6.1-5, study level, and what worklists ask for besides. */
export const studyKeys = {
  StudyDate: dates('00080020'),
  StudyTime: times('00080030'),
  AccessionNumber: text('00080050'),
  ModalitiesInStudy: text('00080061'),
  ReferringPhysicianName: text('00080090'),
  StudyDescription: text('00081030'),
  SOPClassesInStudy: uids('00080062'),
  NameOfPhysiciansReadingStudy: text('00081060'),
  PatientName: text('00100010'),
  PatientID: text('00100020'),
  IssuerOfPatientID: text('00100021'),
  PatientBirthDate: dates('00100030'),
  PatientSex: text('00100040'),
  StudyInstanceUID: uids('0020000D'),
  StudyID: text('00200010'),
  AdmissionID: text('00380010'),
  'OtherPatientIDsSequence.PatientID': text('00101002.00100020'),
} as const;

/** Series level. */
export const seriesKeys = {
  SeriesDate: dates('00080021'),
  SeriesTime: times('00080031'),
  Modality: text('00080060'),
  Manufacturer: text('00080070'),
  InstitutionName: text('00080080'),
  StationName: text('00081010'),
  SeriesDescription: text('0008103E'),
  InstitutionalDepartmentName: text('00081040'),
  PerformingPhysicianName: text('00081050'),
  OperatorsName: text('00081070'),
  ManufacturerModelName: text('00081090'),
  BodyPartExamined: text('00180015'),
  ProtocolName: text('00181030'),
  SeriesInstanceUID: uids('0020000E'),
  SeriesNumber: integer('00200011'),
  FrameOfReferenceUID: uids('00200052'),
  Laterality: text('00200060'),
  PerformedProcedureStepStartDate: dates('00400244'),
  PerformedProcedureStepStartTime: times('00400245'),
  'RequestAttributesSequence.ScheduledProcedureStepID': text('00400275.00400009'),
  'RequestAttributesSequence.RequestedProcedureID': text('00400275.00401001'),
} as const;

/** Instance level. */
export const instanceKeys = {
  SOPClassUID: uids('00080016'),
  SOPInstanceUID: uids('00080018'),
  AcquisitionDate: dates('00080022'),
  AcquisitionTime: times('00080032'),
  ContentDate: dates('00080023'),
  ContentTime: times('00080033'),
  InstanceNumber: integer('00200013'),
} as const;

export const allKeys = { ...studyKeys, ...seriesKeys, ...instanceKeys } as const;

export type QueryKeyName = keyof typeof allKeys;
export type QueryLevel = 'study' | 'series' | 'instance';

/** The value type of each key. An absent key, or one with a zero-length value in the URL, matches everything. */
export type Matches = {
  readonly [Name in QueryKeyName]?: (typeof allKeys)[Name] extends QueryKey<infer T> ? T : never;
};

export interface StudyQuery {
  readonly match: Matches;
  /** How many parameters had a value and are no key here, perhaps by a slip of the pen. Absent: none. */
  readonly unmatched?: number;
  /** Attributes to answer besides the usual ones: tags, or tags joined by dots below a sequence. Or all of them. */
  readonly includeFields: readonly string[] | 'all';
  /**
   * Whose the private attributes among `includeFields` are: by the tag (gggg,00bb) of their block in the query, which
   * may be another in an object. Absent: the tags are those of the objects.
   */
  readonly privateCreators?: Readonly<Record<string, string>>;
  /** Absent: as many as the server gives. */
  readonly limit?: number;
  readonly offset: number;
  /** Person names match by sound as well. */
  readonly fuzzyMatching: boolean;
  /** `EMPTY` as a value means no value, PS3.4 C.2.2.2.7. */
  readonly emptyValueMatching: boolean;
  /**
   * A backslash in a text value separates values, PS3.4 C.2.2.2.8: of a key that has many values in an object
   * (ModalitiesInStudy, names of several physicians) each has to be there; of one that has one, any.
   */
  readonly multipleValueMatching: boolean;
}
