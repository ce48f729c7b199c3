import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { groupCommit } from './group-commit.ts';
import { IndexUnavailable } from './index-errors.ts';
import { LogSync } from './log-sync.ts';
import { newInstance } from './samples.contract.ts';
import { addGroup } from './sqlite-add.ts';
import { named } from './sqlite-errors.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { openSqliteIndex } from './sqlite.ts';
import { WriteQueue } from './write-queue.ts';

const one = newInstance({ study: '1.1', instance: '1.1.1.1' });
const two = newInstance({ study: '1.1', instance: '1.1.1.2' });
const published = () => true;

/** An index file whose log can be made to fail: a sync of what is closed rejects as one of a broken disk does. */
function openWriting() {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'index.sqlite');
  const { database, prepare, mark } = openSqliteFile(file);
  const log = new LogSync(database);
  const queue = new WriteQueue();
  const add = groupCommit(queue, (group) => addGroup({ database, prepare, mark, queue, log }, group));
  const close = (): void => {
    database.close();
    mark.close();
  };
  return { file, database, log, add, close };
}

test('what could not be synced is not acknowledged, not even when it is sent again and is there already', async () => {
  const { file, log, add, close } = openWriting();
  expect(await add(one, published)).toBe('stored');
  await log.close();
  await expect(add(two, published)).rejects.toThrow('file closed');
  const again = await Promise.allSettled([add(two, published), add(one, published)]);
  for (const outcome of again) {
    if (outcome.status === 'fulfilled') expect.fail(`acknowledged as ${outcome.value}`);
    expect(named(outcome.reason)).toBeInstanceOf(IndexUnavailable);
  }
  close();
  const opened = openSqliteIndex(file);
  expect(await opened.add(one, published)).toBe('identical');
  expect(await opened.add(newInstance({ study: '1.1', instance: '1.1.1.3' }), published)).toBe('stored');
  await opened.close();
});

test('others wait for the disk by themselves, after a success and after a failure', async () => {
  const { database, log, add, close } = openWriting();
  const synchronous = () => database.prepare('PRAGMA synchronous').get();
  await add(one, published);
  expect(synchronous()).toEqual({ synchronous: 2 });
  await log.close();
  await add(two, published).catch(() => undefined);
  expect(synchronous()).toEqual({ synchronous: 2 });
  close();
});

test('a group that fails as a whole is told so, and the next one has its turn', async () => {
  const failures = [new Error('first')];
  const add = groupCommit(new WriteQueue(), async (group) => {
    const failure = failures.pop();
    if (failure) throw failure;
    for (const { settle } of group) settle('stored');
  });
  await expect(add(one, published)).rejects.toThrow('first');
  expect(await add(two, published)).toBe('stored');
});
