import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../config.ts';

/**
 * Tickets, sessions, settings and the audit trail. A ticket that is spent must stay spent after a power cut, hence FULL: the answer goes
 * out only when the statement is on disk. Times are milliseconds since 1970, from the caller's clock.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tickets (
    hash BLOB PRIMARY KEY, launch TEXT NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS tickets_by_expiry ON tickets (expires_at);
  CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, secret_hash BLOB NOT NULL, launch TEXT NOT NULL,
    seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sessions_by_expiry ON sessions (expires_at);
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY, line TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
  CREATE TRIGGER IF NOT EXISTS audit_stays_1 BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'lines of the audit trail stay as they are'); END;
  CREATE TRIGGER IF NOT EXISTS audit_stays_2 BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'lines of the audit trail stay'); END;
`;

/** What the stores of tickets, sessions and settings are given; the driver itself stays in this file. */
export type GatewayDatabase = DatabaseSync;

/**
 * Opens the gateway's own database, creating it when it is not there; `:memory:` for tests. Throws a StartError where the
 * file is damaged.
 */
export function openGatewayDatabase(file: string): GatewayDatabase {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(SCHEMA);
    return database;
  } catch (cause) {
    database.close();
    if (!isDamaged(cause)) throw cause;
    throw new StartError(
      'The file gateway.sqlite of the data folder is damaged: it holds sessions and the audit trail, no images. Put it back from a backup; or move it away, with the files whose names begin with its own, and a new trail begins.',
      { cause },
    );
  }
}

/** SQLITE_CORRUPT, SQLITE_NOTADB. */
function isDamaged(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  return [11, 26].includes(code & 0xff);
}

/** SQLITE_FULL, and what says the same of the memory that processes share. */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  return (code & 0xff) === 13 || code === 4874;
}
