import pg from 'pg';
import type { Value } from './conditions.ts';

/** What statements are given to: the pool, or one connection with its transaction. */
export interface Asking {
  /** `text` has a question mark for each value. */
  rows(text: string, values?: readonly PostgresValue[]): Promise<readonly Row[]>;
  /** As above, each row as an array. */
  arrays(text: string, values?: readonly PostgresValue[]): Promise<readonly (readonly unknown[])[]>;
}

export type Row = Readonly<Record<string, unknown>>;
export type PostgresValue = Value | null | Uint8Array | readonly number[];

const MAX_CONNECTIONS = 16;
const CONNECT_TIMEOUT_MS = 5_000;
/** No search is worth waiting longer for. */
const STATEMENT_TIMEOUT_MS = 60_000;
/** How long a write waits for one of another gateway. */
const LOCK_TIMEOUT_MS = 15_000;

const INT8 = 20;

export function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    keepAlive: true,
    types: {
      // Ids, counts and sizes are all below 2^53.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format),
    },
  });
  // A connection that breaks while nobody uses it is replaced at the next use.
  pool.on('error', () => undefined);
  return pool;
}

export const asking = (connection: pg.Pool | pg.PoolClient): Asking => ({
  rows: async (text, values = []) =>
    (await connection.query<Row>({ text: numbered(text), values: sendable(values) })).rows,
  arrays: async (text, values = []) =>
    (await connection.query<unknown[]>({ text: numbered(text), values: sendable(values), rowMode: 'array' }))
      .rows,
});

/** Question marks stand for values alone in our statements. */
function numbered(text: string): string {
  let at = 0;
  return text.replaceAll('?', () => {
    at += 1;
    return `$${at}`;
  });
}

/** PostgreSQL has no NUL in its texts; the sign that takes its place stands in no value that is stored. */
const sendable = (values: readonly PostgresValue[]): unknown[] =>
  values.map((value) => {
    if (typeof value === 'string') return value.replaceAll('\0', '\u{FFFD}');
    return Array.isArray(value) && typeof value[0] === 'string' ? sendable(value) : value;
  });

/** All writers of all gateways, one after the other, so that ids and versions come in the order of their commits. */
const WRITE_LOCK = 0x51_67_68_01;
/** Bringing the tables forward. */
const MIGRATION_LOCK = 0x51_67_68_02;

/** A server, database or user may be set to answer COMMIT before it is on the disk: not for ours. */
const LOCK_DURABLY = `SELECT pg_advisory_xact_lock($1), CASE current_setting('synchronous_commit') WHEN 'off'
  THEN set_config('synchronous_commit', 'on', true) END`;

/** Undone where `work` rejects. A connection that broke is thrown away. */
export async function inPostgresTransaction<T>(
  pool: pg.Pool,
  lock: 'write' | 'migration',
  work: (asking: Asking) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const note = (error: Error): void => {
    broken = error;
  };
  client.on('error', note);
  try {
    await client.query('BEGIN');
    await client.query(LOCK_DURABLY, [lock === 'write' ? WRITE_LOCK : MIGRATION_LOCK]);
    const result = await work(asking(client));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(note);
    throw error;
  } finally {
    client.off('error', note);
    client.release(broken);
  }
}
