import type { QueryKeyName, Range, StudyQuery } from '@sightline/dicomweb';
import { earliest, latest } from './columns.ts';
import { allOf, between, equals, isNull, within, type Condition, type Dialect } from './conditions.ts';
import { nameCondition, namesCondition } from './name-match.ts';
import { modalityTerm, sopClassTerm } from './terms.ts';
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
  StudyDate: date('st.study_date', { time: 'st.study_time', timeKey: 'StudyTime' }),
  StudyTime: time('st.study_time', 'StudyDate'),
  AccessionNumber: text('st.accession_number'),
  ModalitiesInStudy: (value: string, { query, dialect }) =>
    textCondition(value, value.includes('\\') ? manyRules(query, dialect) : codeRules(query, dialect), {
      empty: equals('st.modalities', '[]'),
      matches: (code) => within(TERM, patternCondition('t.term', modalityTerm(code), dialect)),
    }),
  ReferringPhysicianName: name('st.referring_name'),
  StudyDescription: text('st.study_description'),
  SOPClassesInStudy: (list: readonly string[], { dialect }) =>
    within(TERM, dialect.oneOf('t.term', list.map(sopClassTerm))),
  NameOfPhysiciansReadingStudy: names('st.reading_names'),
  PatientName: name('st.patient_name'),
  PatientID: text('st.patient_id'),
  IssuerOfPatientID: text('st.issuer_of_patient_id'),
  PatientBirthDate: date('st.patient_birth_date'),
  PatientSex: text('st.patient_sex'),
  'OtherPatientIDsSequence.PatientID': texts('st.other_patient_ids'),
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
  PerformingPhysicianName: names('se.performing_names'),
  OperatorsName: names('se.operators_names'),
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
  return (list: readonly string[], { dialect }) => dialect.oneOf(column, list);
}

function number(column: string): ConditionOf {
  return (value: number) => equals(column, value);
}

function text(column: string, frame = '@'): ConditionOf {
  return (value: string, { query, dialect }) => {
    const condition = textCondition(value, textRules(query, dialect), columnTarget(column, dialect));
    return condition && within(frame, condition);
  };
}

/** A column that holds a list in JSON. */
function texts(column: string): ConditionOf {
  return (value: string, { query, dialect }) => {
    const frame = `EXISTS (SELECT 1 FROM ${dialect.elementsOf(column)} WHERE @)`;
    return textCondition(value, textRules(query, dialect), {
      empty: isNull(column),
      matches: (pattern) => within(frame, patternCondition('each.value', pattern, dialect)),
    });
  };
}

function name(column: string): ConditionOf {
  const columns = [1, 2, 3].map((group) => `${column}_${group}`);
  return (value: string, { query, dialect }) => nameCondition(columns, value, textRules(query, dialect));
}

function names(column: string): ConditionOf {
  return (value: string, { query, dialect }) =>
    namesCondition(column, value, { ...textRules(query, dialect), needsAll: query.multipleValueMatching });
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
