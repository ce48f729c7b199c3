import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Archive, StoreOutcome } from '@sightline/archive';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { uid } from '../testing/test-gateway.ts';
import { describeImport, importFiles } from './import-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-import-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const identity = {
  studyInstanceUid: uid('1.2'),
  seriesInstanceUid: uid('1.3'),
  sopInstanceUid: uid('1.4'),
  sopClassUid: '1.5',
};

/** Takes files that begin with "DICM", each content once; "FULL" fills the disk. */
function tinyArchive(): Pick<Archive, 'store'> & { readonly kept: Set<string> } {
  const kept = new Set<string>();
  return {
    kept,
    async store(bytes): Promise<StoreOutcome> {
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      if (text.startsWith('FULL')) return { kind: 'refused', code: 'out_of_space' };
      if (!text.startsWith('DICM')) return { kind: 'refused', code: 'not_dicom' };
      const kind = kept.has(text) ? 'identical' : 'stored';
      kept.add(text);
      return { kind, ...identity };
    },
  };
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test('takes every readable file below a folder and names every other one with its reason', async () => {
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  write('a/1.dcm', 'DICM 1');
  write('a/b/2', 'DICM 2');
  write('a/b/copy of 2', 'DICM 2');
  write('notes.txt', 'text');
  write('empty.dcm', '');
  const archive = tinyArchive();
  const summary = await importFiles(archive, [folder]);
  expect(summary).toMatchObject({ stored: 2, identical: 1 });
  expect(summary.refused.toSorted((x, y) => (x.name < y.name ? -1 : 1))).toEqual([
    { name: join(folder, 'empty.dcm'), reason: 'This is not a DICOM file.' },
    { name: join(folder, 'notes.txt'), reason: 'This is not a DICOM file.' },
  ]);
  expect(archive.kept.size).toBe(2);
});

test('follows a link that was named, and none that leads out of the folder', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'sightline-outside-'));
  writeFileSync(join(outside, 'secret'), 'DICM secret');
  mkdirSync(join(folder, 'in'));
  write('in/1', 'DICM 1');
  symlinkSync(outside, join(folder, 'in/out'));
  symlinkSync('1', join(folder, 'in/again'));
  symlinkSync('.', join(folder, 'in/loop'));
  symlinkSync('nowhere', join(folder, 'in/dangling'));
  symlinkSync(join(folder, 'in'), join(folder, 'named'));
  const archive = tinyArchive();
  const summary = await importFiles(archive, [join(folder, 'named')]);
  rmSync(outside, { recursive: true });
  expect([...archive.kept]).toEqual(['DICM 1']);
  expect(summary.refused).toEqual([
    { name: join(folder, 'named/dangling'), reason: 'The file or folder cannot be read.' },
    {
      name: join(folder, 'named/out'),
      reason: 'This is a link that leads out of the folder, and is not followed.',
    },
  ]);
});

// Only Linux keeps such a name as it is.
test.runIf(process.platform === 'linux')('takes a file whose name is not UTF-8', async () => {
  const name = Buffer.concat([Buffer.from(`${folder}/M`), Buffer.of(0xfc), Buffer.from('ller')]);
  writeFileSync(name, 'DICM 1');
  const archive = tinyArchive();
  expect(await importFiles(archive, [folder])).toMatchObject({ stored: 1, refused: [] });
});

test('says which path does not exist, and takes the others', async () => {
  const summary = await importFiles(tinyArchive(), [join(folder, 'absent'), write('1', 'DICM 1')]);
  expect(summary).toMatchObject({ stored: 1, refused: [{ reason: 'There is no such file or folder.' }] });
});

test('ends when the disk is full', async () => {
  for (let i = 0; i < 40; i += 1) write(`f${i}`, 'FULL');
  const { refused } = await importFiles(tinyArchive(), [folder]);
  // Those that were under way together, and no more.
  expect(refused.length).toBeLessThanOrEqual(8);
  expect(refused[0]?.reason).toBe('There is no room left in the data folder.');
});

test('fails when the archive itself does', async () => {
  const archive: Pick<Archive, 'store'> = { store: () => Promise.reject(new Error('index')) };
  await expect(importFiles(archive, [write('1', 'DICM')])).rejects.toThrow('index');
});

test('the summary counts, groups by reason, and shows nothing that a terminal would obey', () => {
  const text = describeImport({
    stored: 1,
    identical: 2,
    refused: [
      { name: 'a\u001b[2J', reason: 'One.' },
      { name: 'b', reason: 'Two.' },
      { name: 'c', reason: 'One.' },
    ],
  });
  expect(text).toBe('Stored 1, already there 2, refused 3.\n\nOne. (2)\n  a?[2J\n  c\n\nTwo. (1)\n  b\n');
});
