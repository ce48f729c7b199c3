import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import type { AddOutcome, IndexStore, NewInstance } from './index-store.ts';
import { isDiskFull } from './sqlite-errors.ts';
import type { Prepare } from './sqlite-statements.ts';
import { beginImmediate, rollback } from './sqlite-transaction.ts';
import { insertInstance, readTotals, writeTotals, type Totals } from './sqlite-write.ts';
import type { VersionMark } from './version-mark.ts';
import type { WriteQueue } from './write-queue.ts';

/** One transaction takes no more, so that none waits long for the others of its group. */
const MAX_GROUP = 256;

interface Waiting {
  readonly instance: NewInstance;
  readonly isPublished: () => boolean | Promise<boolean>;
  settle(outcome: AddOutcome): void;
  fail(error: unknown): void;
}

export interface Writing {
  readonly database: DatabaseSync;
  readonly prepare: Prepare;
  readonly queue: WriteQueue;
  /** Moved on after each transaction. */
  readonly mark: VersionMark;
}

/**
 * Group commit: what comes while a transaction is under way, or within one turn of the event loop, is one transaction
 * with one write to the disk. Nobody on the connection sees a part of it, because nothing is awaited between the first
 * row and COMMIT.
 */
export function groupCommit(writing: Writing): IndexStore['add'] {
  const waiting: Waiting[] = [];
  return (instance, isPublished) =>
    new Promise((settle, fail) => {
      waiting.push({ instance, isPublished, settle, fail });
      if (waiting.length > 1) return;
      void writing.queue.run(async () => {
        await turn();
        while (waiting.length > 0) await addGroup(writing, waiting.splice(0, MAX_GROUP));
      });
    });
}

/** Never rejects: each of the group is told for itself. */
async function addGroup(writing: Writing, group: readonly Waiting[]): Promise<void> {
  const { database, prepare, mark } = writing;
  try {
    await beginImmediate(database);
    const published = await Promise.all(group.map((each) => isReady(prepare, each)));
    const totals = readTotals(prepare);
    const told = insertGroup(writing, totals, { group, published });
    database.exec('COMMIT');
    mark.write(totals.version);
    for (const tell of told) tell();
  } catch (error) {
    rollback(database);
    for (const { settle, fail } of group) {
      if (isDiskFull(error)) settle('out_of_space');
      else fail(error);
    }
  }
}

type Published = boolean | { readonly error: unknown };

/** An object that is here already is not asked for: what becomes of it does not depend on its bytes. */
async function isReady(prepare: Prepare, { instance, isPublished }: Waiting): Promise<Published> {
  try {
    return knownOutcome(prepare, instance) !== undefined || (await isPublished());
  } catch (error) {
    return { error };
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

function knownOutcome(prepare: Prepare, instance: NewInstance): 'identical' | 'conflict' | undefined {
  const known = prepare('SELECT hash FROM instance WHERE uid = ?').get(instance.parsed.sopInstanceUid);
  return known && (known['hash'] === instance.hash ? 'identical' : 'conflict');
}
