import { IndexDamaged, IndexUnavailable } from './index-errors.ts';

const DISK_FULL = '53100';

/** SQLSTATE by its first letters: what passes by itself, or with the server. */
const UNAVAILABLE = ['08', '53300', '53400', '55P03', '57014', '57P', '40001', '40P01'];
const DAMAGED = ['XX001', 'XX002'];
/** What the operating system says of a connection. */
const SYSTEM = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOST|ENET|EAI_|ENOENT)/;
/** The driver has no codes for these. */
const DRIVER =
  /^(Connection terminated|timeout e|Client has encountered a connection error|Client was closed)/;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

export const isOutOfSpace = (error: unknown): boolean => codeOf(error) === DISK_FULL;

/** What a caller is told. */
export function namedPostgres(cause: unknown): unknown {
  const code = codeOf(cause);
  if (DAMAGED.includes(code)) return new IndexDamaged({ cause });
  const isGone =
    UNAVAILABLE.some((start) => code.startsWith(start)) ||
    SYSTEM.test(code) ||
    (cause instanceof Error && DRIVER.test(cause.message)) ||
    (cause instanceof AggregateError && cause.errors.some((each) => SYSTEM.test(codeOf(each))));
  return isGone ? new IndexUnavailable({ cause }) : cause;
}
