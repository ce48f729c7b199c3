import type { BulkLocationRow } from '../instance-reader.ts';
import { allOf } from './conditions.ts';
import { StoredRow } from './index-row.ts';
import type {
  BlobToCheck,
  DamagedInstance,
  IndexPage,
  IndexSearch,
  ObjectPath,
  StoredInstance,
} from './index-store.ts';
import type { Asking } from './postgres-connection.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { columnsOf, conditionsOf, orderOf, tablesOf } from './search-sql.ts';
import { damagedOf, INSTANCE_COLUMNS, INSTANCE_ORDER, INSTANCE_TABLES } from './stored-instance.ts';

export async function listInstances(
  asking: Asking,
  { study, series, instance }: ObjectPath,
): Promise<readonly StoredInstance[]> {
  const conditions = ['st.uid = ?', ...(series ? ['se.uid = ?'] : []), ...(instance ? ['i.uid = ?'] : [])];
  const rows = await asking.rows(
    `SELECT ${INSTANCE_COLUMNS} FROM ${INSTANCE_TABLES} WHERE ${conditions.join(' AND ')} ORDER BY ${INSTANCE_ORDER}`,
    [study, ...(series ? [series] : []), ...(instance ? [instance] : [])],
  );
  // The columns are declared with these types, and the UIDs were checked before they were written.
  return rows as unknown as readonly StoredInstance[];
}

export async function listDamaged(asking: Asking): Promise<readonly DamagedInstance[]> {
  const rows = await asking.rows(
    `SELECT ${INSTANCE_COLUMNS}, i.state, i.data_state FROM ${INSTANCE_TABLES}
     WHERE i.state IS NOT NULL OR i.data_state IS NOT NULL ORDER BY i.id`,
  );
  return rows.flatMap(damagedOf);
}

export async function listBulk(asking: Asking, id: number): Promise<readonly BulkLocationRow[]> {
  const rows = await asking.rows(
    'SELECT path, vr, "offset", length, big_endian AS "bigEndian" FROM bulk WHERE instance = ? ORDER BY path COLLATE "C"',
    [id],
  );
  return rows as unknown as readonly BulkLocationRow[]; // as the table declares them
}

export async function blobsToCheck(
  asking: Asking,
  before: string,
  limit: number,
): Promise<readonly BlobToCheck[]> {
  const rows = await asking.rows(
    `SELECT hash, size FROM (
       (SELECT checked, hash, size FROM instance WHERE checked < ? ORDER BY checked LIMIT ?)
       UNION ALL
       (SELECT data_checked, data_hash, data_size FROM instance WHERE data_hash <> hash AND data_checked < ?
         ORDER BY data_checked LIMIT ?)) b (checked, hash, size)
     ORDER BY checked LIMIT ?`,
    [before, limit, before, limit, limit],
  );
  return rows as unknown as readonly BlobToCheck[]; // as the table declares them
}

/** Counting stops here, so that it never costs much more than answering. */
const MAX_COUNTED = 5_000;

/** One page of a search, in a stable order, and how many matches there are after it. */
export async function searchPostgres(asking: Asking, search: IndexSearch): Promise<IndexPage> {
  const { level, query, maxResults } = search;
  const { sql, values } = allOf(conditionsOf(search, postgresDialect));
  const from = `FROM ${tablesOf[level]} WHERE ${sql}`;
  const limit = Math.min(query.limit ?? maxResults, maxResults);
  const found = await asking.arrays(
    `SELECT ${columnsOf[level]} ${from} ORDER BY ${orderOf[level]} LIMIT ? OFFSET ?`,
    [...values, limit + 1, query.offset],
  );
  const rows = found.slice(0, limit).map((row) => new StoredRow(row));
  if (found.length <= limit) return { rows, remaining: 0 };
  const shown = query.offset + limit;
  const [counted] = await asking.rows(`SELECT count(*) AS n FROM (SELECT 1 ${from} LIMIT ?) matches`, [
    ...values,
    shown + MAX_COUNTED,
  ]);
  const remaining = Math.max(1, Number(counted?.['n']) - shown);
  return { rows, remaining, ...(remaining === MAX_COUNTED && { isRemainingAtLeast: true }) };
}
