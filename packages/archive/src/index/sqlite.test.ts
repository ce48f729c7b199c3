import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { indexStoreContract } from './index-store.contract.ts';
import { openSqliteIndex } from './sqlite.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-index-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

indexStoreContract('SQLite in memory', () => openSqliteIndex(':memory:'));

test('a file keeps what was stored, and is brought to the newest step once', async () => {
  const file = join(temporaryFolder(), 'index.sqlite');
  const first = openSqliteIndex(file);
  await first.close();
  const second = openSqliteIndex(file);
  expect(await second.isEmpty()).toBe(true);
  await second.close();
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  database.close();
});

test('refuses a file that a newer version wrote, and leaves it alone', () => {
  const file = join(temporaryFolder(), 'index.sqlite');
  const database = new DatabaseSync(file);
  database.exec('PRAGMA user_version = 1000');
  database.close();
  expect(() => openSqliteIndex(file)).toThrow('newer version');
});
