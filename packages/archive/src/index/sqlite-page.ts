import { allOf } from './conditions.ts';
import { StoredRow, type RowValues } from './index-row.ts';
import type { IndexPage, IndexSearch } from './index-store.ts';
import { columnsOf, conditionsOf, orderOf, tablesOf } from './search-sql.ts';
import { bound, sqliteDialect } from './sqlite-dialect.ts';
import type { Prepare } from './sqlite-statements.ts';

/** One page of a search, in a stable order, and how many matches there are after it. */
export function searchSqlite(prepare: Prepare, search: IndexSearch): IndexPage {
  const { level, query, maxResults } = search;
  const condition = allOf(conditionsOf(search, sqliteDialect));
  const values = bound(condition);
  const from = `FROM ${tablesOf[level]} WHERE ${condition.sql}`;
  const limit = Math.min(query.limit ?? maxResults, maxResults);
  const statement = prepare(`SELECT ${columnsOf[level]} ${from} ORDER BY ${orderOf[level]} LIMIT ? OFFSET ?`);
  statement.setReturnArrays(true);
  const found = statement.all(...values, limit, query.offset) as unknown as readonly RowValues[];
  const rows = found.map((row) => new StoredRow(row));
  if (rows.length < limit) return { rows, remaining: 0 };
  const total = Number(prepare(`SELECT count(*) AS n ${from}`).get(...values)?.['n'] ?? 0);
  return { rows, remaining: Math.max(0, total - query.offset - rows.length) };
}
