import type { Matches, QueryKeyName, QueryLevel, Range } from '@sightline/dicomweb';
import { earliest, latest } from './columns.ts';
import type { IndexSearch } from './index-store.ts';
import { foldName } from './search-name.ts';

export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** How each matching key is asked of the database. `st`, `se` and `i` are the tables of the three levels. */
type ConditionOf = (value: never, match: Matches) => Condition | undefined;

const conditionOf: { readonly [Name in QueryKeyName]: ConditionOf } = {
  StudyDate: (range: Range, match) => dateRange('st.study_date', 'st.study_time', range, match.StudyTime),
  StudyTime: (range: Range, match) => timeRange('st.study_time', range, match.StudyDate),
  AccessionNumber: (text: string) => textMatch('st.accession_number', text),
  ModalitiesInStudy: (text: string) =>
    within('EXISTS (SELECT 1 FROM series m WHERE m.study = st.id AND ?)', codeMatch('m.modality', text)),
  ReferringPhysicianName: (name: string) => nameMatch('st.referring_name', name),
  StudyDescription: (text: string) => textMatch('st.study_description', text),
  PatientName: (name: string) => nameMatch('st.patient_name', name),
  PatientID: (text: string) => textMatch('st.patient_id', text),
  IssuerOfPatientID: (text: string) => textMatch('st.issuer_of_patient_id', text),
  PatientBirthDate: (range: Range) => dateRange('st.patient_birth_date', '', range, undefined),
  PatientSex: (text: string) => textMatch('st.patient_sex', text),
  StudyInstanceUID: (uids: readonly string[]) => oneOf('st.uid', uids),
  StudyID: (text: string) => textMatch('st.study_id', text),
  'OtherPatientIDsSequence.PatientID': (text: string) => within(OTHER_ID, textMatch(OTHER_ID_VALUE, text)),
  Modality: (text: string) => codeMatch('se.modality', text),
  SeriesDescription: (text: string) => textMatch('se.series_description', text),
  BodyPartExamined: (text: string) => textMatch('se.body_part_examined', text),
  SeriesInstanceUID: (uids: readonly string[]) => oneOf('se.uid', uids),
  SeriesNumber: (number: number) => ({ sql: 'se.series_number = ?', values: [number] }),
  PerformedProcedureStepStartDate: (range: Range, match) =>
    dateRange('se.procedure_date', 'se.procedure_time', range, match.PerformedProcedureStepStartTime),
  PerformedProcedureStepStartTime: (range: Range, match) =>
    timeRange('se.procedure_time', range, match.PerformedProcedureStepStartDate),
  'RequestAttributesSequence.ScheduledProcedureStepID': (text: string) =>
    within(REQUEST, textMatch('r.scheduled_procedure_step_id', text)),
  'RequestAttributesSequence.RequestedProcedureID': (text: string) =>
    within(REQUEST, textMatch('r.requested_procedure_id', text)),
  SOPClassUID: (uids: readonly string[]) => oneOf('i.sop_class', uids),
  SOPInstanceUID: (uids: readonly string[]) => oneOf('i.uid', uids),
  InstanceNumber: (number: number) => ({ sql: 'i.instance_number = ?', values: [number] }),
};

const OTHER_ID = `EXISTS (SELECT 1 FROM json_each(st.attributes, '$."00101002".Value') o WHERE ?)`;
const OTHER_ID_VALUE = `json_extract(o.value, '$."00100020".Value[0]')`;
const REQUEST = 'EXISTS (SELECT 1 FROM request r WHERE r.series = se.id AND ?)';

