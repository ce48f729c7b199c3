import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { IndexDamaged } from './index-errors.ts';
import { migrations } from './schema.ts';
import { named } from './sqlite-errors.ts';
import { preparer, type Prepare } from './sqlite-statements.ts';
import { READ_TIMEOUT, rollback } from './sqlite-transaction.ts';
import { readTotals } from './sqlite-write.ts';
import { noMark, openVersionMark, type VersionMark } from './version-mark.ts';

export interface OpenFile {
  readonly database: DatabaseSync;
  readonly prepare: Prepare;
  readonly mark: VersionMark;
}

const IN_MEMORY = ':memory:';
const markOf = (file: string): string => `${file}-mark`;

/** Opens an index that is whole, at the newest step. Throws IndexDamaged where it is not, and then leaves it alone. */
export function openSqliteFile(file: string): OpenFile {
  const mark = file === IN_MEMORY ? noMark : openVersionMark(markOf(file));
  let database: DatabaseSync | undefined;
  try {
    // Before the database, which others may be writing to: it is ahead of what was read here, or it is damaged.
    const marked = mark.read();
    database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
    database.exec('PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec('PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000');
    if (file !== IN_MEMORY) check(database, file);
    migrate(database);
    database.exec(`PRAGMA foreign_keys = ON; ${READ_TIMEOUT}`);
    const prepare = preparer(database);
    const { version } = readTotals(prepare);
    if (version < marked) throw new IndexDamaged();
    // Has its place on the disk from now on, so that a full one cannot fail what is already committed.
    mark.write(version);
    return { database, prepare, mark };
  } catch (error) {
    database?.close();
    mark.close();
    throw named(error);
  }
}

/** A file up to this long is checked in all its tables at every start, which takes a second or two. */
const MAX_CHECKED_BYTES = 1024 ** 3;
/** In a longer one, what everything else is found from. A page of another table is known to be damaged when it is read. */
const FIRST_TABLES: readonly unknown[] = ['totals', 'study', 'series', 'garbage'];
/** Read in place, not through the cache, which is a quarter faster. Only while it is checked: it counts as memory. */
const CHECK_MAP_BYTES = 4 * 1024 ** 3;

/** Table by table: a check of everything would also read every word of `study_text`, whose pages its tables hold. */
function check(database: DatabaseSync, file: string): void {
  database.exec(`PRAGMA mmap_size = ${CHECK_MAP_BYTES}`);
  const isShort = statSync(file).size <= MAX_CHECKED_BYTES;
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
    .all();
  for (const { name } of tables) {
    if (!isShort && !FIRST_TABLES.includes(name)) continue;
    const rows = database.prepare(`PRAGMA quick_check(${String(name)})`).all();
    if (rows.some((row) => row['quick_check'] !== 'ok')) throw new IndexDamaged();
  }
  database.exec('PRAGMA mmap_size = 0');
}

/** Brings the tables to the newest step, each step whole or not at all. A newer database than this program is refused. */
function migrate(database: DatabaseSync): void {
  // So that a table can be renamed without the references of others going with it.
  database.exec('PRAGMA legacy_alter_table = ON; BEGIN IMMEDIATE');
  try {
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (version > migrations.length)
      throw new Error('The archive was written by a newer version of Sightline.');
    for (const step of migrations.slice(version)) {
      if (typeof step === 'string') database.exec(step);
      else step(database);
    }
    database.exec(`PRAGMA user_version = ${migrations.length}; COMMIT; PRAGMA legacy_alter_table = OFF`);
  } catch (error) {
    rollback(database);
    throw error;
  }
}

/** An index that was never finished has no mark that any could reach. */
const UNREACHABLE = Number.MAX_VALUE;

/**
 * Puts an index that was built beside it, and is closed, in the place of another, which may be damaged or not there.
 * Nobody may have either open. Ended in the middle, the next start finds an index that is damaged, never an empty one.
 */
export function replaceSqliteIndex(built: string, file: string): void {
  const mark = openVersionMark(markOf(file));
  mark.write(UNREACHABLE);
  mark.close();
  for (const part of ['-wal', '-shm']) rmSync(file + part, { force: true });
  renameSync(built, file);
  if (existsSync(markOf(built))) renameSync(markOf(built), markOf(file));
  else rmSync(markOf(file));
}

/** Takes away an index, with all its parts. */
export function removeSqliteIndex(file: string): void {
  for (const part of ['', '-wal', '-shm', '-mark']) rmSync(file + part, { force: true });
}
