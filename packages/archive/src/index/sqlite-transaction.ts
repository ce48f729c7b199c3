import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy } from './sqlite-errors.ts';

/** How long a write waits for one of another process (an import beside a running server). */
const BUSY_TIMEOUT_MS = 15_000;
const FIRST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 20;

/** Reading waits only where another process mends what a third left behind. */
export const READ_TIMEOUT = 'PRAGMA busy_timeout = 5000';

/**
 * Takes the write lock. It is waited for without holding up the process: SQLite itself would sleep.
 *
 * IMMEDIATE: a transaction that reads first and then writes could otherwise lose a race it cannot repeat.
 */
export async function beginImmediate(database: DatabaseSync): Promise<void> {
  let wait = FIRST_WAIT_MS;
  for (let waited = 0; ; waited += wait) {
    try {
      database.exec('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (!isBusy(error) || waited >= BUSY_TIMEOUT_MS) throw error;
    } finally {
      database.exec(READ_TIMEOUT);
    }
    await sleep(wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

export function rollback(database: DatabaseSync): void {
  if (database.isTransaction) database.exec('ROLLBACK');
}
