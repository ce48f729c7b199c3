import type { DatabaseSync } from 'node:sqlite';
import { askPublished, MENDED, outcomeOf, type Published, type Waiting } from './group-commit.ts';
import type { NewInstance } from './index-store.ts';
import type { LogSync } from './log-sync.ts';
import { isDiskFull } from './sqlite-errors.ts';
import type { Prepare } from './sqlite-statements.ts';
import { beginImmediate, rollback } from './sqlite-transaction.ts';
import { insertInstance, readTotals, writeTotals } from './sqlite-write.ts';
import type { Totals } from './totals.ts';
import type { VersionMark } from './version-mark.ts';
import type { WriteQueue } from './write-queue.ts';

export interface Writing {
  readonly database: DatabaseSync;
  readonly prepare: Prepare;
  readonly queue: WriteQueue;
  /** Moved on after each transaction. */
  readonly mark: VersionMark;
  readonly log: LogSync;
}

/**
 * Nobody on the connection sees a part of a group, because nothing is awaited between its first row and COMMIT. Never
 * rejects: each of the group is told for itself.
 */
export async function addGroup(writing: Writing, group: readonly Waiting[]): Promise<void> {
  const { database, prepare, mark, log } = writing;
  try {
    await log.relax();
    await beginImmediate(database);
    const published = await Promise.all(
      group.map((each) => askPublished(each, knownOutcome(prepare, each.instance) !== undefined)),
    );
    const totals = readTotals(prepare);
    const told = insertGroup(writing, totals, { group, published });
    database.exec('COMMIT');
    // Found from here on, and acknowledged when it is on the disk.
    await log.sync();
    mark.write(totals.version);
    for (const tell of told) tell();
  } catch (error) {
    rollback(database);
    for (const { settle, fail } of group) {
      if (isDiskFull(error)) settle('out_of_space');
      else fail(error);
    }
  } finally {
    log.restore();
  }
}

/** Synchronous from end to end. What each is to be told once the transaction is on the disk. */
function insertGroup(
  { database, prepare }: Writing,
  totals: Totals,
  { group, published }: { readonly group: readonly Waiting[]; readonly published: readonly Published[] },
): readonly (() => void)[] {
  const told = group.map((each, at) => {
    const state = published[at] ?? false;
    if (typeof state === 'object') return () => each.fail(state.error);
    const outcome = knownOutcome(prepare, each.instance) ?? (state ? 'stored' : 'unpublished');
    if (outcome === 'identical') prepare(MENDED).run(each.instance.parsed.sopInstanceUid);
    if (outcome !== 'stored') return () => each.settle(outcome);
    const before = { ...totals };
    database.exec('SAVEPOINT one');
    try {
      insertInstance(prepare, totals, each.instance);
      database.exec('RELEASE one');
      return () => each.settle('stored');
    } catch (error) {
      // Where SQLite gave up the whole transaction, there is nothing to go back to, and all are told so.
      if (!database.isTransaction) throw error;
      database.exec('ROLLBACK TO one; RELEASE one');
      Object.assign(totals, before);
      return () => (isDiskFull(error) ? each.settle('out_of_space') : each.fail(error));
    }
  });
  writeTotals(prepare, totals);
  return told;
}

const knownOutcome = (prepare: Prepare, instance: NewInstance): 'identical' | 'conflict' | undefined =>
  outcomeOf(
    prepare('SELECT hash FROM instance WHERE uid = ?').get(instance.parsed.sopInstanceUid)?.['hash'],
    instance,
  );
