import { gunzipSync } from 'node:zlib';
import { parseMediaType, readMultipart, readParts } from '@sightline/dicomweb';
import { expect, test } from 'vitest';
import { openFileBlobs } from '../blobs/file.ts';
import { WorkersBusy } from '../frame-renderer.ts';
import {
  ask,
  once,
  openArchive,
  readAll,
  renderer,
  ROOT,
  temporaryFolder,
  type Answer,
} from '../test-support/in-process.ts';
import { EXPLICIT, frameBytes, JPEG_2000_LOSSLESS, synthetic } from '../test-support/synthetic.ts';

const SERIES = '/studies/1.2.3/series/1.2.3.1';
const NATIVE = `${SERIES}/instances/1.2.3.1.1`;
const COMPRESSED = `${SERIES}/instances/1.2.3.1.2`;
const REPORT = '/studies/1.2.3/series/1.2.3.2/instances/1.2.3.2.1';

const files = {
  native: synthetic({ frames: [frameBytes(1), frameBytes(2), frameBytes(3)] }),
  compressed: synthetic({
    instance: '1.2.3.1.2',
    frames: [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6), Uint8Array.of(0xba, 0xad)],
    transferSyntaxUid: JPEG_2000_LOSSLESS,
    attributes: { '00200013': { vr: 'IS', Value: [2] } },
  }),
  report: synthetic({
    series: '1.2.3.2',
    instance: '1.2.3.2.1',
    attributes: {
      '00200011': { vr: 'IS', Value: [2] },
      '00091010': { vr: 'OB', InlineBinary: Buffer.alloc(5000, 7).toString('base64') },
      '00090010': { vr: 'LO', Value: ['TEST'] },
    },
  }),
};

async function filled(folder = temporaryFolder()) {
  const archive = await openArchive(folder);
  for (const file of Object.values(files)) expect((await archive.store(once(file))).kind).toBe('stored');
  return archive;
}

async function parts(answer: Answer) {
  const type = parseMediaType(answer.headers['content-type'] ?? '');
  expect(type?.type).toBe('multipart/related');
  const found: { headers: Readonly<Record<string, string>>; bytes: Uint8Array }[] = [];
  for await (const { headers, body } of readParts(
    readMultipart(once(answer.bytes), type!.parameters['boundary']!),
  )) {
    found.push({ headers, bytes: Buffer.from(await readAll(body)) });
  }
  return { type: type!.parameters, found };
}

const accept = (value: string) => ({ headers: { accept: value } });
const code = (answer: Answer) => [answer.status, answer.json<{ code: string }>().code];

test('an object comes as it is stored, alone or as one part', async () => {
  const archive = await filled();
  const single = await ask(archive, NATIVE, accept('application/dicom'));
  expect(single.headers).toMatchObject({
    'content-type': `application/dicom; transfer-syntax=${EXPLICIT}`,
    'content-length': String(files.native.length),
  });
  expect(Buffer.from(single.bytes).equals(files.native)).toBe(true);
  const { type, found } = await parts(await ask(archive, NATIVE));
  expect(type['type']).toBe('application/dicom');
  expect(found).toHaveLength(1);
  expect(found[0]!.headers).toMatchObject({ 'content-location': `${ROOT}${NATIVE}` });
  expect(Buffer.from(files.native).equals(found[0]!.bytes)).toBe(true);
});

test('a compressed object is never passed off as uncompressed', async () => {
  const archive = await filled();
  expect(code(await ask(archive, COMPRESSED, accept('application/dicom')))).toEqual([
    406,
    'transfer_syntax_not_available',
  ]);
  expect(
    (await ask(archive, COMPRESSED, accept(`application/dicom; transfer-syntax=${EXPLICIT}`))).status,
  ).toBe(406);
  const asStored = await ask(archive, COMPRESSED, accept('application/dicom; transfer-syntax=*'));
  expect(asStored.headers['content-type']).toBe(`application/dicom; transfer-syntax=${JPEG_2000_LOSSLESS}`);
  expect(Buffer.from(asStored.bytes).equals(files.compressed)).toBe(true);
  expect(code(await ask(archive, NATIVE, accept('text/html')))).toEqual([406, 'not_acceptable']);
});

test('a study or series comes as one stream of all its objects, in order', async () => {
  const archive = await filled();
  const any = accept('multipart/related; type="application/dicom"; transfer-syntax=*');
  const study = await parts(await ask(archive, '/studies/1.2.3', any));
  expect(study.found.map(({ bytes }) => bytes.length)).toEqual(
    Object.values(files).map((file) => file.length),
  );
  expect((await parts(await ask(archive, SERIES, any))).found).toHaveLength(2);
  // One object cannot be had as asked: no silent part of a study.
  expect((await ask(archive, SERIES, accept('multipart/related; type="application/dicom"'))).status).toBe(
    406,
  );
  expect((await ask(archive, '/studies/1.2.3', accept('application/dicom; transfer-syntax=*'))).status).toBe(
    406,
  );
});

