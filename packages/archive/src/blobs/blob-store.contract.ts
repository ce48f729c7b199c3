import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { BlobStore } from './blob-store.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield encode(text);
}

async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return Buffer.concat(list).toString();
}

async function write(store: BlobStore, ...texts: string[]): Promise<string> {
  const staged = await store.stage(pieces(...texts), 1000);
  await staged.publish();
  await staged.end();
  return staged.hash;
}

/** Every blob store runs these same lines. `open` gives an empty one. */
export function blobStoreContract(name: string, open: () => BlobStore): void {
  describe(name, () => {
    test('names a blob by the SHA-256 of what it was given', async () => {
      const store = open();
      expect(await write(store, 'di', '', 'com')).toBe(sha256('dicom'));
      expect(store.has(sha256('dicom'))).toBe(true);
    });

    test('reads any part of a blob, and all of it', async () => {
      const store = open();
      const hash = await write(store, 'dicom');
      expect(Buffer.from(await store.read(hash, 1, 3)).toString()).toBe('ico');
      expect(await store.read(hash, 5, 0)).toHaveLength(0);
      expect(await readText(await store.stream(hash, 5))).toBe('dicom');
      expect(await readText(await store.stream(hash, 5, { offset: 2, length: 2 }))).toBe('co');
    });

    test('shows nothing before it is published, and lets it be read as a file', async () => {
      const store = open();
      const staged = await store.stage(pieces('dicom'), 1000);
      expect(store.has(staged.hash)).toBe(false);
      expect(readFileSync(staged.file, 'utf8')).toBe('dicom');
      expect(staged.size).toBe(5);
      await staged.end();
      expect(store.has(staged.hash)).toBe(false);
    });

    test('takes the same bytes twice, also at once', async () => {
      const store = open();
      const hashes = await Promise.all(Array.from({ length: 10 }, () => write(store, 'same')));
      expect(new Set(hashes)).toEqual(new Set([sha256('same')]));
      expect(await readText(await store.stream(sha256('same'), 4))).toBe('same');
    });

    test('keeps an empty blob', async () => {
      const store = open();
      const hash = await write(store);
      expect(await readText(await store.stream(hash, 0))).toBe('');
    });

    test('says so when a blob is missing', async () => {
      const store = open();
      const missing = sha256('never written');
      await expect(store.read(missing, 0, 1)).rejects.toMatchObject({ code: 'missing' });
      await expect(store.stream(missing, 1)).rejects.toMatchObject({ code: 'missing' });
      expect(store.has(missing)).toBe(false);
      store.remove(missing);
    });

    test('says so when a blob has another length than it should, and gives no byte of it', async () => {
      const store = open();
      const hash = await write(store, 'dicom');
      await expect(store.read(hash, 3, 3)).rejects.toMatchObject({ code: 'short' });
      await expect(store.stream(hash, 6)).rejects.toMatchObject({ code: 'short' });
      await expect(store.stream(hash, 4)).rejects.toMatchObject({ code: 'short' });
      await expect(store.stream(hash, 5, { offset: 3, length: 3 })).rejects.toMatchObject({ code: 'short' });
    });

    test('refuses more bytes than allowed', async () => {
      await expect(open().stage(pieces('12345', '67890'), 9)).rejects.toMatchObject({ code: 'too_large' });
    });

    test('passes on the error of a source that breaks', async () => {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield encode('dic');
        throw new Error('connection lost');
      }
      await expect(open().stage(broken(), 1000)).rejects.toThrow('connection lost');
    });

    test('a removed blob is gone', async () => {
      const store = open();
      const hash = await write(store, 'dicom');
      store.remove(hash);
      expect(store.has(hash)).toBe(false);
    });
  });
}
