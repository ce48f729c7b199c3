import type { DatabaseSync } from 'node:sqlite';
import type { DicomDataset, DicomElement, Uid, Vr } from '@sightline/dicom';
import type { IndexPage, IndexRow, IndexSearch } from './index-store.ts';
import { conditionsOf, orderOf, tablesOf } from './sqlite-search.ts';

/** What a row of each level answers besides its attributes: what the archive itself knows. */
const STUDY = `st.uid AS study_uid, st.attributes AS study,
  (SELECT json_group_array(modality) FROM (SELECT DISTINCT modality FROM series WHERE study = st.id
    AND modality IS NOT NULL ORDER BY modality)) AS modalities,
  (SELECT count(*) FROM series WHERE study = st.id) AS series_count,
  (SELECT sum(instances) FROM series WHERE study = st.id) AS study_instances`;
const SERIES = 'se.uid AS series_uid, se.attributes AS series, se.instances AS series_instances';
const INSTANCE = 'i.id AS instance_id, i.uid AS instance_uid, i.attributes AS instance, i.transfer_syntax';

const columnsOf = {
  study: `${STUDY}, (SELECT i.id FROM series se JOIN instance i ON i.series = se.id WHERE se.study = st.id LIMIT 1)
    AS instance_id`,
  series: `${STUDY}, ${SERIES}, (SELECT i.id FROM instance i WHERE i.series = se.id LIMIT 1) AS instance_id`,
  instance: `${STUDY}, ${SERIES}, ${INSTANCE}`,
} as const;

/** One page of a search, in a stable order, and how many matches there are after it. */
export function searchIndex(database: DatabaseSync, search: IndexSearch): IndexPage {
  const { level, query, maxResults } = search;
  const { sql, values } = conditionsOf(search);
  const from = `FROM ${tablesOf[level]} WHERE ${sql}`;
  const limit = Math.min(query.limit ?? maxResults, maxResults);
  const rows = database
    .prepare(`SELECT ${columnsOf[level]} ${from} ORDER BY ${orderOf[level]} LIMIT ? OFFSET ?`)
    .all(...values, limit, query.offset);
  if (rows.length < limit) return { rows: rows.map(readRow), remaining: 0 };
  const total = Number(database.prepare(`SELECT count(*) AS n ${from}`).get(...values)?.['n'] ?? 0);
  return { rows: rows.map(readRow), remaining: Math.max(0, total - query.offset - rows.length) };
}

function readRow(row: Record<string, unknown>): IndexRow {
  // The columns are declared with these types, and the UIDs were checked before they were written.
  const uid = (name: string): Uid => row[name] as Uid;
  return {
    studyInstanceUid: uid('study_uid'),
    ...(row['series_uid'] !== undefined && { seriesInstanceUid: uid('series_uid') }),
    ...(row['instance_uid'] !== undefined && { sopInstanceUid: uid('instance_uid') }),
    instanceId: Number(row['instance_id']),
    study: {
      ...stored(row['study']),
      '00080061': element('CS', JSON.parse(String(row['modalities'])) as string[]), // as the statement groups them
      '00201206': element('IS', [Number(row['series_count'])]),
      '00201208': element('IS', [Number(row['study_instances'])]),
    },
    series: { ...stored(row['series']), ...count(row['series_instances']) },
    instance: { ...stored(row['instance']), ...syntax(row['transfer_syntax']) },
  };
}

const element = (vr: Vr, values: readonly (string | number)[]): DicomElement =>
  values.length > 0 ? { vr, Value: values } : { vr };

const count = (value: unknown): DicomDataset =>
  value === undefined ? {} : { '00201209': element('IS', [Number(value)]) };

/** (0008,3002) Available Transfer Syntax UID, PS3.18 table 10.6.3-5. */
const syntax = (value: unknown): DicomDataset =>
  typeof value === 'string' ? { '00083002': element('UI', [value]) } : {};

/** Written by sqlite.ts, out of a data set. */
const stored = (text: unknown): DicomDataset =>
  typeof text === 'string' ? (JSON.parse(text) as DicomDataset) : {};