test('metadata of every level, with absolute BulkDataURIs and no pixel data', async () => {
  const archive = await filled();
  const study = (await ask(archive, '/studies/1.2.3/metadata')).json();
  expect(study).toHaveLength(3);
  expect((await ask(archive, `${SERIES}/metadata`)).json()).toHaveLength(2);
  const [report] = (await ask(archive, `${REPORT}/metadata`)).json();
  expect(report!['00091010']?.BulkDataURI).toBe(`${ROOT}${REPORT}/bulkdata/00091010`);
  const [native] = (await ask(archive, `${NATIVE}/metadata`)).json();
  expect(native!['7FE00010']).toBeUndefined();
  expect(native!['00083002']?.Value).toEqual([EXPLICIT]);
  expect(Object.keys(native!).some((tag) => tag.startsWith('0002'))).toBe(false);
});

test('metadata is compressed for who accepts it, to the same text', async () => {
  const archive = await filled();
  const path = '/studies/1.2.3/metadata';
  const plain = await ask(archive, path, { headers: { 'accept-encoding': 'br, gzip;q=0' } });
  const gzipped = await ask(archive, path, { headers: { 'accept-encoding': 'gzip, br' } });
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(gzipped.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(gzipped.bytes).toString()).toBe(plain.text);
});

test('metadata that the client has is not sent again, until an object is added', async () => {
  const archive = await filled();
  const path = '/studies/1.2.3/metadata';
  const { etag } = (await ask(archive, path)).headers;
  const again = await ask(archive, path, { headers: { 'if-none-match': `"other", W/${etag}` } });
  expect([again.status, again.bytes.length]).toEqual([304, 0]);
  await archive.store(once(synthetic({ instance: '1.2.3.1.7' })));
  expect((await ask(archive, path, { headers: { 'if-none-match': etag! } })).status).toBe(200);
});

test('one frame comes as plain bytes, several as parts', async () => {
  const archive = await filled();
  const one = await ask(archive, `${NATIVE}/frames/2`, accept('application/octet-stream'));
  expect(one.headers).toMatchObject({
    'content-type': `application/octet-stream; transfer-syntax=${EXPLICIT}`,
    'content-length': '16',
  });
  expect([...one.bytes]).toEqual([...frameBytes(2)]);
  const { type, found } = await parts(await ask(archive, `${NATIVE}/frames/3,1`));
  expect(type).toMatchObject({ type: 'application/octet-stream', 'transfer-syntax': EXPLICIT });
  expect(found.map(({ bytes }) => [...bytes])).toEqual([[...frameBytes(3)], [...frameBytes(1)]]);
  expect(found[0]!.headers['content-location']).toBe(`${ROOT}${NATIVE}/frames/3`);
  expect((await ask(archive, `${NATIVE}/frames/1,2`, accept('application/octet-stream'))).status).toBe(406);
});

test('the accept parameter wins over the header', async () => {
  const archive = await filled();
  const query = 'accept=application/octet-stream';
  const answer = await ask(archive, `${NATIVE}/frames/2`, { query, ...accept('image/webp, */*;q=0.8') });
  expect([...answer.bytes]).toEqual([...frameBytes(2)]);
  expect(code(await ask(archive, `${NATIVE}/frames/2`, { query: 'accept=*/*' }))).toEqual([
    400,
    'bad_parameter',
  ]);
  expect((await ask(archive, `${NATIVE}/metadata`, { query: 'accept=application/dicom+json' })).status).toBe(
    200,
  );
});

test('a compressed frame comes as it is stored or decoded, and says which', async () => {
  const archive = await filled();
  const get = (value: string) => ask(archive, `${COMPRESSED}/frames/1`, accept(value));
  const stored = await get(`application/octet-stream; transfer-syntax=${JPEG_2000_LOSSLESS}`);
  expect([...stored.bytes]).toEqual([1, 2, 3, 4]);
  const image = await get('image/jp2');
  expect(image.headers['content-type']).toBe(`image/jp2; transfer-syntax=${JPEG_2000_LOSSLESS}`);
  expect([...image.bytes]).toEqual([1, 2, 3, 4]);
  const decoded = await get('application/octet-stream');
  expect(decoded.headers['content-type']).toContain(EXPLICIT);
  expect([...decoded.bytes]).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
  const both = await ask(archive, `${COMPRESSED}/frames/1,2`, accept('multipart/related; type="image/jp2"'));
  expect((await parts(both)).found.map(({ bytes }) => [...bytes])).toEqual([
    [1, 2, 3, 4],
    [5, 6],
  ]);
  expect((await get('image/jls')).status).toBe(406);
});

test('a frame that cannot be decoded is a problem, not other bytes', async () => {
  const archive = await filled();
  const damaged = await ask(archive, `${COMPRESSED}/frames/3`, accept('application/octet-stream'));
  expect(code(damaged)).toEqual([500, 'frame_damaged']);
});

test.each([
  ['0', 400, 'bad_frame_list'],
  ['1,', 400, 'bad_frame_list'],
  ['x', 400, 'bad_frame_list'],
  ['1-3', 400, 'bad_frame_list'],
  ['4', 404, 'dicom_not_found'],
  ['1,4', 404, 'dicom_not_found'],
])('frames/%s is %i %s', async (list, status, problem) => {
  expect(code(await ask(await filled(), `${NATIVE}/frames/${list}`))).toEqual([status, problem]);
});