/** Everything that a row must be: below the path, in the scope, matched by each key. */
export function conditionsOf({ study, series, scope, query }: IndexSearch): Condition {
  const conditions = [
    study !== undefined ? { sql: 'st.uid = ?', values: [study] } : undefined,
    series !== undefined ? { sql: 'se.uid = ?', values: [series] } : undefined,
    scope ? oneOf('st.uid', [...scope]) : undefined,
    // Each function is given the value of its own key, which the type of Matches says but an index cannot.
    ...Object.entries(query.match).map(([name, value]) =>
      conditionOf[name as QueryKeyName](value as never, query.match),
    ),
  ].filter((condition) => condition !== undefined);
  if (conditions.length === 0) return { sql: 'TRUE', values: [] };
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

export const tablesOf: Readonly<Record<QueryLevel, string>> = {
  study: 'study st',
  series: 'study st JOIN series se ON se.study = st.id',
  instance: 'study st JOIN series se ON se.study = st.id JOIN instance i ON i.series = se.id',
};

/** Newest study first, then as people number things; UIDs make the order total, so that pages never overlap. */
export const orderOf: Readonly<Record<QueryLevel, string>> = {
  study: 'st.study_date DESC, st.uid',
  series: 'st.study_date DESC, st.uid, se.series_number IS NULL, se.series_number, se.uid',
  instance:
    'st.study_date DESC, st.uid, se.series_number IS NULL, se.series_number, se.uid, i.instance_number IS NULL, i.instance_number, i.uid',
};

/** `*` and `?` as in PS3.4 C.2.2.2.4, which are those of GLOB; "[" is not. Only "*" finds an absent value. */
function textMatch(column: string, text: string): Condition | undefined {
  const wanted = text.trim();
  if (/^\*+$/.test(wanted)) return undefined;
  if (!/[*?]/.test(wanted)) return { sql: `${column} = ?`, values: [wanted] };
  return { sql: `${column} GLOB ?`, values: [globPattern(wanted)] };
}

/** Any component group may match. The groups of the query each count for themselves. */
function nameMatch(column: string, name: string): Condition | undefined {
  const groups = name
    .split('=')
    .map((group) => foldName(group).replace(/[\s^]+$/, ''))
    .filter((group) => group !== '' && !/^\*+$/.test(group));
  if (groups.length === 0) return undefined;
  const conditions = groups.map((group) =>
    anyOf([1, 2, 3].map((at) => textMatch(`${column}_${at}`, group)).filter((each) => each !== undefined)),
  );
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/**
 * Codes in a list, though PS3.18 has no lists for these keys: no code has a comma or a backslash in it, and clients
 * that ask for "CT,MR" mean either.
 */
function codeMatch(column: string, text: string): Condition | undefined {
  const conditions = text.split(/[,\\]/).map((code) => textMatch(column, code));
  return conditions.every((condition) => condition !== undefined) ? anyOf(conditions) : undefined;
}

const anyOf = (conditions: readonly Condition[]): Condition => ({
  sql: `(${conditions.map(({ sql }) => sql).join(' OR ')})`,
  values: conditions.flatMap(({ values }) => values),
});

const globPattern = (text: string): string => text.replaceAll('[', '[[]');

/** A list as JSON, so that its length changes neither the text of the statement nor meets a limit of parameters. */
function oneOf(column: string, list: readonly string[]): Condition {
  const [only] = list;
  if (list.length === 1 && only !== undefined) return { sql: `${column} = ?`, values: [only] };
  return { sql: `${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(list)] };
}

/** A range of dates and one of times together are one interval from moment to moment, PS3.4 C.2.2.2.5.2. */
function dateRange(date: string, time: string, range: Range, times: Range | undefined): Condition {
  if (!times) return between(date, range.from, range.to);
  return between(
    `${date} || ${time}`,
    range.from && range.from + earliest(times.from ?? '00'),
    range.to && range.to + latest(times.to ?? '23'),
  );
}

function timeRange(time: string, range: Range, dates: Range | undefined): Condition | undefined {
  if (dates) return undefined;
  return between(time, range.from && earliest(range.from), range.to && latest(range.to));
}

function between(expression: string, from: string | undefined, to: string | undefined): Condition {
  const bounds = [
    { sql: `${expression} >= ?`, value: from },
    { sql: `${expression} <= ?`, value: to },
  ].flatMap(({ sql, value }) => (value ? [{ sql, value }] : []));
  return { sql: bounds.map(({ sql }) => sql).join(' AND '), values: bounds.map(({ value }) => value) };
}

function within(frame: string, condition: Condition | undefined): Condition | undefined {
  return condition && { sql: frame.replace('?', () => condition.sql), values: condition.values };
}
