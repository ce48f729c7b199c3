import type { QueryKeyName, QueryLevel } from '@sightline/dicomweb';
import { equals, type Condition, type Dialect } from './conditions.ts';
import type { IndexSearch } from './index-store.ts';
import { conditionOf } from './search-keys.ts';

/** Everything that a row must be: below the path, in the scope, there at the time, matched by each key. */
export function conditionsOf(search: IndexSearch, dialect: Dialect): readonly Condition[] {
  const { level, study, series, scope, query, until } = search;
  return [
    study !== undefined ? equals('st.uid', study) : undefined,
    series !== undefined ? equals('se.uid', series) : undefined,
    scope ? dialect.oneOf('st.uid', [...scope]) : undefined,
    // Each function is given the value of its own key, which the type of Matches says but an index cannot.
    ...Object.entries(query.match).map(([name, value]) =>
      value === undefined ? undefined : conditionOf[name as QueryKeyName](value as never, { query, dialect }),
    ),
    until !== undefined ? { sql: `${arrivedOf[level]} <= ?`, values: [until] } : undefined,
  ].filter((condition) => condition !== undefined);
}

const arrivedOf: Readonly<Record<QueryLevel, string>> = {
  study: 'st.arrived',
  series: 'se.arrived',
  instance: 'i.id',
};

export const tablesOf: Readonly<Record<QueryLevel, string>> = {
  study: 'study st',
  series: 'study st JOIN series se ON se.study = st.id',
  instance: 'study st JOIN series se ON se.study = st.id JOIN instance i ON i.series = se.id',
};

const STUDY_ORDER = 'st.study_moment DESC, st.uid';
const SERIES_ORDER = `${STUDY_ORDER}, se.series_number IS NULL, se.series_number, se.uid`;

/** Newest study first, then as people number things; UIDs make the order total, so that pages never overlap. */
export const orderOf: Readonly<Record<QueryLevel, string>> = {
  study: STUDY_ORDER,
  series: SERIES_ORDER,
  instance: `${SERIES_ORDER}, i.instance_number IS NULL, i.instance_number, i.uid`,
};

const STUDY_COLUMNS =
  'st.id, st.version, st.uid, st.attributes, st.modalities, st.sop_classes, st.series, st.instances';
const SERIES_COLUMNS = 'se.id, se.uid, se.attributes, se.instances';

/** What a row answers, in the order in which `IndexRows` reads them. */
export const columnsOf: Readonly<Record<QueryLevel, string>> = {
  study: `${STUDY_COLUMNS}, st.first_instance`,
  series: `${STUDY_COLUMNS}, se.first_instance, ${SERIES_COLUMNS}`,
  instance: `${STUDY_COLUMNS}, i.id, ${SERIES_COLUMNS}, i.id, i.uid, i.attributes, i.transfer_syntax`,
};
