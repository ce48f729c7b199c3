import type { Condition } from './conditions.ts';
import type { IndexPage, IndexSearch } from './index-store.ts';
import { bound } from './sqlite-dialect.ts';
import { windowOf, type Plan } from './sqlite-plan.ts';
import type { Prepare } from './sqlite-statements.ts';
import { readTotals } from './sqlite-write.ts';

/** So many studies are looked at after those of the page, so that counting never costs more than answering. */
const MAX_COUNTED = 5_000;

export interface Shown {
  readonly search: IndexSearch;
  readonly conditions: readonly Condition[];
  readonly plan: Plan;
  /** Matches up to the end of the page. */
  readonly matches: number;
  /** The id of the last study of the page, where its rows are studies and it has any. */
  readonly lastStudy?: number | undefined;
}

type Remaining = Pick<IndexPage, 'remaining' | 'isRemainingAtLeast'>;

/** How many matches there are after those shown. There is one at least. */
export function remainingAfter(prepare: Prepare, counts: CountMemory, shown: Shown): Remaining {
  const { search, conditions, plan, matches, lastStudy } = shown;
  const totals = readTotals(prepare);
  if (conditions.length === 0) {
    const all = { study: totals.studies, series: totals.series, instance: totals.instances };
    return { remaining: all[search.level] - matches };
  }
  if (plan.kind === 'pick' || totals.studies <= MAX_COUNTED)
    return { remaining: counts.countAll(prepare, plan, totals.version) - matches };
  return lastStudy === undefined ? AT_LEAST_ONE : countAlong(prepare, shown, lastStudy);
}

const AT_LEAST_ONE: Remaining = { remaining: 1, isRemainingAtLeast: true };

const MAX_REMEMBERED = 200;

/** How many there are of what was counted before: the pages of a search are counted once, until something changes. */
export class CountMemory {
  readonly #counts = new Map<string, number>();
  #version = -1;

  countAll(prepare: Prepare, { from, where, values }: Plan, version: number): number {
    if (version !== this.#version || this.#counts.size >= MAX_REMEMBERED) this.#counts.clear();
    this.#version = version;
    const key = JSON.stringify([from, where.sql, values]);
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const row = prepare(`SELECT count(*) AS n FROM ${from} WHERE ${where.sql}`).get(...values);
    const count = Number(row?.['n']);
    this.#counts.set(key, count);
    return count;
  }
}

/** Walks on from the last study of the page. */
function countAlong(prepare: Prepare, { conditions, plan }: Shown, lastStudy: number): Remaining {
  const last = prepare('SELECT study_moment, uid FROM study WHERE id = ?').get(lastStudy);
  const moment = String(last?.['study_moment']);
  const window = windowOf(conditions);
  const row = prepare(
    `SELECT count(*) AS seen, ifnull(sum(matches), 0) AS found FROM (
       SELECT ${plan.where.sql} AS matches FROM study st INDEXED BY study_by_moment
       WHERE st.study_moment <= ? AND (st.study_moment < ? OR st.uid > ?) AND ${window?.sql ?? 'TRUE'}
       ORDER BY st.study_moment DESC, st.uid LIMIT ?)`,
  ).get(...plan.values, moment, moment, String(last?.['uid']), ...(window ? bound(window) : []), MAX_COUNTED);
  const found = Number(row?.['found']);
  if (Number(row?.['seen']) < MAX_COUNTED) return { remaining: found };
  return { remaining: Math.max(1, found), isRemainingAtLeast: true };
}
