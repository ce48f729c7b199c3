import { createHash } from 'node:crypto';
import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { once, temporaryFolder } from '../test-support/in-process.ts';
import { blobStoreContract } from './blob-store.contract.ts';
import { openFileBlobs } from './file.ts';

blobStoreContract('files', () => openFileBlobs(temporaryFolder()));

const DEAD = 4_000_000_000;
const bytes = (text: string) => once(new TextEncoder().encode(text));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function write(folder: string, text: string): Promise<string> {
  const staged = await openFileBlobs(folder).stage(bytes(text), 1000);
  await staged.publish();
  await staged.end();
  return staged.hash;
}

test('leaves no temporary file, whatever the end', async () => {
  const folder = temporaryFolder();
  const store = openFileBlobs(folder);
  await write(folder, 'published');
  await (await store.stage(bytes('given up'), 1000)).end();
  await store.stage(bytes('too large'), 3).catch(() => undefined);
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
});

test('takes away what a process that died left behind, and asks about what it had published', async () => {
  const folder = temporaryFolder();
  const store = openFileBlobs(folder);
  const hash = await write(folder, 'published, perhaps never recorded');
  writeFileSync(join(folder, 'tmp', `${DEAD}-0123abcd-1.part`), 'half');
  writeFileSync(join(folder, 'tmp', `${DEAD}-0123abcd-2.${hash}.published`), '');
  // A process that lives: the one that runs the tests.
  const alive = `${process.ppid}-0123abcd-1.part`;
  writeFileSync(join(folder, 'tmp', alive), 'in progress');
  const asked: string[] = [];
  await store.recover(async (hashes) => void asked.push(...hashes));
  expect(asked).toEqual([hash]);
  expect(readdirSync(join(folder, 'tmp'))).toEqual([alive]);
});

test('a file that was cut or taken away is an error, never other bytes', async () => {
  const folder = temporaryFolder();
  const hash = await write(folder, '0123456789');
  const path = join(folder, hash.slice(0, 2), hash.slice(2, 4), hash);
  truncateSync(path, 5);
  await expect(openFileBlobs(folder).read(hash, 4, 4)).rejects.toMatchObject({ code: 'short' });
  await expect(openFileBlobs(folder).stream(hash, 10)).rejects.toMatchObject({ code: 'short' });
  rmSync(path);
  await expect(openFileBlobs(folder).read(hash, 0, 1)).rejects.toMatchObject({ code: 'missing' });
});

test('a whole file with another byte in it never ends', async () => {
  const folder = temporaryFolder();
  const hash = await write(folder, '0123456789');
  writeFileSync(join(folder, hash.slice(0, 2), hash.slice(2, 4), hash), '0123X56789');
  const pieces = await openFileBlobs(folder).stream(hash, 10);
  await expect(pieces[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'damaged' });
});

test('a file cut while it is open is noticed', async () => {
  const folder = temporaryFolder();
  const hash = await write(folder, '0123456789');
  const store = openFileBlobs(folder);
  await store.read(hash, 0, 10);
  truncateSync(join(folder, hash.slice(0, 2), hash.slice(2, 4), hash), 5);
  await expect(store.read(hash, 0, 10)).rejects.toMatchObject({ code: 'short' });
});

test('reads many more blobs than it keeps open, many at once', async () => {
  const folder = temporaryFolder();
  const store = openFileBlobs(folder);
  const texts = Array.from({ length: 300 }, (_, at) => `blob ${at}`);
  await Promise.all(texts.map((text) => write(folder, text)));
  const read = async (text: string) => Buffer.from(await store.read(sha256(text), 0, text.length)).toString();
  expect(await Promise.all([...texts, ...texts].map(read))).toEqual([...texts, ...texts]);
  await store.close();
});
