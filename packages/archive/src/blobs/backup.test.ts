import { cpSync, mkdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, once, openArchive, reader, temporaryFolder } from '../test-support/in-process.ts';
import { frameBytes, synthetic } from '../test-support/synthetic.ts';
import { rebuildArchive } from './rebuild-archive.ts';

const object = (n: number) => synthetic({ instance: `1.2.3.1.${n + 1}`, frames: [frameBytes(n)] });
const path = (n: number) => `/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.${n + 1}`;

async function wholeIn(folder: string, count: number): Promise<number[]> {
  const archive = await openArchive(folder);
  const wrong: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const accept = { headers: { accept: 'application/dicom; transfer-syntax=*' } };
    const answer = await ask(archive, path(n), accept);
    if (!Buffer.from(answer.bytes).equals(object(n))) wrong.push(n);
  }
  return wrong;
}

test('blobs copied while the server stores, and an index built from them, have all that was acknowledged before', async () => {
  const folder = temporaryFolder();
  const copy = temporaryFolder();
  const archive = await openArchive(folder);
  let acknowledged = 0;
  let isCopied = false;
  const storing = (async () => {
    for (let n = 0; !isCopied || n < 60; n += 1) {
      await archive.store(once(object(n)));
      acknowledged = n + 1;
    }
  })();
  await expect.poll(() => acknowledged, { timeout: 20_000 }).toBeGreaterThan(30);
  const before = acknowledged;
  mkdirSync(join(copy, 'blobs'), { recursive: true });
  await cp(join(folder, 'blobs'), join(copy, 'blobs'), {
    recursive: true,
    preserveTimestamps: true,
    // Files on their way in come and go, and are no part of a copy.
    filter: (source) => !source.endsWith('/tmp'),
  });
  isCopied = true;
  await storing;
  await rebuildArchive(copy, { reader, isDeleted: () => false, onBlob: () => undefined });
  expect(await wholeIn(copy, before)).toEqual([]);
}, 60_000);

test('the whole folder, copied while no server runs, is the archive', async () => {
  const folder = temporaryFolder();
  const copy = temporaryFolder();
  const archive = await openArchive(folder);
  for (let n = 0; n < 5; n += 1) await archive.store(once(object(n)));
  await archive.close();
  cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
  expect(await wholeIn(copy, 5)).toEqual([]);
});
