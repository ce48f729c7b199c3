import { expect, test } from 'vitest';
import { IndexDamaged, IndexUnavailable } from './index-errors.ts';
import { isOutOfSpace, namedPostgres } from './postgres-errors.ts';
import { isDiskFull, named } from './sqlite-errors.ts';

const sqlite = (errcode: number): Error => Object.assign(new Error('of SQLite'), { errcode });
const postgres = (code: string): Error => Object.assign(new Error('of PostgreSQL'), { code });

test.each([
  ['SQLITE_CORRUPT', sqlite(11), IndexDamaged],
  ['SQLITE_CORRUPT_VTAB', sqlite(267), IndexDamaged],
  ['SQLITE_NOTADB', sqlite(26), IndexDamaged],
  ['SQLITE_IOERR_SHORT_READ', sqlite(522), IndexDamaged],
  ['SQLITE_BUSY', sqlite(5), IndexUnavailable],
  ['SQLITE_BUSY_SNAPSHOT', sqlite(517), IndexUnavailable],
])('%s has a name, and its cause', (_, error, kind) => {
  expect(named(error)).toBeInstanceOf(kind);
  expect(named(error)).toHaveProperty('cause', error);
});

test.each([
  ['a damaged page', postgres('XX001'), IndexDamaged],
  ['a damaged index', postgres('XX002'), IndexDamaged],
  ['a server that shuts down', postgres('57P01'), IndexUnavailable],
  ['too many connections', postgres('53300'), IndexUnavailable],
  ['a lock that was not given', postgres('55P03'), IndexUnavailable],
  ['a deadlock', postgres('40P01'), IndexUnavailable],
  ['a refused connection', postgres('ECONNREFUSED'), IndexUnavailable],
  ['several refused connections', new AggregateError([postgres('ECONNREFUSED')]), IndexUnavailable],
  ['a lost connection', new Error('Connection terminated unexpectedly'), IndexUnavailable],
])('%s has a name', (_, error, kind) => {
  expect(namedPostgres(error)).toBeInstanceOf(kind);
});

test('what nobody foresaw stays as it is', () => {
  for (const error of [sqlite(1), postgres('42601'), new Error('other'), 'text']) {
    expect(named(error)).toBe(error);
    expect(namedPostgres(error)).toBe(error);
  }
});

test('a full disk is told apart', () => {
  expect([sqlite(13), sqlite(4874)].map(isDiskFull)).toEqual([true, true]);
  expect([sqlite(10), new Error('other')].map(isDiskFull)).toEqual([false, false]);
  expect([postgres('53100'), postgres('53200')].map(isOutOfSpace)).toEqual([true, false]);
});

test('the sentence names the remedy and no file', () => {
  expect(new IndexDamaged().message).toContain('"sightline reindex"');
});
