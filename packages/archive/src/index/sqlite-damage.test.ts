import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { IndexDamaged } from './index-errors.ts';
import { filled, found, newInstance, published, value } from './samples.contract.ts';
import { removeSqliteIndex, replaceSqliteIndex } from './sqlite-file.ts';
import { openSqliteIndex } from './sqlite.ts';

const PAGE_BYTES = 4096;

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-damage-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An index of a few hundred pages, closed. */
async function stored(folder: string, studies = 200): Promise<string> {
  const file = join(folder, 'index.sqlite');
  const index = openSqliteIndex(file);
  const instances = Array.from({ length: studies }, (_, at) =>
    newInstance({
      study: `1.${at + 1}`,
      instance: `1.${at + 1}.1.1`,
      hash: String(at).padStart(64, '0'),
      studyAttributes: {
        '00080020': value('DA', '20240101'),
        '00100010': value('PN', { Alphabetic: `Name${at}^Given` }),
        '00081030': value('LO', `Description number ${at} `.repeat(3)),
      },
    }),
  );
  for (const outcome of await Promise.all(instances.map((each) => index.add(each, published))))
    expect(outcome).toBe('stored');
  await index.close();
  return file;
}

/** What a process that died leaves: everything in the write-ahead log is committed, and nothing is in the file itself. */
async function leftBehind(folder: string): Promise<string> {
  const file = await stored(folder);
  const index = openSqliteIndex(file);
  await filled(index, [{ study: '1.9999', instance: '1.9999.1.1' }]);
  const copy = join(folder, 'left.sqlite');
  for (const part of ['', '-wal', '-shm', '-mark']) copyFileSync(file + part, copy + part);
  await index.close();
  return copy;
}

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, at);
  closeSync(descriptor);
}

const expectDamaged = (file: string): void => {
  expect(() => openSqliteIndex(file)).toThrow(IndexDamaged);
  expect(() => openSqliteIndex(file)).toThrow('sightline reindex');
};

test('an index that a process left behind is whole', async () => {
  const index = openSqliteIndex(await leftBehind(temporaryFolder()));
  expect(await found(index, 'StudyInstanceUID=1.9999')).toEqual(['1.9999']);
  await index.close();
});

test('a damaged header is named as damage', async () => {
  const file = await stored(temporaryFolder());
  overwrite(file, 0, Buffer.from('not a database at all'));
  expectDamaged(file);
});

test('a file cut short is named as damage', async () => {
  const file = await stored(temporaryFolder());
  truncateSync(file, Math.floor(statSync(file).size / PAGE_BYTES / 2) * PAGE_BYTES);
  expectDamaged(file);
});

test('an empty file in place of an index is named as damage', async () => {
  const file = await stored(temporaryFolder());
  writeFileSync(file, '');
  expectDamaged(file);
});

test('an index that is gone is not begun anew without a word', async () => {
  const file = await stored(temporaryFolder());
  rmSync(file);
  expectDamaged(file);
});

test('a lost write-ahead log is named as damage', async () => {
  const file = await leftBehind(temporaryFolder());
  rmSync(`${file}-wal`);
  rmSync(`${file}-shm`);
  expectDamaged(file);
});

test('a write-ahead log cut short is named as damage', async () => {
  const file = await leftBehind(temporaryFolder());
  truncateSync(`${file}-wal`, statSync(`${file}-wal`).size - PAGE_BYTES);
  expectDamaged(file);
});

test('a lost memory of the write-ahead log is made again', async () => {
  const file = await leftBehind(temporaryFolder());
  rmSync(`${file}-shm`);
  const index = openSqliteIndex(file);
  expect(await found(index, 'StudyInstanceUID=1.9999')).toEqual(['1.9999']);
  await index.close();
});

test('an older copy in place of the index is named as damage', async () => {
  const folder = temporaryFolder();
  const file = await stored(folder);
  copyFileSync(file, join(folder, 'older'));
  const index = openSqliteIndex(file);
  await filled(index, [{ study: '1.9999', instance: '1.9999.1.1' }]);
  await index.close();
  copyFileSync(join(folder, 'older'), file);
  expectDamaged(file);
});

test('a page of other bytes is found at the start, in nearly every place', async () => {
  const folder = temporaryFolder();
  const file = await stored(folder);
  const whole = readFileSync(file);
  const pages = whole.length / PAGE_BYTES;
  const garbage = Buffer.alloc(PAGE_BYTES, 0xa5);
  let detected = 0;
  let tried = 0;
  for (let page = 1; page < pages; page += 2) {
    overwrite(file, page * PAGE_BYTES, garbage);
    tried += 1;
    try {
      await openSqliteIndex(file).close();
    } catch (error) {
      expect(error).toBeInstanceOf(IndexDamaged);
      detected += 1;
    }
    for (const part of ['-wal', '-shm']) rmSync(file + part, { force: true });
    writeFileSync(file, whole);
  }
  expect(tried).toBeGreaterThan(50);
  expect(detected / tried).toBeGreaterThanOrEqual(0.95);
});

test('damage that comes while it runs is named, never an answer that lacks something', async () => {
  const folder = temporaryFolder();
  const file = await stored(folder);
  const index = openSqliteIndex(file);
  onTestFinished(() => index.close());
  const database = new DatabaseSync(file, { readOnly: true });
  const root = Number(
    database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'study_by_moment'").get()?.['rootpage'],
  );
  database.close();
  // Another process that writes makes this one read again what it had in memory.
  const other = new DatabaseSync(file);
  other.exec('UPDATE totals SET one = 1');
  other.close();
  overwrite(file, (root - 1) * PAGE_BYTES, Buffer.alloc(PAGE_BYTES, 0xa5));
  await expect(found(index, '')).rejects.toBeInstanceOf(IndexDamaged);
});

test('an index built anew takes the place of a damaged one', async () => {
  const folder = temporaryFolder();
  const file = await leftBehind(folder);
  rmSync(`${file}-wal`);
  const built = join(folder, 'built.sqlite');
  const index = openSqliteIndex(built);
  await filled(index, [{ study: '1.1', instance: '1.1.1.1' }]);
  await index.close();
  replaceSqliteIndex(built, file);
  const again = openSqliteIndex(file);
  expect(await found(again, '')).toEqual(['1.1']);
  await again.close();
  expect(existsSync(built)).toBe(false);
  removeSqliteIndex(file);
  expect(existsSync(`${file}-mark`)).toBe(false);
});
