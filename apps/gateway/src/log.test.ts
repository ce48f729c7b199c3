import { expect, test } from 'vitest';
import { createLog } from './log.ts';
import { openGatewayDatabase } from './storage/gateway-database.ts';

function failureOf(work: () => void): string {
  const lines: string[] = [];
  try {
    work();
  } catch (error) {
    createLog('info', { write: (line) => void lines.push(line) }).failure('id', '/route', error);
  }
  return lines.join('');
}

test('a failure is told by its kind and place, never by its message', () => {
  const line = failureOf(() => {
    throw new TypeError('DOE^JANE');
  });
  expect(JSON.parse(line)).toMatchObject({ id: 'id', route: '/route', error: 'TypeError' });
  expect(line).not.toContain('DOE');
});

test('a failure of the database says in the words of the database what is wrong with the disk', () => {
  const database = openGatewayDatabase(':memory:');
  database.exec('PRAGMA query_only = ON');
  const line = failureOf(() => database.exec("INSERT INTO settings VALUES ('DOE', 'JANE')"));
  expect(JSON.parse(line)).toMatchObject({
    code: 'ERR_SQLITE_ERROR',
    reason: 'attempt to write a readonly database',
  });
  expect(line).not.toContain('DOE');
});