test('an object without pixel data has no frames and no picture', async () => {
  const archive = await filled();
  expect(code(await ask(archive, `${REPORT}/frames/1`))).toEqual([404, 'dicom_not_found']);
  expect(code(await ask(archive, `${REPORT}/rendered`))).toEqual([404, 'no_image']);
  expect(code(await ask(archive, '/studies/1.2.3/series/1.2.3.2/thumbnail'))).toEqual([404, 'no_image']);
});

test('a pool of workers that is full asks to come back', async () => {
  const folder = temporaryFolder();
  const busy = { ...renderer, decode: () => Promise.reject(new WorkersBusy()) };
  const archive = await openArchive(folder, 'server', busy);
  await archive.store(once(files.compressed));
  const answer = await ask(archive, `${COMPRESSED}/frames/1`, accept('application/octet-stream'));
  expect([...code(answer), answer.headers['retry-after']]).toEqual([503, 'archive_busy', '1']);
});

test('bulk data comes by the address in the metadata', async () => {
  const archive = await filled();
  const single = await ask(archive, `${REPORT}/bulkdata/00091010`, accept('application/octet-stream'));
  expect(Buffer.from(single.bytes).equals(Buffer.alloc(5000, 7))).toBe(true);
  const { found } = await parts(await ask(archive, `${REPORT}/bulkdata/00091010`));
  expect(found[0]!.bytes).toHaveLength(5000);
  expect(code(await ask(archive, `${REPORT}/bulkdata/00091011`))).toEqual([404, 'dicom_not_found']);
  expect((await ask(archive, `${REPORT}/bulkdata/..%2f..%2fetc`)).status).toBe(404);
});

test('a picture is asked of the renderer with what the request says', async () => {
  const archive = await filled();
  const job = async (path: string, query?: string, headers = {}) =>
    (await ask(archive, path, { ...(query && { query }), headers })).json<Record<string, unknown>>();
  expect(await job(`${NATIVE}/rendered`)).toMatchObject({
    mediaType: 'image/jpeg',
    quality: 90,
    frame: 0,
    length: 16,
    isDataset: true,
  });
  expect(
    await job(`${NATIVE}/frames/3/rendered`, 'quality=50&window=40,400,linear-exact&viewport=64,32'),
  ).toMatchObject({
    quality: 50,
    frame: 2,
    window: { center: 40, width: 400, function: 'LINEAR_EXACT' },
    viewport: { width: 64, height: 32 },
  });
  expect(await job(`${NATIVE}/rendered`, 'viewport=64,32,1,,2,-3')).toMatchObject({
    viewport: { width: 64, height: 32, source: { x: 1, y: 0, width: 2, height: -3 } },
  });
  expect(await job(`${NATIVE}/thumbnail`, undefined, { accept: 'image/png' })).toMatchObject({
    mediaType: 'image/png',
    frame: 1,
    viewport: { width: 256, height: 256 },
  });
  expect(await job(`${SERIES}/rendered`)).toMatchObject({ transferSyntaxUid: JPEG_2000_LOSSLESS });
});

test.each([
  'quality=0',
  'quality=101',
  'quality=good',
  'quality=1&quality=2',
  'viewport=1',
  'viewport=0,5',
  'viewport=-1,5',
  'viewport=a,b',
  'viewport=99999,1',
  'viewport=1,2,3,4,5,6,7',
  'viewport=1,2,,,0,4',
  'viewport=10,10,4,0,2,2',
  'viewport=10,10,0,2,2,2',
  'viewport=10,10,0.5,0.5,0.2,0.2',
  'window=40,400',
  'window=40,400,soft',
  'window=40,400,constructor',
  'window=40,0,sigmoid',
  'window=40,0.5,linear',
  'window=,1,linear',
])('rendered?%s is a 400 that names the parameter', async (query) => {
  const answer = await ask(await filled(), `${NATIVE}/rendered`, { query });
  expect(code(answer)).toEqual([400, 'bad_parameter']);
  expect(answer.json<{ errors: { param: string }[] }>().errors[0]!.param).toBe(query.split('=')[0]);
});

test('a thumbnail has no region', async () => {
  expect((await ask(await filled(), `${NATIVE}/thumbnail`, { query: 'viewport=1,2,3,4,5,6' })).status).toBe(
    400,
  );
});

test('a stored file that was cut or lost is a problem, never other bytes', async () => {
  const folder = temporaryFolder();
  const archive = await filled(folder);
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256').update(files.native).digest('hex');
  await openFileBlobs(`${folder}/blobs`).remove(hash);
  expect(code(await ask(archive, NATIVE))).toEqual([500, 'stored_object_damaged']);
  expect(code(await ask(archive, `${NATIVE}/frames/1`))).toEqual([500, 'stored_object_damaged']);
  expect((await ask(archive, `${NATIVE}/metadata`)).status).toBe(200);
});
