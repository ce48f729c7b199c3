import { IndexDamaged, IndexUnavailable } from './index-errors.ts';

/** Result codes of SQLite, with what they are to us. */
const BUSY = 5;
/** By a disk that is mounted so, or because a write failed in a way that forbids the next one (`LogSync`). */
const READ_ONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;
/** The file ends before a page that it should have. */
const SHORT_READ = 522;
/** The memory that the processes share cannot grow, because the disk is full. */
const SHARED_MEMORY_SIZE = 4874;

const codeOf = (error: unknown): number =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;

/** The kind of a failure is the low byte; the rest says which of its kind it is. */
const kindOf = (error: unknown): number => codeOf(error) & 0xff;

export const isBusy = (error: unknown): boolean => kindOf(error) === BUSY;

export const isDiskFull = (error: unknown): boolean =>
  kindOf(error) === FULL || codeOf(error) === SHARED_MEMORY_SIZE;

export const isDamage = (error: unknown): boolean =>
  kindOf(error) === CORRUPT || kindOf(error) === NOT_A_DATABASE || codeOf(error) === SHORT_READ;

export const isReadOnly = (error: unknown): boolean => kindOf(error) === READ_ONLY;

/** What a caller is told: damage has a name, and so has what cannot be written now; anything else is as it was. */
export function named(cause: unknown): unknown {
  if (isDamage(cause)) return new IndexDamaged({ cause });
  if (isBusy(cause) || isReadOnly(cause)) return new IndexUnavailable({ cause });
  return cause;
}
