import {
  displayPersonName,
  getItems,
  getNumbers,
  getPersonName,
  getText,
  getTexts,
  isoDate,
  isoDateTime,
  isoTime,
  type DicomDataset,
} from '@sightline/dicom';

/** A structured report (PS3.3 A.35) as people read it: nothing of its content is left out, nothing is added. */
export interface Report {
  readonly title: string;
  /** Said of the report as a whole before anything else: that it is not complete, or not verified. */
  readonly notices: readonly string[];
  readonly header: readonly Field[];
  readonly items: readonly ReportItem[];
}

export interface Field {
  readonly label: string;
  readonly value: string;
}

export interface ReportItem {
  /** The name of the concept; empty where the item has none. */
  readonly label: string;
  /** Lines of the value; none of a container. */
  readonly values: readonly string[];
  /** How it hangs together with what it is in, where that is more than being a part of it. */
  readonly relation?: string;
  readonly items: readonly ReportItem[];
}

const Tag = {
  codeValue: '00080100',
  codingScheme: '00080102',
  codeMeaning: '00080104',
  longCodeValue: '00080119',
  urnCodeValue: '00080120',
  referencedClass: '00081150',
  referencedInstance: '00081155',
  referencedFrames: '00081160',
  referencedObjects: '00081199',
  patientName: '00100010',
  relationship: '0040A010',
  observed: '0040A032',
  valueType: '0040A040',
  conceptName: '0040A043',
  verifiers: '0040A073',
  verifierName: '0040A075',
  verified: '0040A030',
  organization: '0040A027',
  dateTime: '0040A120',
  date: '0040A121',
  time: '0040A122',
  personName: '0040A123',
  uid: '0040A124',
  temporalRangeType: '0040A130',
  samplePositions: '0040A132',
  timeOffsets: '0040A138',
  dateTimes: '0040A13A',
  text: '0040A160',
  conceptCode: '0040A168',
  measured: '0040A300',
  qualifier: '0040A301',
  number: '0040A30A',
  units: '004008EA',
  completion: '0040A491',
  completionReason: '0040A492',
  verification: '0040A493',
  content: '0040A730',
  itemReference: '0040DB73',
  graphicData: '00700022',
  graphicType: '00700023',
} as const;

/** Attributes of the whole document: label, tag, how the value is read. */
const header: readonly (readonly [
  label: string,
  tag: string,
  read?: (text: string) => string | undefined,
])[] = [
  ['Patient ID', '00100020'],
  ['Birth date', '00100030', isoDate],
  ['Sex', '00100040'],
  ['Study date', '00080020', isoDate],
  ['Study time', '00080030', isoTime],
  ['Study', '00081030'],
  ['Accession number', '00080050'],
  ['Series', '0008103E'],
  ['Report date', '00080023', isoDate],
  ['Report time', '00080033', isoTime],
  ['Institution', '00080080'],
  ['Manufacturer', '00080070'],
  ['Completeness', Tag.completionReason],
];

export function readReport(dataset: DicomDataset): Report {
  const name = (tag: string): string => nameOf(dataset, tag);
  const fields: readonly Field[] = [
    { label: 'Patient', value: name(Tag.patientName) },
    ...header.map(([label, tag, read]) => {
      const text = getText(dataset, tag) ?? '';
      return { label, value: read?.(text) ?? text };
    }),
    { label: 'Referring physician', value: name('00080090') },
    ...getItems(dataset, Tag.verifiers).map((verifier) => ({
      label: 'Verified by',
      value: [
        nameOf(verifier, Tag.verifierName),
        getText(verifier, Tag.organization) ?? '',
        shown(getText(verifier, Tag.verified), isoDateTime),
      ]
        .filter((part) => part !== '')
        .join(', '),
    })),
  ];
  return {
    title: codeText(getItems(dataset, Tag.conceptName)[0]) || 'Structured report',
    notices: noticesOf(dataset),
    header: fields.filter(({ value }) => value !== ''),
    items: itemsOf(dataset, []),
  };
}

/** A reader must not take for final what is not. */
function noticesOf(dataset: DicomDataset): readonly string[] {
  return [
    ...(getText(dataset, Tag.completion) === 'PARTIAL' ? ['This report is not complete.'] : []),
    ...(getText(dataset, Tag.verification) === 'UNVERIFIED' ? ['This report is not verified.'] : []),
  ];
}

const relations: Readonly<Record<string, string>> = {
  'HAS OBS CONTEXT': 'context',
  'HAS ACQ CONTEXT': 'acquisition',
  'HAS CONCEPT MOD': 'modifier',
  'HAS PROPERTIES': 'property',
  'INFERRED FROM': 'inferred from',
  'SELECTED FROM': 'selected from',
};

/** `place`: positions from 1, as an item that refers to another one names it. */
function itemsOf(dataset: DicomDataset, place: readonly number[]): readonly ReportItem[] {
  return getItems(dataset, Tag.content).map((item, at) => itemOf(item, [...place, at + 1]));
}

