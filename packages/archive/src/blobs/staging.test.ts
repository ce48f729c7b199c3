import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { once, temporaryFolder } from '../test-support/in-process.ts';
import { placeByLink } from './durable-files.ts';
import { openFileBlobs } from './file.ts';
import { stagedFile } from './blob-store.ts';
import { openStaging } from './staging.ts';

const DEAD = 4_000_000_000;
const encode = (text: string) => new TextEncoder().encode(text);
const bytes = (text: string) => once(encode(text));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function open() {
  const folder = temporaryFolder();
  const blobs = openFileBlobs(join(folder, 'blobs'));
  return { folder, blobs, staging: openStaging(folder, blobs) };
}

const filesIn = (folder: string) => readdirSync(folder).filter((name) => name !== 'blobs');

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield encode(text);
}

test('names what it was given by its SHA-256, shows nothing before it is published, and lets it be read as a file', async () => {
  const { blobs, staging } = open();
  const staged = await staging.stage(pieces('di', '', 'com'), 1000);
  expect(staged).toMatchObject({ hash: sha256('dicom'), size: 5 });
  expect(await blobs.has(staged.hash)).toBe(false);
  expect(readFileSync(staged.file, 'utf8')).toBe('dicom');
  await staged.publish();
  expect(await blobs.has(staged.hash)).toBe(true);
});

test('publishes again what was taken away meanwhile', async () => {
  const { blobs, staging } = open();
  const staged = await staging.stage(bytes('dicom'), 1000);
  await staged.publish();
  await blobs.remove(staged.hash);
  await staged.publish();
  expect(await blobs.has(staged.hash)).toBe(true);
});

test('writes many small pieces and large ones in order', async () => {
  const { staging } = open();
  const text = Array.from({ length: 400_000 }, (_, at) => `${at};`).join('');
  const staged = await staging.stage(pieces(...(text.match(/[^]{1,65536}/g) ?? [])), text.length);
  expect(readFileSync(staged.file, 'utf8') === text).toBe(true);
});

test('leaves no file, whatever the end', async () => {
  const { folder, staging } = open();
  const published = await staging.stage(bytes('published'), 1000);
  await published.publish();
  await published.end();
  await (await staging.stage(bytes('given up'), 1000)).end();
  await expect(staging.stage(pieces('12345', '67890'), 9)).rejects.toMatchObject({ code: 'too_large' });
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield encode('dic');
    throw new Error('connection lost');
  }
  await expect(staging.stage(broken(), 1000)).rejects.toThrow('connection lost');
  const half = staging.stageBy(async (stem) => {
    writeFileSync(stagedFile(stem, sha256('half')), 'ha');
    throw new Error('the worker ended');
  });
  await expect(half).rejects.toThrow('the worker ended');
  expect(filesIn(folder)).toEqual([]);
});

test('takes away what a process that died left behind, and asks about what it may have put', async () => {
  const { folder, staging } = open();
  const [hash, other] = [sha256('published, perhaps never recorded'), sha256('by version 0.1')];
  writeFileSync(join(folder, `${DEAD}-0123abcd-1.part`), 'half');
  writeFileSync(join(folder, `${DEAD}-0123abcd-2.${hash}.staged`), '');
  writeFileSync(join(folder, `${DEAD}-0123abcd-2.${hash}.staged.copy`), '');
  writeFileSync(join(folder, `${DEAD}-0123abcd-3.${other}.published`), '');
  // A process that lives: the one that runs the tests.
  const alive = `${process.ppid}-0123abcd-1.part`;
  writeFileSync(join(folder, alive), 'in progress');
  const own = await staging.stage(bytes('our own'), 1000);
  const asked: string[] = [];
  await staging.recover(async (hashes) => void asked.push(...hashes));
  expect(asked.sort()).toEqual([hash, other].sort());
  expect(filesIn(folder).sort()).toEqual([alive, own.file.slice(folder.length + 1)].sort());
});

test('leaves the name of what a stopped thread has placed, so that the next start asks whether it has a record', async () => {
  const { folder, blobs, staging } = open();
  const hash = sha256('placed');
  const stopped = staging.stageBy(async (stem, placeIn) => {
    writeFileSync(stagedFile(stem, hash), 'placed');
    mkdirSync(join(placeIn!, hash.slice(0, 2)));
    expect(placeByLink(stagedFile(stem, hash), placeIn!, hash)).toBe(true);
    throw new Error('the worker ended');
  });
  await expect(stopped).rejects.toThrow('the worker ended');
  expect(await blobs.has(hash)).toBe(true);
  expect(filesIn(folder)).toEqual([expect.stringContaining(hash)]);
});
