import { groupCommit } from './group-commit.ts';
import type { BlobToCheck, IndexMoment, IndexStatistics, IndexStore } from './index-store.ts';
import { addGroup, type Writing } from './sqlite-add.ts';
import { LogSync } from './log-sync.ts';
import { named } from './sqlite-errors.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { listBulk, listDamaged, ListMemory } from './sqlite-list.ts';
import { CountMemory } from './sqlite-remaining.ts';
import { removeObjects } from './sqlite-remove.ts';
import { searchSqlite } from './sqlite-page.ts';
import type { Prepare } from './sqlite-statements.ts';
import { beginImmediate, rollback } from './sqlite-transaction.ts';
import { readTotals } from './sqlite-write.ts';
import { WriteQueue } from './write-queue.ts';

/**
 * The index in one SQLite file, or in memory (":memory:"). Every write is on the disk before it is answered (WAL,
 * synchronous FULL or what `LogSync` does instead). Several processes may have the file open. Throws IndexDamaged where the file is not whole; damage
 * that comes later rejects with it.
 */
export function openSqliteIndex(file: string): IndexStore {
  const { database, prepare, mark } = openSqliteFile(file);
  const writing: Writing = {
    database,
    prepare,
    mark,
    queue: new WriteQueue(),
    log: new LogSync(database),
  };
  return { ...reading(prepare), ...changing(writing) };
}

/** A few hundred kilobytes. */
const METADATA_AT_ONCE = 64;

type ReadingNames =
  | 'hashOf'
  | 'versionOf'
  | 'list'
  | 'metadata'
  | 'metadataOf'
  | 'frameIndex'
  | 'bulk'
  | 'search'
  | 'moment'
  | 'isEmpty'
  | 'garbage'
  | 'blobsToCheck'
  | 'damaged'
  | 'statistics';

function reading(prepare: Prepare): Pick<IndexStore, ReadingNames> {
  const lists = new ListMemory();
  const counts = new CountMemory();
  const metadata = (id: number): Uint8Array | undefined =>
    blob(prepare('SELECT metadata AS b FROM instance_data WHERE instance = ?').get(id)?.['b']);
  return {
    hashOf: (uid) =>
      safely(() => text(prepare('SELECT hash FROM instance WHERE uid = ?').get(uid)?.['hash'])),
    versionOf: (uid) =>
      safely(() => integer(prepare('SELECT version FROM study WHERE uid = ?').get(uid)?.['version'])),
    list: (path, scope) => safely(() => (scope && !scope.has(path.study) ? [] : lists.list(prepare, path))),
    metadata: (id) => safely(() => metadata(id)),
    async *metadataOf(ids) {
      for (let at = 0; at < ids.length; at += METADATA_AT_ONCE)
        yield* await safely(() =>
          ids.slice(at, at + METADATA_AT_ONCE).flatMap((id) => {
            const found = metadata(id);
            return found ? [{ id, metadata: found }] : [];
          }),
        );
    },
    frameIndex: (id) =>
      safely(() =>
        blob(prepare('SELECT frame_index AS b FROM instance_data WHERE instance = ?').get(id)?.['b']),
      ),
    bulk: (id) => safely(() => listBulk(prepare, id)),
    search: (search) => safely(() => searchSqlite(prepare, counts, search)),
    moment: () =>
      safely(() => {
        const row = prepare('SELECT version, last_instance AS newest FROM totals').get();
        return row as unknown as IndexMoment; // integers, as the table declares them
      }),
    isEmpty: () => safely(() => prepare('SELECT 1 FROM instance LIMIT 1').get() === undefined),
    garbage: () =>
      safely(() =>
        prepare('SELECT hash FROM garbage')
          .all()
          .map(({ hash }) => String(hash)),
      ),
    blobsToCheck: (before, limit) => safely(() => blobsToCheck(prepare, before, limit)),
    damaged: () => safely(() => listDamaged(prepare)),
    statistics: () =>
      safely(() => {
        const row = prepare('SELECT studies, series, instances, bytes FROM totals').get();
        return { ...row } as unknown as IndexStatistics; // integers, as the table declares them
      }),
  };
}

type ChangingNames = 'add' | 'remove' | 'collect' | 'markChecked' | 'close';

function changing(writing: Writing): Pick<IndexStore, ChangingNames> {
  const { database, prepare, mark, queue, log } = writing;
  const add = groupCommit(queue, (group) => addGroup(writing, group));
  return {
    add: (instance, isPublished) => safely(() => add(instance, isPublished)),
    remove: (path) => safely(() => inTransaction(writing, () => removeObjects(prepare, path))),
    collect: (hashes, remove) =>
      safely(() =>
        inTransaction(
          writing,
          () => forget(prepare, hashes),
          async () => {
            for (const hash of hashes) if (!isReferenced(prepare, hash)) await remove(hash);
          },
        ),
      ),
    markChecked: (hash, at, state) =>
      safely(() =>
        inTransaction(writing, () => markChecked(prepare, hash, at, state === 'whole' ? null : state)),
      ),
    close: async () => {
      await queue.run(async () => {
        await log.close();
        if (database.isOpen) database.close();
        mark.close();
      });
    },
  };
}

/** Damage and unavailability by their names. */
async function safely<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw named(error);
  }
}

/** `prepareFor` may take its time: nothing is written until `work`, which is of one piece with COMMIT. */
function inTransaction<T>(
  { database, prepare, mark, queue }: Writing,
  work: () => T,
  prepareFor: () => Promise<void> = async () => undefined,
): Promise<T> {
  return queue.run(async () => {
    await beginImmediate(database);
    try {
      await prepareFor();
      const result = work();
      const { version } = readTotals(prepare);
      database.exec('COMMIT');
      mark.write(version);
      return result;
    } catch (error) {
      rollback(database);
      throw error;
    }
  });
}

const isReferenced = (prepare: Prepare, hash: string): boolean =>
  prepare(
    'SELECT 1 FROM instance WHERE hash = ? UNION SELECT 1 FROM instance WHERE data_hash = ? AND data_hash <> hash',
  ).get(hash, hash) !== undefined;

function forget(prepare: Prepare, hashes: readonly string[]): void {
  for (const hash of hashes) prepare('DELETE FROM garbage WHERE hash = ?').run(hash);
}

function blobsToCheck(prepare: Prepare, before: string, limit: number): readonly BlobToCheck[] {
  const rows = prepare(
    `SELECT checked, hash, size FROM (SELECT checked, hash, size FROM instance WHERE checked < ?1
       ORDER BY checked LIMIT ?2)
     UNION ALL
     SELECT checked, hash, size FROM (SELECT data_checked AS checked, data_hash AS hash, data_size AS size FROM instance
       WHERE data_hash <> hash AND data_checked < ?1 ORDER BY data_checked LIMIT ?2)
     ORDER BY checked LIMIT ?2`,
  ).all(before, limit);
  return rows.map(({ hash, size }) => ({ hash: String(hash), size: Number(size) }));
}

function markChecked(prepare: Prepare, hash: string, at: string, state: string | null): void {
  prepare('UPDATE instance SET checked = ?, state = ? WHERE hash = ?').run(at, state, hash);
  prepare(
    'UPDATE instance SET data_checked = ?, data_state = ? WHERE data_hash = ? AND data_hash <> hash',
  ).run(at, state, hash);
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const integer = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const blob = (value: unknown): Uint8Array | undefined => (value instanceof Uint8Array ? value : undefined);
