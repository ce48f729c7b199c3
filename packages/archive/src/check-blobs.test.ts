import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CheckedBlob } from './check-blobs.ts';
import { once, openArchive, temporaryFolder } from './test-support/in-process.ts';
import { deflated, frameBytes, synthetic } from './test-support/synthetic.ts';

const NOW = '2026-01-02T03:04:05.000Z';
const frames = [frameBytes(1)];

async function filled() {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  const paths = new Map<string, string>();
  for (const instance of ['1.2.3.1.1', '1.2.3.1.2', '1.2.3.1.3', '1.2.3.1.4']) {
    const before = new Set(blobs(folder));
    await archive.store(once(synthetic({ instance, frames })));
    paths.set(instance, blobs(folder).find((path) => !before.has(path))!);
  }
  return { archive, path: (instance: string) => paths.get(instance)! };
}

const blobs = (folder: string): string[] =>
  readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

async function all(checked: AsyncIterable<CheckedBlob>) {
  const states: string[] = [];
  for await (const { state } of checked) states.push(state);
  return states.sort();
}

test('an archive that is whole is found whole, and what was checked is not checked again before its time', async () => {
  const { archive } = await filled();
  await archive.store(once(deflated(synthetic({ instance: '1.2.3.1.9', frames }))));
  expect(await all(archive.checkBlobs({ before: NOW, atOnce: 2 }))).toEqual(Array(6).fill('whole'));
  expect(await all(archive.checkBlobs({ before: NOW, atOnce: 2 }))).toEqual([]);
  expect(await all(archive.checkBlobs({ before: '2026-01-03T00:00:00.000Z', atOnce: 2 }))).toHaveLength(6);
  expect(await archive.damaged()).toEqual([]);
});

test('one changed bit, a cut and a missing file are found and named, until the same object comes again', async () => {
  const { archive, path } = await filled();
  const changed = Buffer.from(synthetic({ instance: '1.2.3.1.1', frames }));
  changed[changed.length - 1]! ^= 1;
  writeFileSync(path('1.2.3.1.1'), changed);
  truncateSync(path('1.2.3.1.2'), 100);
  rmSync(path('1.2.3.1.3'));
  expect(await all(archive.checkBlobs({ before: NOW, atOnce: 3 }))).toEqual([
    'damaged',
    'damaged',
    'missing',
    'whole',
  ]);
  const named = async () =>
    (await archive.damaged()).map(({ state, instance }) => `${instance.sopInstanceUid} ${state}`).sort();
  expect(await named()).toEqual(['1.2.3.1.1 damaged', '1.2.3.1.2 damaged', '1.2.3.1.3 missing']);
  for (const instance of ['1.2.3.1.1', '1.2.3.1.2', '1.2.3.1.3']) {
    expect((await archive.store(once(synthetic({ instance, frames })))).kind).toBe('identical');
  }
  await all(archive.checkBlobs({ before: '2026-01-03T00:00:00.000Z', atOnce: 1 }));
  expect(await named()).toEqual([]);
});

test('ends between two blobs when it is told to, and waits before each one', async () => {
  const { archive } = await filled();
  const stop = new AbortController();
  let paced = 0;
  const pace = async () => {
    paced += 1;
    if (paced === 2) stop.abort();
  };
  expect(await all(archive.checkBlobs({ before: NOW, atOnce: 1, pace, signal: stop.signal }))).toHaveLength(
    2,
  );
});
