import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FolderLock } from './folder-lock.ts';
import { isBusy } from './sqlite-errors.ts';

/** The index is being built anew, or somebody writes to it who must not lose what he writes. For the operator. */
export class ToolsAtWork extends Error {
  override readonly name = 'ToolsAtWork';

  constructor(wanted: 'shared' | 'alone') {
    super(
      wanted === 'alone'
        ? 'An import or another tool is at work on the data folder. Wait for its end, and start this again.'
        : 'The index of the data folder is being built anew. Wait for the end of "sightline reindex".',
    );
  }
}

/**
 * Tools beside a server share the folder; building the index anew is for one alone. As with the server's lock, the
 * operating system lets go of it with the process.
 */
export function lockTools(folder: string, wanted: 'shared' | 'alone'): FolderLock {
  const lock = new DatabaseSync(join(folder, 'tools.lock'), { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = DELETE');
    // A transaction that has read holds a shared lock until its end.
    lock.exec(wanted === 'alone' ? 'BEGIN EXCLUSIVE' : 'BEGIN; SELECT count(*) FROM sqlite_schema');
  } catch (error) {
    lock.close();
    throw isBusy(error) ? new ToolsAtWork(wanted) : error;
  }
  return {
    release() {
      if (lock.isOpen) lock.close();
    },
  };
}
