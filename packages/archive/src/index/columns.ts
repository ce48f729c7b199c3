import { getItems, getNumber, getPersonName, getText, type DicomDataset } from '@sightline/dicom';
import { nameSounds, personNames } from './person-names.ts';
import { nameGroups, searchName } from './search-name.ts';

/** What search matches, out of the attributes of one level. Null: nothing to match, so only an open query finds it. */
export type Columns = Readonly<Record<string, string | number | null>>;

export function studyColumns(study: DicomDataset): Columns {
  const date = storedDate(study, '00080020');
  const time = storedTime(study, '00080030');
  return {
    study_date: date,
    study_time: time,
    study_moment: date === null || date === '' ? '' : date + (time ?? ''),
    accession_number: storedText(study, '00080050'),
    study_description: storedText(study, '00081030'),
    study_id: storedText(study, '00200010'),
    admission_id: storedText(study, '00380010'),
    patient_id: storedText(study, '00100020'),
    issuer_of_patient_id: storedText(study, '00100021'),
    patient_birth_date: storedDate(study, '00100030'),
    patient_sex: storedText(study, '00100040'),
    ...nameColumns('patient_name', study, '00100010'),
    ...nameColumns('referring_name', study, '00080090'),
    reading_names: nameList(study, '00081060'),
  };
}

export function seriesColumns(series: DicomDataset): Columns {
  return {
    modality: storedText(series, '00080060'),
    series_number: storedInteger(series, '00200011'),
    series_date: storedDate(series, '00080021'),
    series_time: storedTime(series, '00080031'),
    series_description: storedText(series, '0008103E'),
    body_part_examined: storedText(series, '00180015'),
    laterality: storedText(series, '00200060'),
    protocol_name: storedText(series, '00181030'),
    frame_of_reference_uid: storedText(series, '00200052'),
    procedure_date: storedDate(series, '00400244'),
    procedure_time: storedTime(series, '00400245'),
    manufacturer: storedText(series, '00080070'),
    manufacturer_model_name: storedText(series, '00081090'),
    station_name: storedText(series, '00081010'),
    institution_name: storedText(series, '00080080'),
    institutional_department_name: storedText(series, '00081040'),
    performing_names: nameList(series, '00081050'),
    performing_sounds: soundList(series, '00081050'),
    operators_names: nameList(series, '00081070'),
    operators_sounds: soundList(series, '00081070'),
  };
}

export function instanceColumns(instance: DicomDataset): Columns {
  return {
    instance_number: storedInteger(instance, '00200013'),
    acquisition_date: storedDate(instance, '00080022'),
    acquisition_time: storedTime(instance, '00080032'),
    content_date: storedDate(instance, '00080023'),
    content_time: storedTime(instance, '00080033'),
  };
}

/** Codes, of which none has a backslash in it, each between two of them. */
export const codeList = (codes: readonly string[]): string =>
  codes.length > 0 ? `\\${codes.join('\\')}\\` : '';
export const codesOf = (list: unknown): readonly string[] => String(list).split('\\').filter(Boolean);

export interface RequestColumns {
  readonly step: string | null;
  readonly procedure: string | null;
}

export function requestColumns(series: DicomDataset): readonly RequestColumns[] {
  return getItems(series, '00400275').map((item) => ({
    step: storedText(item, '00400009'),
    procedure: storedText(item, '00401001'),
  }));
}

/**
 * What a later object of a study adds to what is known of it: attributes that were absent or empty. A value that is
 * there stays, so that a search gives the same answer tomorrow; each object's own metadata keeps what it says.
 */
export function fillIn(known: DicomDataset, later: DicomDataset): DicomDataset {
  if (contradicts(known, later)) return known;
  const missing = Object.entries(later).filter(
    ([tag, { Value }]) => (Value?.length ?? 0) > 0 && (known[tag]?.Value?.length ?? 0) === 0,
  );
  if (missing.length === 0) return known;
  const filled = { ...known, ...Object.fromEntries(missing) };
  return Object.fromEntries(Object.entries(filled).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Two patients under one Study Instance UID, which must not be and yet is: the birth date of one never completes the
 * name of the other.
 */
const contradicts = (known: DicomDataset, later: DicomDataset): boolean =>
  ['00100010', '00100020', '00100021'].some((tag) => {
    const [a, b] = [known[tag]?.Value ?? [], later[tag]?.Value ?? []];
    return a.length > 0 && b.length > 0 && JSON.stringify(a) !== JSON.stringify(b);
  });

function nameColumns(column: string, dataset: DicomDataset, tag: string): Columns {
  const name = getPersonName(dataset, tag);
  return Object.fromEntries(
    nameGroups.map((group, at) => [`${column}_${at + 1}`, searchName(name?.[group])]),
  );
}

/** Every group of every value. */
const nameList = (dataset: DicomDataset, tag: string): string | null =>
  textList(personNames(dataset, tag).flatMap((name) => nameGroups.map((group) => searchName(name[group]))));

const soundList = (dataset: DicomDataset, tag: string): string | null => textList(nameSounds(dataset, tag));

/** As a list in JSON; null: there is none. */
function textList(texts: readonly (string | null)[]): string | null {
  const known = texts.filter((text) => text !== null);
  return known.length > 0 ? JSON.stringify(known) : null;
}

/** NUL is not a character of any text, and databases disagree about what follows one. */
export function storedText(dataset: DicomDataset, tag: string): string | null {
  return getText(dataset, tag)?.replaceAll('\0', '') || null;
}

/** YYYYMMDD; the dots of ACR-NEMA go. Null: no value. An empty text: a value that is no date. */
function storedDate(dataset: DicomDataset, tag: string): string | null {
  const date = getText(dataset, tag)?.replaceAll('.', '');
  return date === undefined ? null : /^\d{8}$/.test(date) ? date : '';
}

/** HHMMSS.FFFFFF, parts that were left out being zero; the colons of ACR-NEMA go. Otherwise as a date. */
function storedTime(dataset: DicomDataset, tag: string): string | null {
  const time = getText(dataset, tag)?.replaceAll(':', '');
  if (time === undefined) return null;
  return /^\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?$/.test(time) ? earliest(time) : '';
}

/** The first moment that a time of limited precision means. */
export function earliest(time: string): string {
  const [whole = '', fraction = ''] = time.split('.');
  return `${whole.padEnd(6, '0')}.${fraction.padEnd(6, '0')}`;
}

/** The last moment that it means: "10" is until 10:59:59.999999. */
export function latest(time: string): string {
  const [whole = '', fraction = ''] = time.split('.');
  return `${whole}${'235959'.slice(whole.length)}.${fraction.padEnd(6, '9')}`;
}

function storedInteger(dataset: DicomDataset, tag: string): number | null {
  const number = getNumber(dataset, tag);
  return number !== undefined && Number.isSafeInteger(number) ? number : null;
}