function itemOf(item: DicomDataset, place: readonly number[]): ReportItem {
  const relationship = getText(item, Tag.relationship) ?? '';
  const relation = relations[relationship];
  const observed = shown(getText(item, Tag.observed), isoDateTime);
  const reference = getNumbers(item, Tag.itemReference);
  const values =
    reference.length > 0 ? [`see item ${reference.slice(1).join('.') || 'of the title'}`] : valuesOf(item);
  return {
    label: codeText(getItems(item, Tag.conceptName)[0]),
    values: observed === '' ? values : [...values, `observed ${observed}`],
    ...(relation !== undefined && { relation }),
    items: itemsOf(item, place),
  };
}

type ReadValues = (item: DicomDataset) => readonly string[];

/** PS3.3 table C.17.3-7: how the value of each type is read. */
const readValues: Readonly<Record<string, ReadValues>> = {
  CONTAINER: () => [],
  TEXT: (item) => [getText(item, Tag.text) ?? ''],
  CODE: (item) => getItems(item, Tag.conceptCode).map(codeText),
  NUM: measured,
  DATETIME: (item) => [shown(getText(item, Tag.dateTime), isoDateTime)],
  DATE: (item) => [shown(getText(item, Tag.date), isoDate)],
  TIME: (item) => [shown(getText(item, Tag.time), isoTime)],
  PNAME: (item) => [nameOf(item, Tag.personName)],
  UIDREF: (item) => [getText(item, Tag.uid) ?? ''],
  IMAGE: references,
  COMPOSITE: references,
  WAVEFORM: references,
  SCOORD: coordinates,
  SCOORD3D: coordinates,
  TCOORD: moments,
};

/** A type that is not known, or a value that is not there, is said and not passed over. */
function valuesOf(item: DicomDataset): readonly string[] {
  const type = getText(item, Tag.valueType) ?? '';
  const read = Object.hasOwn(readValues, type) ? readValues[type] : undefined;
  if (!read) return [`(a value of type ${type || 'unknown'}, which is not shown here)`];
  const values = read(item).filter((value) => value !== '');
  return values.length > 0 || type === 'CONTAINER' ? values : ['(no value)'];
}

/** Value, unit, and why there is none. */
function measured(item: DicomDataset): readonly string[] {
  const qualifiers = getItems(item, Tag.qualifier).map(codeText);
  const values = getItems(item, Tag.measured).flatMap((value) => {
    const unit = unitText(getItems(value, Tag.units)[0]);
    return getTexts(value, Tag.number).map((number) => (unit === '' ? number : `${number} ${unit}`));
  });
  return [...values, ...qualifiers];
}

/** `1` is the unit of what has none; braces hold remarks that UCUM does not count (PS3.16 CID 82). */
function unitText(unit: DicomDataset | undefined): string {
  if (!unit) return '';
  const code = getText(unit, Tag.codeValue) ?? '';
  if (code === '1') return '';
  return /^\{.*\}$/.test(code) ? code.slice(1, -1) : code || codeText(unit);
}

function references(item: DicomDataset): readonly string[] {
  return getItems(item, Tag.referencedObjects).map((object) => {
    const frames = getNumbers(object, Tag.referencedFrames);
    const which = frames.length > 0 ? `, frame ${frames.join(', ')}` : '';
    return `object ${getText(object, Tag.referencedInstance) ?? 'without UID'}${which}`;
  });
}

function coordinates(item: DicomDataset): readonly string[] {
  const numbers = getNumbers(item, Tag.graphicData);
  return [`${getText(item, Tag.graphicType) ?? 'points'}: ${numbers.join(', ')}`];
}

function moments(item: DicomDataset): readonly string[] {
  const values = [Tag.samplePositions, Tag.timeOffsets, Tag.dateTimes].flatMap((tag) => getTexts(item, tag));
  return [`${getText(item, Tag.temporalRangeType) ?? 'moments'}: ${values.join(', ')}`];
}

/** The meaning is for people; the code stands in where a writer left it out. */
function codeText(code: DicomDataset | undefined): string {
  if (!code) return '';
  const value =
    getText(code, Tag.codeValue) ?? getText(code, Tag.longCodeValue) ?? getText(code, Tag.urnCodeValue) ?? '';
  const scheme = getText(code, Tag.codingScheme);
  return (
    getText(code, Tag.codeMeaning) ?? (scheme === undefined || value === '' ? value : `${value} (${scheme})`)
  );
}

function nameOf(dataset: DicomDataset, tag: string): string {
  const name = getPersonName(dataset, tag);
  return name ? displayPersonName(name) : '';
}

/** As people read it, or as it is in the file where it is none of its kind. */
const shown = (text: string | undefined, read: (text: string) => string | undefined): string =>
  text === undefined ? '' : (read(text) ?? text);
