import { EMPTY, type QueryKeyName, type Range, type StudyQuery } from '@sightline/dicomweb';
import { codeList, earliest, latest } from './columns.ts';
import {
  allOf,
  between,
  equals,
  isNull,
  startsWith,
  within,
  type Condition,
  type Dialect,
} from './conditions.ts';
import { groupColumns, groupList, nameCondition, type NameTarget } from './name-match.ts';
import { modalityTerm, otherPatientIdTerm, sopClassTerm, soundTerm, type SoundKind } from './terms.ts';
import { columnTarget, patternCondition, textCondition, type TextRules } from './text-match.ts';

export interface KeyContext {
  readonly query: StudyQuery;
  readonly dialect: Dialect;
}

/** How a matching key is asked of the database. Undefined: it matches everything. */
type ConditionOf = (value: never, context: KeyContext) => Condition | undefined;

const TERM = 'EXISTS (SELECT 1 FROM study_term t WHERE t.study = st.id AND @)';
const REQUEST = 'EXISTS (SELECT 1 FROM request r WHERE r.series = se.id AND @)';

/** `st`, `se` and `i` are the tables of the three levels. A new matching key is one new line. */
export const conditionOf: { readonly [Name in QueryKeyName]: ConditionOf } = {
  StudyDate: studyDate,
  StudyTime: time('st.study_time', 'StudyDate'),
  AccessionNumber: text('st.accession_number'),
  ModalitiesInStudy: (value: string, { query, dialect }) =>
    textCondition(value, value.includes('\\') ? manyRules(query, dialect) : codeRules(query, dialect), {
      empty: equals('st.modalities', ''),
      matches: (code) => termCondition(modalityTerm(code), dialect, modalityIn(code, dialect)),
    }),
  ReferringPhysicianName: name('st.referring_name', 'r'),
  StudyDescription: text('st.study_description'),
  SOPClassesInStudy: (list: readonly string[], { dialect }) => oneTermOf(list.map(sopClassTerm), dialect),
  NameOfPhysiciansReadingStudy: names('st.reading_names', soundTerms('d')),
  PatientName: name('st.patient_name', 'p'),
  PatientID: text('st.patient_id'),
  IssuerOfPatientID: text('st.issuer_of_patient_id'),
  PatientBirthDate: date('st.patient_birth_date'),
  PatientSex: text('st.patient_sex'),
  'OtherPatientIDsSequence.PatientID': (value: string, { query, dialect }) =>
    textCondition(value, textRules(query, dialect), {
      empty: { ...within(`NOT ${TERM}`, startsWith('t.term', otherPatientIdTerm(''))), seeks: undefined },
      matches: (pattern) => termCondition(otherPatientIdTerm(pattern), dialect),
    }),
  StudyInstanceUID: uids('st.uid'),
  StudyID: text('st.study_id'),
  AdmissionID: text('st.admission_id'),

  SeriesDate: date('se.series_date', { time: 'se.series_time', timeKey: 'SeriesTime' }),
  SeriesTime: time('se.series_time', 'SeriesDate'),
  Modality: (value: string, { query, dialect }) =>
    textCondition(value, codeRules(query, dialect), columnTarget('se.modality', dialect)),
  Manufacturer: text('se.manufacturer'),
  InstitutionName: text('se.institution_name'),
  StationName: text('se.station_name'),
  SeriesDescription: text('se.series_description'),
  InstitutionalDepartmentName: text('se.institutional_department_name'),
  PerformingPhysicianName: names('se.performing_names', soundList('se.performing_sounds')),
  OperatorsName: names('se.operators_names', soundList('se.operators_sounds')),
  ManufacturerModelName: text('se.manufacturer_model_name'),
  BodyPartExamined: text('se.body_part_examined'),
  ProtocolName: text('se.protocol_name'),
  SeriesInstanceUID: uids('se.uid'),
  SeriesNumber: number('se.series_number'),
  FrameOfReferenceUID: uids('se.frame_of_reference_uid'),
  Laterality: text('se.laterality'),
  PerformedProcedureStepStartDate: date('se.procedure_date', {
    time: 'se.procedure_time',
    timeKey: 'PerformedProcedureStepStartTime',
  }),
  PerformedProcedureStepStartTime: time('se.procedure_time', 'PerformedProcedureStepStartDate'),
  'RequestAttributesSequence.ScheduledProcedureStepID': text('r.scheduled_procedure_step_id', REQUEST),
  'RequestAttributesSequence.RequestedProcedureID': text('r.requested_procedure_id', REQUEST),

  SOPClassUID: uids('i.sop_class'),
  SOPInstanceUID: uids('i.uid'),
  AcquisitionDate: date('i.acquisition_date', { time: 'i.acquisition_time', timeKey: 'AcquisitionTime' }),
  AcquisitionTime: time('i.acquisition_time', 'AcquisitionDate'),
  ContentDate: date('i.content_date', { time: 'i.content_time', timeKey: 'ContentTime' }),
  ContentTime: time('i.content_time', 'ContentDate'),
  InstanceNumber: number('i.instance_number'),
};

