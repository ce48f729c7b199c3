import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAll, temporaryFolder } from '../test-support/in-process.ts';
import { S3_BUCKET, S3_KEYS, type S3Double, startS3Double } from '../test-support/s3-double.ts';
import { blobStoreContract } from './blob-store.contract.ts';
import type { BlobStore } from './blob-store.ts';
import { openS3Blobs, type S3BlobsOptions } from './s3.ts';

const open = (s3: S3Double, options: Partial<S3BlobsOptions> = {}): Promise<BlobStore> =>
  openS3Blobs({
    bucket: S3_BUCKET,
    prefix: 'sightline/',
    endpoint: s3.endpoint,
    region: 'eu-west-1',
    credentials: S3_KEYS,
    answerMs: 300,
    ...options,
  });

blobStoreContract('S3', async () => open(await startS3Double()));

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function put(store: BlobStore, bytes: Uint8Array): Promise<string> {
  const file = join(temporaryFolder(), 'staged');
  writeFileSync(file, bytes);
  await store.put(hashOf(bytes), file, bytes.length);
  return hashOf(bytes);
}

async function started(options?: Partial<S3BlobsOptions>) {
  const s3 = await startS3Double();
  return { s3, store: await open(s3, options) };
}

test('a large file goes in parts, and comes back the same', async () => {
  const { s3, store } = await started({ partBytes: 5 * 2 ** 20, answerMs: 10_000 });
  const bytes = randomBytes(12 * 2 ** 20 + 1);
  const hash = await put(store, bytes);
  expect(s3.requests.filter((each) => each.startsWith('PUT'))).toHaveLength(3);
  expect(hashOf(await readAll(await store.stream(hash, bytes.length)))).toBe(hash);
});

test('a part that is refused gives the whole upload up', async () => {
  const { s3, store } = await started({ partBytes: 5 * 2 ** 20 });
  s3.faults.push({ method: 'PUT', kind: 'QuotaExceeded', status: 403, times: 9 });
  await expect(put(store, randomBytes(6 * 2 ** 20))).rejects.toMatchObject({ code: 'out_of_space' });
  expect(s3.requests.at(-1)).toMatch(/^DELETE /);
  expect(s3.objects.size).toBe(0);
});

test('lies below its prefix, under two letters and its hash', async () => {
  const { s3, store } = await started();
  const hash = await put(store, Buffer.from('dicom'));
  s3.objects.set('sightline/notes.txt', { bytes: Buffer.from('x'), modified: new Date() });
  expect(s3.objects.has(`sightline/${hash.slice(0, 2)}/${hash}`)).toBe(true);
  const listed = [];
  for await (const each of store.list()) listed.push(each.hash);
  expect(listed).toEqual([hash]);
});

test.each(['SlowDown', 'InternalError', 'silent'])('is asked again after %s', async (kind) => {
  const { s3, store } = await started();
  const hash = await put(store, Buffer.from('dicom'));
  s3.faults.push({ method: 'GET', kind, times: 2 });
  expect(Buffer.from(await store.read(hash, 1, 3)).toString()).toBe('ico');
});

test('that stays slow is unavailable, for the object that was asked for and no other', async () => {
  const { s3, store } = await started();
  const hash = await put(store, Buffer.from('dicom'));
  s3.faults.push({ method: 'GET', kind: 'SlowDown', times: 4 });
  await expect(store.read(hash, 0, 5)).rejects.toMatchObject({ code: 'unavailable' });
  expect(Buffer.from(await store.read(hash, 0, 5)).toString()).toBe('dicom');
});

test('a stream whose connection breaks goes on where it broke', async () => {
  const { s3, store } = await started();
  const bytes = randomBytes(300_000);
  const hash = await put(store, bytes);
  s3.faults.push({ method: 'GET', kind: 'cut', times: 2 });
  expect(hashOf(await readAll(await store.stream(hash, bytes.length)))).toBe(hash);
});

test('a stream that breaks again and again fails', async () => {
  const { s3, store } = await started();
  const bytes = randomBytes(300_000);
  const hash = await put(store, bytes);
  s3.faults.push({ method: 'GET', kind: 'cut', times: 99 });
  await expect(store.stream(hash, bytes.length).then(readAll)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a whole blob with another byte in it never ends', async () => {
  const { s3, store } = await started();
  const hash = await put(store, Buffer.from('0123456789'));
  s3.objects.set(`sightline/${hash.slice(0, 2)}/${hash}`, {
    bytes: Buffer.from('0123X56789'),
    modified: new Date(),
  });
  await expect(store.stream(hash, 10).then(readAll)).rejects.toMatchObject({ code: 'damaged' });
});

test.each([
  ['an expired credential', 'ExpiredToken', 400],
  ['a refused one', 'AccessDenied', 403],
] as const)('%s is unavailable, not missing, and tells no secret', async (_, kind, status) => {
  const { s3, store } = await started();
  const hash = await put(store, Buffer.from('dicom'));
  s3.faults.push({ method: 'GET', kind, status, times: 9 }, { method: 'HEAD', kind, status, times: 9 });
  for (const work of [() => store.read(hash, 0, 1), () => store.has(hash)]) {
    const error: unknown = await work().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'unavailable' });
    const told = `${String(error)} ${JSON.stringify(error)} ${JSON.stringify((error as Error).cause)} ${String((error as Error).cause)}`;
    for (const secret of [S3_KEYS.accessKeyId, S3_KEYS.secretAccessKey, s3.endpoint, S3_BUCKET]) {
      expect(told).not.toContain(secret);
    }
  }
});

test.each([
  ['a wrong secret', { credentials: { ...S3_KEYS, secretAccessKey: 'wrong' } }],
  ['an unknown key', { credentials: { ...S3_KEYS, accessKeyId: 'OTHER' } }],
  ['another bucket', { bucket: 'other' }],
])('does not open with %s', async (_, options) => {
  await expect(open(await startS3Double(), options)).rejects.toMatchObject({ code: 'unavailable' });
});

test('many reads use few connections, again and again', async () => {
  const { s3, store } = await started();
  const hash = await put(store, Buffer.from('dicom'));
  for (let round = 0; round < 20; round += 1) await store.read(hash, 0, 5);
  expect(s3.openConnections()).toBeLessThanOrEqual(2);
});
