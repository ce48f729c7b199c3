import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../test-support/in-process.ts';
import { blobStoreContract } from './blob-store.contract.ts';
import { openFileBlobs } from './file.ts';
import { moveOldLayout } from './move-old-layout.ts';

blobStoreContract('files', () => openFileBlobs(temporaryFolder()));

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const pathOf = (folder: string, hash: string) => join(folder, hash.slice(0, 2), hash);

async function write(folder: string, text: string): Promise<string> {
  const file = join(temporaryFolder(), 'staged');
  writeFileSync(file, text);
  const store = openFileBlobs(folder);
  await store.put(sha256(text), file, text.length);
  await store.close();
  return sha256(text);
}

test('a file that was cut or taken away is an error, never other bytes', async () => {
  const folder = temporaryFolder();
  const hash = await write(folder, '0123456789');
  truncateSync(pathOf(folder, hash), 5);
  await expect(openFileBlobs(folder).read(hash, 4, 4)).rejects.toMatchObject({ code: 'short' });
  await expect(openFileBlobs(folder).stream(hash, 10)).rejects.toMatchObject({ code: 'short' });
  rmSync(pathOf(folder, hash));
  await expect(openFileBlobs(folder).read(hash, 0, 1)).rejects.toMatchObject({ code: 'missing' });
});

test('a whole file of one piece with another byte in it is not given at all', async () => {
  const folder = temporaryFolder();
  const hash = await write(folder, '0123456789');
  writeFileSync(pathOf(folder, hash), '0123X56789');
  await expect(openFileBlobs(folder).stream(hash, 10)).rejects.toMatchObject({ code: 'damaged' });
});

test('a whole file of several pieces with another byte in it never ends', async () => {
  const folder = temporaryFolder();
  const content = 'x'.repeat(2_500_000);
  const hash = await write(folder, content);
  writeFileSync(pathOf(folder, hash), `${content.slice(0, -1)}y`);
  const pieces = await openFileBlobs(folder).stream(hash, content.length);
  const lengths: number[] = [];
  const readAll = async (): Promise<void> => {
    for await (const { length } of pieces) lengths.push(length);
  };
  await expect(readAll()).rejects.toMatchObject({ code: 'damaged' });
  expect(lengths).toHaveLength(2);
});

test('a file cut while it is open is noticed, and what takes its place is read', async () => {
  const folder = temporaryFolder();
  const hash = await write(folder, '0123456789');
  const store = openFileBlobs(folder);
  await store.read(hash, 0, 10);
  rmSync(pathOf(folder, hash));
  writeFileSync(pathOf(folder, hash), '01234');
  await store.remove(hash);
  writeFileSync(pathOf(folder, hash), '01234');
  await expect(store.read(hash, 0, 10)).rejects.toMatchObject({ code: 'short' });
  await write(folder, '0123456789');
  expect(Buffer.from(await store.read(hash, 0, 10)).toString()).toBe('0123456789');
});

test('reads many more blobs than it keeps open, many at once', async () => {
  const folder = temporaryFolder();
  const store = openFileBlobs(folder);
  const texts = Array.from({ length: 300 }, (_, at) => `blob ${at}`);
  for (const text of texts) {
    mkdirSync(join(folder, sha256(text).slice(0, 2)), { recursive: true });
    writeFileSync(pathOf(folder, sha256(text)), text);
  }
  const read = async (text: string) => Buffer.from(await store.read(sha256(text), 0, text.length)).toString();
  expect(await Promise.all([...texts, ...texts].map(read))).toEqual([...texts, ...texts]);
  await store.close();
});

test('blobs of version 0.1, two folders deep, move up, also where that was begun before', async () => {
  const folder = temporaryFolder();
  const hashes = ['a', 'b', 'c'].map((text) => {
    const hash = sha256(text);
    const inner = join(folder, hash.slice(0, 2), hash.slice(2, 4));
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, hash), text);
    return hash;
  });
  mkdirSync(join(folder, hashes[0]!.slice(0, 2), 'ff'), { recursive: true });
  mkdirSync(join(folder, 'tmp'));
  await moveOldLayout(folder);
  await moveOldLayout(folder);
  const store = openFileBlobs(folder);
  for (const hash of hashes) expect(await store.read(hash, 0, 1)).toHaveLength(1);
  expect(readdirSync(join(folder, hashes[0]!.slice(0, 2)))).toEqual([hashes[0]]);
});