function uids(column: string): ConditionOf {
  return (list: readonly string[], { dialect }) =>
    list.length === 0 ? isNull(column) : dialect.oneOf(column, list);
}

function number(column: string): ConditionOf {
  return (value: number | typeof EMPTY) => (value === EMPTY ? isNull(column) : equals(column, value));
}

function text(column: string, frame = '@'): ConditionOf {
  return (value: string, { query, dialect }) => {
    const condition = textCondition(value, textRules(query, dialect), columnTarget(column, dialect));
    return condition && within(frame, condition);
  };
}

const oneTermOf = (terms: readonly string[], dialect: Dialect): Condition =>
  within(TERM, dialect.oneOf('t.term', terms));

/** `check`: what is quicker to ask of a row than its terms are. */
function termCondition(pattern: string, dialect: Dialect, check?: Condition): Condition {
  const term = patternCondition('t.term', pattern, dialect);
  return check ? { ...check, seeks: term.seeks } : within(TERM, term);
}

/** Undefined: a pattern, which has to be held against each modality alone. */
const modalityIn = (code: string, dialect: Dialect): Condition | undefined =>
  /[*?]/.test(code) ? undefined : dialect.contains('st.modalities', codeList([code]));

type Sounds = (context: KeyContext) => NonNullable<NameTarget['sounds']>;

function soundTerms(kind: SoundKind): Sounds {
  return ({ dialect }) =>
    (keys) =>
      oneTermOf(
        keys.map((key) => soundTerm(kind, key)),
        dialect,
      );
}

function soundList(column: string): Sounds {
  return ({ dialect }) =>
    (keys) => {
      const frame = `EXISTS (SELECT 1 FROM ${dialect.elementsOf(column)} WHERE @)`;
      return { ...within(frame, dialect.oneOf('each.value', keys)), seeks: undefined };
    };
}

function name(column: string, kind: SoundKind): ConditionOf {
  return (value: string, context) =>
    nameCondition(value, textRules(context.query, context.dialect), {
      ...groupColumns(column),
      ...(context.query.fuzzyMatching && { sounds: soundTerms(kind)(context) }),
    });
}

function names(column: string, sounds: Sounds): ConditionOf {
  return (value: string, context) => {
    const { query, dialect } = context;
    const rules = { ...textRules(query, dialect), needsAll: query.multipleValueMatching };
    return nameCondition(value, rules, {
      ...groupList(column, rules),
      ...(context.query.fuzzyMatching && { sounds: sounds(context) }),
    });
  };
}

/** In the order of the answers: a study without a time comes first among those of its day. */
function studyDate(range: Range, { query }: KeyContext): Condition {
  if (range.isEmpty) return isNull('st.study_date');
  const times = query.match.StudyTime;
  if (!times || times.isEmpty) return between('st.study_moment', range.from, range.to && `${range.to}999999`);
  return allOf([
    between(
      'st.study_moment',
      range.from && range.from + earliest(times.from ?? '00'),
      range.to && range.to + latest(times.to ?? '23'),
    ),
    between('st.study_time', undefined, undefined),
  ]);
}

interface TimeBesideDate {
  readonly time: string;
  readonly timeKey: RangeKeyName;
}

type RangeKeyName = {
  [Name in QueryKeyName]: StudyQuery['match'][Name] extends Range | undefined ? Name : never;
}[QueryKeyName];

/** A range of dates and one of times together are one interval from moment to moment, PS3.4 C.2.2.2.5.2. */
function date(column: string, beside?: TimeBesideDate): ConditionOf {
  return (range: Range, { query }) => {
    if (range.isEmpty) return isNull(column);
    const times = beside && query.match[beside.timeKey];
    if (!times || times.isEmpty) return between(column, range.from, range.to);
    return allOf([
      between(column, undefined, undefined),
      between(beside.time, undefined, undefined),
      between(
        `${column} || ${beside.time}`,
        range.from && range.from + earliest(times.from ?? '00'),
        range.to && range.to + latest(times.to ?? '23'),
      ),
    ]);
  };
}

function time(column: string, dateKey: RangeKeyName): ConditionOf {
  return (range: Range, { query }) => {
    if (range.isEmpty) return isNull(column);
    const dates = query.match[dateKey];
    // Together with a range of dates it is that key's business.
    if (dates && !dates.isEmpty) return undefined;
    return between(column, range.from && earliest(range.from), range.to && latest(range.to));
  };
}

const textRules = (query: StudyQuery, dialect: Dialect): TextRules => ({
  dialect,
  emptyValueMatching: query.emptyValueMatching,
  ...(query.multipleValueMatching && { separator: /\\/ }),
});

/** PS3.4 C.2.2.2.8: an object has many values of the key, and each one that is given has to be among them. */
const manyRules = (query: StudyQuery, dialect: Dialect): TextRules =>
  query.multipleValueMatching ? { ...textRules(query, dialect), needsAll: true } : codeRules(query, dialect);

/**
 * Codes may come in a list, whatever was asked for: no code has a comma or a backslash in it, and clients that ask for
 * "CT,MR" mean either.
 */
const codeRules = (query: StudyQuery, dialect: Dialect): TextRules => ({
  ...textRules(query, dialect),
  separator: /[,\\]/,
});
