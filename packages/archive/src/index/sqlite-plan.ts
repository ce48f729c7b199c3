import type { QueryLevel } from '@sightline/dicomweb';
import { allOf, type Condition, type Seek } from './conditions.ts';
import type { IndexSearch } from './index-store.ts';
import { bound } from './sqlite-dialect.ts';
import type { Prepare } from './sqlite-statements.ts';
import { readTotals } from './sqlite-write.ts';

/** However many there are, no more than this are looked at one by one and sorted. */
const MOST_PICKED = 10_000;

type Bound = readonly (string | number)[];

/**
 * How the rows of a search are come by. SQLite cannot know what is rare, so it is counted here, as far as it matters:
 * what an index says to be rare is picked and sorted; otherwise the studies are walked in the order of the answer.
 */
export interface Plan {
  readonly kind: 'pick' | 'walk';
  readonly from: string;
  readonly where: Condition;
  readonly values: Bound;
}

export function planOf(prepare: Prepare, search: IndexSearch, conditions: readonly Condition[]): Plan {
  const where = allOf(conditions);
  const picked = bestSource(prepare, search, conditions);
  if (picked) {
    const from = `(${picked.sql}) c CROSS JOIN study st ON st.id = c.id${below[search.level]}`;
    return { kind: 'pick', from, where, values: [...bound(picked), ...bound(where)] };
  }
  const from = `study st INDEXED BY study_by_moment${below[search.level]}`;
  return { kind: 'walk', from, where, values: bound(where) };
}

/** CROSS: in this order, whatever SQLite thinks of it. */
const SERIES_OF = ' CROSS JOIN series se ON se.study = st.id';
const below: Readonly<Record<QueryLevel, string>> = {
  study: '',
  series: SERIES_OF,
  instance: `${SERIES_OF} CROSS JOIN instance i ON i.series = se.id`,
};

interface Source {
  readonly sql: string;
  readonly values: Condition['values'];
  /** Finds no more than a few, whatever is asked. */
  readonly isFew: boolean;
}

/** The source of the fewest studies, where they are few. Undefined: walk. */
function bestSource(
  prepare: Prepare,
  search: IndexSearch,
  conditions: readonly Condition[],
): Source | undefined {
  const sources = conditions.map(sourceOf).filter((source) => source !== undefined);
  const unique = sources.find(({ isFew }) => isFew);
  if (unique || sources.length === 0) return unique;
  let fewest = mostPicked(prepare, search);
  // The window of dates is walked along anyway, so a source has to find fewer than are in it.
  const window = windowOf(conditions);
  if (window)
    fewest = countUpTo(
      prepare,
      { sql: `SELECT 1 FROM study st WHERE ${window.sql}`, values: window.values },
      fewest,
    );
  let best: Source | undefined;
  for (const source of sources) {
    const count = countUpTo(prepare, source, fewest);
    if (count < fewest) [fewest, best] = [count, source];
  }
  return best;
}

/**
 * Where `n` of `all` studies match, the page is full after `wanted * all / n` of them. Picking looks at `n`, so it is
 * the shorter way while n * n < wanted * all.
 */
function mostPicked(prepare: Prepare, { query, maxResults }: IndexSearch): number {
  const wanted = Math.min(query.limit ?? maxResults, maxResults) + query.offset + 1;
  return Math.min(Math.ceil(Math.sqrt(wanted * readTotals(prepare).studies)), MOST_PICKED);
}

/** The condition on the date of the study, if there is one. */
export const windowOf = (conditions: readonly Condition[]): Seek | undefined =>
  conditions.flatMap(({ seeks = [] }) => seeks).find(({ column }) => column === 'st.study_moment');

/** `UNION ALL`, because `UNION` would look at everything before it gives the first. */
function countUpTo(prepare: Prepare, { sql, values }: Pick<Source, 'sql' | 'values'>, most: number): number {
  const all = sql.replaceAll(' UNION ', ' UNION ALL ');
  const row = prepare(`SELECT count(*) AS n FROM (${all} LIMIT ?)`).get(...bound({ values }), most);
  return Number(row?.['n']);
}

function sourceOf({ seeks }: Condition): Source | undefined {
  if (!seeks || seeks.length === 0) return undefined;
  const known = new Map<string, { readonly sql: string; readonly values: Condition['values'] }>();
  for (const seek of seeks) {
    const piece = seek.kind === 'part' ? partIds(seek) : columnIds(seek);
    if (!piece) return undefined;
    known.set(JSON.stringify(piece), piece);
  }
  const pieces = [...known.values()];
  return {
    sql: pieces.map(({ sql }) => sql).join(' UNION '),
    values: pieces.flatMap(({ values }) => values),
    isFew: seeks.every(
      ({ column, kind, sql }) => UNIQUE.has(column) && kind === 'value' && sql.endsWith('= ?'),
    ),
  };
}

const UNIQUE: ReadonlySet<string> = new Set(['st.uid', 'se.uid', 'i.uid']);

const STUDY = 'SELECT st.id FROM study st WHERE @';
const SERIES = 'SELECT DISTINCT se.study AS id FROM series se WHERE @';
const REQUEST = 'SELECT DISTINCT se.study AS id FROM request r JOIN series se ON se.id = r.series WHERE @';

/** The columns that have an index, and how it comes to ids of studies. */
const idsBy: Readonly<Record<string, string>> = {
  'st.uid': STUDY,
  'st.patient_id': STUDY,
  'st.patient_birth_date': STUDY,
  'st.accession_number': STUDY,
  'st.study_id': STUDY,
  'st.admission_id': STUDY,
  'st.patient_name_1': STUDY,
  'st.patient_name_2': STUDY,
  'st.patient_name_3': STUDY,
  'st.referring_name_1': STUDY,
  'st.referring_name_2': STUDY,
  'st.referring_name_3': STUDY,
  't.term': 'SELECT t.study AS id FROM study_term t WHERE @',
  'se.uid': SERIES,
  'se.series_date': SERIES,
  'se.procedure_date': SERIES,
  'se.frame_of_reference_uid': SERIES,
  'r.scheduled_procedure_step_id': REQUEST,
  'r.requested_procedure_id': REQUEST,
  'i.uid': 'SELECT DISTINCT se.study AS id FROM instance i JOIN series se ON se.id = i.series WHERE @',
};

function columnIds({ column, sql, values }: Seek): Pick<Source, 'sql' | 'values'> | undefined {
  const frame = idsBy[column];
  return frame === undefined ? undefined : { sql: frame.replace('@', () => sql), values };
}

/** The columns of which any part can be found, by their columns in `study_text`. */
const partsBy: Readonly<Record<string, string>> = {
  'st.patient_name_1': 'patient_name',
  'st.patient_name_2': 'patient_name',
  'st.patient_name_3': 'patient_name',
  'st.referring_name_1': 'referring_name',
  'st.referring_name_2': 'referring_name',
  'st.referring_name_3': 'referring_name',
  'st.patient_id': 'patient_id',
  'st.accession_number': 'accession_number',
  'st.study_description': 'study_description',
  'st.study_id': 'study_id',
};

function partIds({ column, values: [text] }: Seek): Pick<Source, 'sql' | 'values'> | undefined {
  const name = partsBy[column];
  if (name === undefined) return undefined;
  const match = `${name} : "${String(text).replaceAll('"', '""')}"`;
  return { sql: 'SELECT rowid AS id FROM study_text WHERE study_text MATCH ?', values: [match] };
}
