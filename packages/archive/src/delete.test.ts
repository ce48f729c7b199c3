import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AuditEvent } from './archive.ts';
import { openFileBlobs } from './blobs/file.ts';
import { openStaging } from './blobs/staging.ts';
import { type ArchiveParts, createArchive } from './create-archive.ts';
import { openSqliteIndex } from './index/sqlite.ts';
import { ask, clock, once, reader, renderer, temporaryFolder } from './test-support/in-process.ts';
import { deflated, frameBytes, synthetic } from './test-support/synthetic.ts';

const actor = { name: 'api-key', address: '127.0.0.1' };

async function filled(changed: Partial<ArchiveParts> = {}) {
  const folder = temporaryFolder();
  const blobs = openFileBlobs(folder);
  const events: AuditEvent[] = [];
  const parts: ArchiveParts = {
    index: openSqliteIndex(':memory:'),
    blobs,
    staging: openStaging(join(folder, 'tmp'), blobs),
    reader,
    renderer,
    audit: async (event) => void events.push(event),
    clock,
    newBoundary: () => 'b',
    ...changed,
  };
  const archive = createArchive(parts);
  const frames = [frameBytes(1)];
  for (const instance of ['1.2.3.1.1', '1.2.3.1.2'])
    await archive.store(once(synthetic({ instance, frames })));
  await archive.store(once(deflated(synthetic({ series: '1.2.3.2', instance: '1.2.3.2.1', frames }))));
  await archive.store(once(synthetic({ study: '1.9', series: '1.9.1', instance: '1.9.1.1' })));
  const files = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  return { archive, parts, events, files };
}

test('a deleted object is neither found nor retrieved, its bytes are gone, and the rest stays', async () => {
  const { archive, files } = await filled();
  const path = '/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1';
  expect((await ask(archive, `${path}/frames/1`)).status).toBe(200);
  expect(files()).toBe(5);
  const where = { study: '1.2.3', series: '1.2.3.1', instance: '1.2.3.1.1' };
  expect(await archive.delete(where, actor)).toEqual({
    studyInstanceUids: ['1.2.3'],
    series: 1,
    instances: 1,
  });
  for (const resource of ['', '/metadata', '/frames/1']) {
    expect((await ask(archive, `${path}${resource}`)).status).toBe(404);
  }
  expect((await ask(archive, '/studies/1.2.3/instances')).json()).toHaveLength(2);
  expect(files()).toBe(4);
});

test('a deleted study takes its series along, also those of two blobs for one object', async () => {
  const { archive, files } = await filled();
  expect(await archive.delete({ study: '1.2.3' }, actor)).toEqual({
    studyInstanceUids: ['1.2.3'],
    series: 2,
    instances: 3,
  });
  expect(await archive.hasStudy('1.2.3')).toBe(false);
  expect(await archive.hasStudy('1.9')).toBe(true);
  expect(files()).toBe(1);
});

test('what was deleted can be stored again', async () => {
  const { archive } = await filled();
  await archive.delete({ study: '1.9' }, actor);
  const file = synthetic({ study: '1.9', series: '1.9.1', instance: '1.9.1.1' });
  expect((await archive.store(once(file))).kind).toBe('stored');
  expect((await ask(archive, '/studies/1.9/metadata')).status).toBe(200);
});

test('the trail says before and after who deleted what; what is not here leaves no line', async () => {
  const { archive, events } = await filled();
  await archive.delete({ study: '1.2.3', series: '1.2.3.1' }, actor);
  expect((await archive.delete({ study: '1.2.4' }, actor)).instances).toBe(0);
  const line = {
    action: 'deleted',
    at: '2026-01-02T03:04:05.000Z',
    actor,
    studyInstanceUids: ['1.2.3'],
    seriesInstanceUid: '1.2.3.1',
    instances: 2,
  };
  expect(events).toEqual([
    { ...line, outcome: 'begun' },
    { ...line, outcome: 'success' },
  ]);
});

test('where the trail cannot be written nothing is deleted', async () => {
  const { archive } = await filled({ audit: () => Promise.reject(new Error('disk full')) });
  await expect(archive.delete({ study: '1.9' }, actor)).rejects.toThrow('disk full');
  expect(await archive.hasStudy('1.9')).toBe(true);
});

test('a deletion that fails is in the trail as one', async () => {
  const index = openSqliteIndex(':memory:');
  const { archive, events } = await filled({
    index: { ...index, remove: () => Promise.reject(new Error('disk full')) },
  });
  await expect(archive.delete({ study: '1.9' }, actor)).rejects.toThrow('disk full');
  expect(events.map(({ outcome, instances }) => [outcome, instances])).toEqual([
    ['begun', 1],
    ['failure', 0],
  ]);
});
