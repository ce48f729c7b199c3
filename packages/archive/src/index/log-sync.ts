import { type FileHandle, open } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';

/**
 * Makes what was committed durable without holding up the thread: SQLite's own way (synchronous FULL) waits for the disk
 * in COMMIT, and nothing else is answered meanwhile. In WAL mode a commit is on the disk when the log is; with NORMAL
 * SQLite leaves that sync out, but not those that keep the file whole, and this makes up for it.
 */
export class LogSync {
  readonly #database: DatabaseSync;
  #log: Promise<FileHandle | undefined> | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Before a transaction: whether its COMMIT need not wait for the disk, because `sync` will. */
  async relax(): Promise<void> {
    this.#log ??= openLog(this.#database.location());
    if (await this.#log) this.#database.exec('PRAGMA synchronous = NORMAL');
  }

  /** After the transaction, however it ended: others wait for the disk by themselves again. */
  restore(): void {
    if (this.#database.isOpen) this.#database.exec('PRAGMA synchronous = FULL');
  }

  /** After COMMIT. Resolves when it is on the disk. */
  async sync(): Promise<void> {
    await (await this.#log)?.datasync();
  }

  async close(): Promise<void> {
    await (await this.#log)?.close();
  }
}

/** Undefined: in memory, or a database that keeps no such log, where SQLite does it all. */
async function openLog(file: string | null): Promise<FileHandle | undefined> {
  if (file === null) return undefined;
  try {
    return await open(`${file}-wal`, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
