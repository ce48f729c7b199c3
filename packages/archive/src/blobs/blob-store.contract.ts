import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../test-support/in-process.ts';
import type { BlobStore } from './blob-store.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return Buffer.concat(list).toString();
}

async function write(store: BlobStore, text: string): Promise<string> {
  const file = join(temporaryFolder(), 'staged');
  writeFileSync(file, text);
  await store.put(sha256(text), file, text.length);
  expect(readFileSync(file, 'utf8')).toBe(text);
  return sha256(text);
}

async function listed(store: BlobStore) {
  const all = [];
  for await (const each of store.list()) all.push(each);
  return all;
}

/** Every blob store runs these same lines. `open` gives an empty one. */
export function blobStoreContract(name: string, open: () => BlobStore | Promise<BlobStore>): void {
  describe(name, () => {
    test('reads any part of a blob, and all of it', async () => {
      const store = await open();
      const hash = await write(store, 'dicom');
      expect(Buffer.from(await store.read(hash, 1, 3)).toString()).toBe('ico');
      expect(await store.read(hash, 5, 0)).toHaveLength(0);
      expect(await readText(await store.stream(hash, 5))).toBe('dicom');
      expect(await readText(await store.stream(hash, 5, { offset: 2, length: 2 }))).toBe('co');
    });

    test('streams a blob of many pieces, and parts across them', async () => {
      const store = await open();
      const text = Array.from({ length: 200_000 }, (_, at) => `${at};`).join('');
      const hash = await write(store, text);
      expect(await readText(await store.stream(hash, text.length))).toBe(text);
      const part = { offset: 250_000, length: 300_000 };
      expect(await readText(await store.stream(hash, text.length, part))).toBe(text.slice(250_000, 550_000));
    });

    test('takes the same bytes twice, also at once, and lists them once', async () => {
      const store = await open();
      const hashes = await Promise.all(Array.from({ length: 10 }, () => write(store, 'same')));
      expect(new Set(hashes)).toEqual(new Set([sha256('same')]));
      expect(await readText(await store.stream(sha256('same'), 4))).toBe('same');
      expect(await listed(store)).toMatchObject([{ hash: sha256('same'), size: 4 }]);
    });

    test('lists what there is, with size and time', async () => {
      const store = await open();
      expect(await listed(store)).toEqual([]);
      const hashes = [await write(store, 'one'), await write(store, 'three')];
      const found = await listed(store);
      expect(found.map(({ hash }) => hash).sort()).toEqual(hashes.sort());
      expect(found.find(({ hash }) => hash === sha256('three'))?.size).toBe(5);
      for (const { modified } of found) {
        expect(modified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      }
    });

    test('keeps an empty blob', async () => {
      const store = await open();
      const hash = await write(store, '');
      expect(await readText(await store.stream(hash, 0))).toBe('');
    });

    test('says so when a blob is missing', async () => {
      const store = await open();
      const missing = sha256('never written');
      await expect(store.read(missing, 0, 1)).rejects.toMatchObject({ code: 'missing' });
      await expect(store.stream(missing, 1)).rejects.toMatchObject({ code: 'missing' });
      expect(await store.has(missing)).toBe(false);
      await store.remove(missing);
    });

    test('says so when a blob has another length than it should, and gives no byte of it', async () => {
      const store = await open();
      const hash = await write(store, 'dicom');
      await expect(store.read(hash, 3, 3)).rejects.toMatchObject({ code: 'short' });
      await expect(store.stream(hash, 6)).rejects.toMatchObject({ code: 'short' });
      await expect(store.stream(hash, 4)).rejects.toMatchObject({ code: 'short' });
      await expect(store.stream(hash, 5, { offset: 3, length: 3 })).rejects.toMatchObject({ code: 'short' });
    });

    test('holds a whole blob against its CRC-32 where that is given', async () => {
      const store = await open();
      const hash = await write(store, 'dicom');
      expect(await readText(await store.stream(hash, 5, undefined, crc32('dicom')))).toBe('dicom');
      const reading = async () => readText(await store.stream(hash, 5, undefined, crc32('other')));
      await expect(reading()).rejects.toMatchObject({ code: 'damaged' });
    });

    test('a removed blob is gone, and can be put again', async () => {
      const store = await open();
      const hash = await write(store, 'dicom');
      expect(await store.has(hash)).toBe(true);
      await store.remove(hash);
      expect(await store.has(hash)).toBe(false);
      await expect(store.read(hash, 0, 1)).rejects.toMatchObject({ code: 'missing' });
      await write(store, 'dicom');
      expect(Buffer.from(await store.read(hash, 0, 5)).toString()).toBe('dicom');
    });
  });
}
