import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Archive, InstanceIdentity } from '../archive.ts';
import type { Rebuilt } from '../rebuild-index.ts';
import { ask, once, openArchive, reader, temporaryFolder } from '../test-support/in-process.ts';
import { deflated, frameBytes, pn, synthetic } from '../test-support/synthetic.ts';
import { openFileBlobs } from './file.ts';
import { rebuildArchive } from './rebuild-archive.ts';

const frames = [frameBytes(1)];

async function rebuild(
  folder: string,
  isDeleted: (identity: InstanceIdentity, modified: string) => boolean = () => false,
) {
  const outcomes: Rebuilt['outcome'][] = [];
  const onBlob = ({ outcome }: Rebuilt) => void outcomes.push(outcome);
  const statistics = await rebuildArchive(folder, { reader, isDeleted, onBlob });
  return { outcomes: outcomes.sort(), statistics };
}

async function stored(folder: string, ...files: readonly Uint8Array[]): Promise<void> {
  const archive = await openArchive(folder);
  for (const file of files) expect((await archive.store(once(file))).kind).toBe('stored');
  await archive.close();
}

/** Everything that a client can ask of the index. */
async function answers(archive: Archive): Promise<string[]> {
  const paths = ['/studies', '/series', '/instances', '/studies/1.2.3/metadata', '/studies/1.9/metadata'];
  const all = paths.map(async (path) => (await ask(archive, path, { query: 'includefield=all' })).text);
  return (await Promise.all(all)).map((text) => JSON.stringify(sorted(JSON.parse(text || '[]'))));
}

const sorted = (list: unknown[]) => list.map((each) => JSON.stringify(each)).sort();

const blobPath = (folder: string, has: (bytes: Buffer) => boolean): string => {
  const all = readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return all.find((path) => has(readFileSync(path)))!;
};

test('the index built anew answers as the old one did', async () => {
  const folder = temporaryFolder();
  await stored(
    folder,
    ...Array.from({ length: 100 }, (_, n) =>
      synthetic({ instance: `1.2.3.1.${n + 1}`, frames: [frameBytes(n)] }),
    ),
    deflated(synthetic({ series: '1.2.3.2', instance: '1.2.3.2.1', frames })),
    synthetic({ study: '1.9', series: '1.9.1', instance: '1.9.1.1' }),
  );
  const before = await openArchive(folder);
  const expected = await answers(before);
  const statistics = await before.statistics();
  await before.close();
  for (const name of readdirSync(folder).filter((each) => each.startsWith('index.sqlite'))) {
    rmSync(join(folder, name));
  }
  const rebuilt = await rebuild(folder);
  expect(rebuilt).toEqual({ outcomes: Array(102).fill('stored'), statistics });
  const after = await openArchive(folder);
  expect(await answers(after)).toEqual(expected);
  const frame = await ask(after, '/studies/1.2.3/series/1.2.3.2/instances/1.2.3.2.1/frames/1', {
    headers: { accept: 'application/octet-stream' },
  });
  expect([...frame.bytes]).toEqual([...frameBytes(1)]);
});

test('a damaged index is replaced, and so is what lay beside it', async () => {
  const folder = temporaryFolder();
  await stored(folder, synthetic({ frames }));
  writeFileSync(join(folder, 'index.sqlite'), 'no database at all, not for a page '.repeat(500));
  writeFileSync(join(folder, 'index.sqlite-wal'), 'nor this');
  await expect(openArchive(folder)).rejects.toThrow('sightline reindex');
  expect((await rebuild(folder)).outcomes).toEqual(['stored']);
  const archive = await openArchive(folder);
  expect(await archive.hasStudy('1.2.3')).toBe(true);
});

/** Puts bytes that no index knows, as of a day. */
async function putBlob(folder: string, bytes: Uint8Array, day: string): Promise<void> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const file = join(folder, 'given');
  writeFileSync(file, bytes);
  utimesSync(file, new Date(day), new Date(day));
  const blobs = openFileBlobs(join(folder, 'blobs'));
  await blobs.put(hash, file, bytes.length);
  await blobs.close();
  rmSync(file);
}

test.each([
  ['2026-01-01', '2026-01-02', 'Doe^Jane'],
  ['2026-01-02', '2026-01-01', 'Other^Patient'],
])('of two objects with one UID, of %s and %s, the first stays', async (first, second, patient) => {
  const folder = temporaryFolder();
  await putBlob(folder, synthetic(), first);
  await putBlob(folder, synthetic({ attributes: { '00100010': pn('Other^Patient') } }), second);
  expect((await rebuild(folder)).outcomes).toEqual(['conflict', 'stored']);
  const archive = await openArchive(folder);
  expect((await ask(archive, '/studies')).text).toContain(patient);
});

test('what was deleted does not come back, though its bytes were still there', async () => {
  const folder = temporaryFolder();
  await putBlob(folder, synthetic(), '2026-01-01');
  await putBlob(folder, synthetic({ study: '1.9', series: '1.9.1', instance: '1.9.1.1' }), '2026-01-03');
  const isDeleted = (_: InstanceIdentity, modified: string) => modified < '2026-01-02';
  expect((await rebuild(folder, isDeleted)).outcomes).toEqual(['deleted', 'stored']);
  expect((await rebuild(folder)).outcomes).toEqual(['stored']);
});

test('what is damaged or no DICOM is left out, and where it is', async () => {
  const folder = temporaryFolder();
  await stored(folder, synthetic({ frames }), synthetic({ instance: '1.2.3.1.2' }));
  const path = blobPath(folder, (bytes) => bytes.includes(Buffer.from(frameBytes(1))));
  const changed = readFileSync(path);
  changed[changed.length - 1]! ^= 1;
  writeFileSync(path, changed);
  await putBlob(folder, Buffer.from('a letter, not an image'), '2026-01-01');
  expect((await rebuild(folder)).outcomes).toEqual(['damaged', 'not_dicom', 'stored']);
  expect(readFileSync(path).equals(changed)).toBe(true);
});

test('an empty archive has an empty index', async () => {
  expect(await rebuild(temporaryFolder())).toEqual({
    outcomes: [],
    statistics: { studies: 0, series: 0, instances: 0, bytes: 0 },
  });
});

test('nobody else may be at work on the folder', async () => {
  const folder = temporaryFolder();
  const server = await openArchive(folder);
  await expect(rebuild(folder)).rejects.toThrow('in use by another Sightline server');
  await server.close();
  const tool = await openArchive(folder, 'beside');
  await expect(rebuild(folder)).rejects.toThrow('An import or another tool is at work');
  await tool.close();
  await rebuild(folder);
});

test('a rebuild that fails leaves the old index as it was', async () => {
  const folder = temporaryFolder();
  await stored(folder, synthetic());
  const failing = { read: () => Promise.reject(new Error('the worker ended')), take: reader.take };
  const options = { reader: failing, isDeleted: () => false, onBlob: () => undefined };
  await expect(rebuildArchive(folder, options)).rejects.toThrow('the worker ended');
  expect(await (await openArchive(folder)).hasStudy('1.2.3')).toBe(true);
});
