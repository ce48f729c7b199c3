import type { Pool } from 'pg';
import { groupCommit } from './group-commit.ts';
import type { IndexStatistics, IndexStore } from './index-store.ts';
import { addPostgresGroup } from './postgres-add.ts';
import { asking, inPostgresTransaction, openPool, type Asking } from './postgres-connection.ts';
import { namedPostgres } from './postgres-errors.ts';
import { blobsToCheck, listBulk, listDamaged, listInstances, searchPostgres } from './postgres-read.ts';
import { removeObjects } from './postgres-remove.ts';
import { postgresMigrations, trigramIndexes } from './postgres-schema.ts';
import { WriteQueue } from './write-queue.ts';

/**
 * The index in PostgreSQL 14 or later, which several gateways may share. `url`: postgres://user:password@host/database.
 * Where the server cannot be reached everything rejects with IndexUnavailable, and works again once it can be. The
 * database has to have the encoding UTF8. The extension pg_trgm is made where we may; without it, a search for a part
 * of a text reads every row.
 */
export async function openPostgresIndex(url: string): Promise<IndexStore> {
  const pool = openPool(url);
  try {
    await migrate(pool);
  } catch (error) {
    await pool.end();
    throw namedPostgres(error);
  }
  return { ...reading(asking(pool)), ...changing(pool) };
}

/** Gateways that start together bring the tables forward one after the other. */
async function migrate(pool: Pool): Promise<void> {
  await inPostgresTransaction(pool, 'migration', async ({ rows }) => {
    await rows('CREATE TABLE IF NOT EXISTS schema_step (step INTEGER NOT NULL)');
    const [found] = await rows('SELECT max(step) AS step FROM schema_step');
    const step = Number(found?.['step'] ?? 0);
    if (step > postgresMigrations.length)
      throw new Error('The archive was written by a newer version of Sightline.');
    for (const statements of postgresMigrations.slice(step)) await rows(statements);
    await rows('DELETE FROM schema_step');
    await rows('INSERT INTO schema_step VALUES (?)', [postgresMigrations.length]);
    await rows('SAVEPOINT trigrams');
    try {
      for (const statement of trigramIndexes) await rows(statement);
    } catch {
      // Not ours to make, or not installed: searches for a part of a text are slower then, and right.
      await rows('ROLLBACK TO SAVEPOINT trigrams');
    }
  });
}

type ChangingNames = 'add' | 'remove' | 'collect' | 'markChecked' | 'close';

function reading(pool: Asking): Omit<IndexStore, ChangingNames> {
  /** The first column of the first row. */
  const one = (sql: string, values: readonly (string | number)[] = []): Promise<unknown> =>
    safely(async () => (await pool.arrays(sql, values))[0]?.[0]);
  const metadata = async (id: number): Promise<Uint8Array | undefined> =>
    blob(await one('SELECT metadata FROM instance_data WHERE instance = ?', [id]));
  return {
    hashOf: async (uid) => text(await one('SELECT hash FROM instance WHERE uid = ?', [uid])),
    versionOf: async (uid) => integer(await one('SELECT version FROM study WHERE uid = ?', [uid])),
    list: (path, scope) =>
      safely(async () => (scope && !scope.has(path.study) ? [] : listInstances(pool, path))),
    metadata,
    async *metadataOf(ids) {
      for (let at = 0; at < ids.length; at += METADATA_AT_ONCE)
        yield* await metadataOf(pool, ids.slice(at, at + METADATA_AT_ONCE));
    },
    frameIndex: async (id) =>
      blob(await one('SELECT frame_index FROM instance_data WHERE instance = ?', [id])),
    bulk: (id) => safely(() => listBulk(pool, id)),
    search: (search) => safely(() => searchPostgres(pool, search)),
    moment: () =>
      safely(async () => {
        const [row] = await pool.arrays('SELECT version, last_instance FROM totals');
        return { version: integer(row?.[0]) ?? 0, newest: integer(row?.[1]) ?? 0 };
      }),
    isEmpty: async () => (await one('SELECT 1 FROM instance LIMIT 1')) === undefined,
    garbage: () =>
      safely(async () => (await pool.rows('SELECT hash FROM garbage')).map(({ hash }) => String(hash))),
    blobsToCheck: (before, limit) => safely(() => blobsToCheck(pool, before, limit)),
    damaged: () => safely(() => listDamaged(pool)),
    statistics: () =>
      safely(async () => {
        const [row] = await pool.rows('SELECT studies, series, instances, bytes FROM totals');
        return { ...row } as unknown as IndexStatistics; // integers, as the table declares them
      }),
  };
}

/** A few hundred kilobytes: one question for many, and no more in memory than that. */
const METADATA_AT_ONCE = 64;

type Metadata = { readonly id: number; readonly metadata: Uint8Array };

const metadataOf = (pool: Asking, ids: readonly number[]): Promise<readonly Metadata[]> =>
  safely(async () => {
    const rows = await pool.rows(
      'SELECT instance, metadata FROM instance_data WHERE instance = ANY (?::bigint[])',
      [ids],
    );
    const found = new Map(rows.map((row) => [Number(row['instance']), blob(row['metadata'])]));
    return ids.flatMap((id) => {
      const metadata = found.get(id);
      return metadata ? [{ id, metadata }] : [];
    });
  });

function changing(pool: Pool): Pick<IndexStore, ChangingNames> {
  const queue = new WriteQueue();
  const add = groupCommit(queue, (group) => addPostgresGroup(pool, group));
  const write = <T>(work: (asking: Asking) => Promise<T>): Promise<T> =>
    safely(() => queue.run(() => inPostgresTransaction(pool, 'write', work)));
  return {
    add: (instance, isPublished) => safely(() => add(instance, isPublished)),
    remove: (path) => write((transaction) => removeObjects(transaction, path)),
    collect: (hashes, remove) =>
      write(async (transaction) => {
        for (const hash of hashes) if (!(await isReferenced(transaction, hash))) await remove(hash);
        await transaction.rows('DELETE FROM garbage WHERE hash = ANY (?::text[])', [hashes]);
      }),
    markChecked: (hash, at, state) =>
      write(async ({ rows }) => {
        const values = [at, state === 'whole' ? null : state, hash];
        await rows('UPDATE instance SET checked = ?, state = ? WHERE hash = ?', values);
        await rows(
          'UPDATE instance SET data_checked = ?, data_state = ? WHERE data_hash = ? AND data_hash <> hash',
          values,
        );
      }),
    close: () =>
      queue.run(async () => {
        if (!pool.ending) await pool.end();
      }),
  };
}

const isReferenced = async ({ rows }: Asking, hash: string): Promise<boolean> => {
  const found = await rows(
    'SELECT 1 FROM instance WHERE hash = ? UNION SELECT 1 FROM instance WHERE data_hash = ? AND data_hash <> hash',
    [hash, hash],
  );
  return found.length > 0;
};

/** Damage and unavailability by their names. */
async function safely<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw namedPostgres(error);
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const integer = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const blob = (value: unknown): Uint8Array | undefined => (value instanceof Uint8Array ? value : undefined);
