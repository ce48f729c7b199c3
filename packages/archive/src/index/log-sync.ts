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
    if (await this.#open()) this.#database.exec('PRAGMA synchronous = NORMAL');
  }

  /** After the transaction, however it ended: others wait for the disk by themselves again. */
  restore(): void {
    if (this.#database.isOpen) this.#database.exec('PRAGMA synchronous = FULL');
  }

  /**
   * After COMMIT. Resolves when it is on the disk. When it rejects, nothing more can be written on this connection until
   * it is opened again: the system may have dropped what it could not write, and would call the next sync a success.
   */
  async sync(): Promise<void> {
    try {
      await (await this.#log)?.datasync();
    } catch (error) {
      this.#database.exec('PRAGMA query_only = ON');
      throw error;
    }
  }

  async close(): Promise<void> {
    await (await this.#log)?.close();
  }

  /** What could not be opened for now (too many open files) is tried again with the next transaction. */
  async #open(): Promise<FileHandle | undefined> {
    this.#log ??= openLog(this.#database.location());
    try {
      return await this.#log;
    } catch (error) {
      this.#log = undefined;
      throw error;
    }
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
