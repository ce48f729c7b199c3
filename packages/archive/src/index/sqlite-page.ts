import { StoredRow, type RowValues } from './index-row.ts';
import type { IndexPage, IndexSearch } from './index-store.ts';
import { columnsOf, conditionsOf, orderOf } from './search-sql.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { planOf } from './sqlite-plan.ts';
import { remainingAfter, type CountMemory } from './sqlite-remaining.ts';
import type { Prepare } from './sqlite-statements.ts';

/** One page of a search, in a stable order, and how many matches there are after it. */
export function searchSqlite(prepare: Prepare, counts: CountMemory, search: IndexSearch): IndexPage {
  const { level, query, maxResults } = search;
  const conditions = conditionsOf(search, sqliteDialect);
  const plan = planOf(prepare, search, conditions);
  const limit = Math.min(query.limit ?? maxResults, maxResults);
  const statement = prepare(
    `SELECT ${columnsOf[level]} FROM ${plan.from} WHERE ${plan.where.sql} ORDER BY ${orderOf[level]} LIMIT ? OFFSET ?`,
  );
  statement.setReturnArrays(true);
  // One more than is asked for, which says whether there is more. Rows come as arrays, as was just set.
  const found = statement.all(...plan.values, limit + 1, query.offset) as unknown as readonly RowValues[];
  const rows = found.slice(0, limit).map((row) => new StoredRow(row));
  if (found.length <= limit) return { rows, remaining: 0 };
  const matches = query.offset + limit;
  const lastStudy = level === 'study' ? rows.at(-1)?.id : undefined;
  return { rows, ...remainingAfter(prepare, counts, { search, conditions, plan, matches, lastStudy }) };
}
