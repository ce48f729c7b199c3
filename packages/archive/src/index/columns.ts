import { getItems, getNumber, getPersonName, getText, type DicomDataset } from '@sightline/dicom';
import { nameGroups, searchName } from './search-name.ts';

/** What search matches, out of the attributes of one level. Null: nothing to match, so only an open query finds it. */
export type Columns = Readonly<Record<string, string | number | null>>;

export function studyColumns(study: DicomDataset): Columns {
  return {
    study_date: storedDate(getText(study, '00080020')),
    study_time: storedTime(getText(study, '00080030')),
    accession_number: getText(study, '00080050') ?? null,
    study_description: getText(study, '00081030') ?? null,
    study_id: getText(study, '00200010') ?? null,
    patient_id: getText(study, '00100020') ?? null,
    issuer_of_patient_id: getText(study, '00100021') ?? null,
    patient_birth_date: storedDate(getText(study, '00100030')),
    patient_sex: getText(study, '00100040') ?? null,
    ...nameColumns('patient_name', study, '00100010'),
    ...nameColumns('referring_name', study, '00080090'),
  };
}

export function seriesColumns(series: DicomDataset): Columns {
  return {
    modality: getText(series, '00080060') ?? null,
    series_number: storedInteger(series, '00200011'),
    series_description: getText(series, '0008103E') ?? null,
    body_part_examined: getText(series, '00180015') ?? null,
    procedure_date: storedDate(getText(series, '00400244')),
    procedure_time: storedTime(getText(series, '00400245')),
  };
}

export function requestColumns(series: DicomDataset): readonly Columns[] {
  return getItems(series, '00400275').map((item) => ({
    scheduled_procedure_step_id: getText(item, '00400009') ?? null,
    requested_procedure_id: getText(item, '00401001') ?? null,
  }));
}

export const instanceNumber = (instance: DicomDataset): number | null => storedInteger(instance, '00200013');

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

/** YYYYMMDD; the dots of ACR-NEMA go. Null: not a date. */
function storedDate(text: string | undefined): string | null {
  const date = text?.replaceAll('.', '') ?? '';
  return /^\d{8}$/.test(date) ? date : null;
}

/** HHMMSS.FFFFFF, parts that were left out being zero; the colons of ACR-NEMA go. Null: not a time. */
function storedTime(text: string | undefined): string | null {
  const time = text?.replaceAll(':', '') ?? '';
  return /^\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?$/.test(time) ? earliest(time) : null;
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
