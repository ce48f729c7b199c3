import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';

/** Another server has the folder. The message is for the person who starts this one. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';

  constructor(pid: string | undefined) {
    const who = pid ? `process ${pid}` : 'another process';
    super(
      `The data folder is in use by another Sightline server (${who}). Stop it, or choose another folder.`,
    );
  }
}

export interface FolderLock {
  release(): void;
}

/**
 * Takes the folder for this server. The lock is one of the operating system on a file, so that it ends with its
 * process whatever way that ends; a text file beside it says which process has it.
 */
export function lockFolder(folder: string): FolderLock {
  const pidFile = join(folder, 'server.pid');
  const lock = new DatabaseSync(join(folder, 'server.lock'), { timeout: 0 });
  try {
    // Not WAL: there, an exclusive transaction does not keep another from beginning.
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw isBusy(error) ? new FolderInUse(readPid(pidFile)) : error;
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return {
    release() {
      if (lock.isOpen) lock.close();
    },
  };
}

/** SQLITE_BUSY. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === 5;

function readPid(file: string): string | undefined {
  try {
    return /^\d+/.exec(readFileSync(file, 'utf8'))?.[0];
  } catch {
    // Not written yet: who it is does not matter, only that it is.
    return undefined;
  }
}
