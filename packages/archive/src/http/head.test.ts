import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFileBlobs } from '../blobs/file.ts';
import { ask, once, openArchive, temporaryFolder } from '../test-support/in-process.ts';
import { frameBytes, synthetic } from '../test-support/synthetic.ts';

const INSTANCE = '/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1';
const octets = 'multipart/related; type="application/octet-stream"';

test.each([
  [INSTANCE, 'application/dicom; transfer-syntax=*'],
  [INSTANCE, 'multipart/related; type="application/dicom"'],
  ['/studies/1.2.3', '*/*'],
  ['/studies/1.2.3', octets],
  ['/studies/1.2.3', 'application/zip'],
  [`${INSTANCE}/bulkdata/7FE00010`, 'application/octet-stream'],
  [`${INSTANCE}/bulkdata/7FE00010`, octets],
])('HEAD of %s as %s says what GET would, and opens no blob', async (path, accept) => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  await archive.store(once(synthetic({ frames: [frameBytes(1)] })));
  const headers = { accept };
  const get = await ask(archive, path, { headers });
  expect(get.status).toBe(200);
  const blobs = openFileBlobs(join(folder, 'blobs'));
  for await (const { hash } of blobs.list()) await blobs.remove(hash);
  await blobs.close();
  const head = await archive.handle(
    {
      method: 'HEAD',
      path,
      query: undefined,
      headers,
      body: once(new Uint8Array(0)),
      signal: new AbortController().signal,
    },
    { root: 'https://host/dicom-web', canStore: false, canDelete: false },
  );
  expect([head.status, head.body]).toEqual([200, undefined]);
  const length = (answer: { readonly headers: Readonly<Record<string, string>> }) =>
    answer.headers['content-length'];
  expect(length(head)).toBe(length(get));
});
