import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writePart10, xmlToDataset } from '@sightline/dicom';
import { writeMultipart, type Part } from '@sightline/dicomweb';
import { expect, test } from 'vitest';
import {
  ask,
  once,
  openArchive,
  readAll,
  ROOT,
  temporaryFolder,
  type Ask,
} from '../test-support/in-process.ts';
import { frameBytes, pn, synthetic } from '../test-support/synthetic.ts';
import { upTo } from './stow-message.ts';

const CONTENT_TYPE = 'multipart/related; type="application/dicom"; boundary=xyz';
const dicom = (body: Uint8Array): Part => ({ headers: { 'Content-Type': 'application/dicom' }, body });
const object = (n: number, study = '1.2.3') =>
  synthetic({ study, series: `${study}.1`, instance: `${study}.1.${n}`, frames: [frameBytes(n)] });

function post(parts: readonly Part[], options: Ask = {}): Ask {
  return {
    method: 'POST',
    headers: { 'content-type': CONTENT_TYPE },
    body: writeMultipart('xyz', parts),
    ...options,
  };
}

type Items = { Value: Record<string, { Value: unknown[] }>[] };
interface Response {
  '00081190'?: { Value: string[] };
  '00081198'?: Items;
  '00081199'?: Items;
  '0008119A'?: Items;
}
/** Stored, failed by name, failed otherwise. */
const count = (response: Response) =>
  (['00081199', '00081198', '0008119A'] as const).map((tag) => response[tag]?.Value.length ?? 0);
const reasons = (response: Response, tag: '00081198' | '0008119A' = '00081198') =>
  response[tag]?.Value.map((item) => item['00081197']!.Value[0]);

test('stores every part and says where each is', async () => {
  const archive = await openArchive();
  const answer = await ask(archive, '/studies', post([dicom(object(1)), { headers: {}, body: object(2) }]));
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/dicom+json']);
  expect(answer.json()).toEqual({
    '00081190': { vr: 'UR', Value: [`${ROOT}/studies/1.2.3`] },
    '00081199': {
      vr: 'SQ',
      Value: [1, 2].map((n) => ({
        '00081150': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] },
        '00081155': { vr: 'UI', Value: [`1.2.3.1.${n}`] },
        '00081190': { vr: 'UR', Value: [`${ROOT}/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.${n}`] },
      })),
    },
  });
  const frame = await ask(archive, '/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.2/frames/1', {
    headers: { accept: 'application/octet-stream' },
  });
  expect([...frame.bytes]).toEqual([...frameBytes(2)]);
});

test('RT19: ten good, three bad, two duplicates: each with its outcome, in the order of the message', async () => {
  const archive = await openArchive();
  await archive.store(once(object(1)));
  const changed = synthetic({ instance: '1.2.3.1.1', attributes: { '00100010': pn('Other^Patient') } });
  const good = Array.from({ length: 9 }, (_, at) => dicom(object(at + 2)));
  const answer = await ask(
    archive,
    '/studies',
    post([
      dicom(object(1)), // here already, the same
      dicom(changed), // here already, another
      ...good.slice(0, 4),
      dicom(new TextEncoder().encode('not dicom')),
      dicom(object(99).subarray(0, -9)),
      { headers: { 'Content-Type': 'image/jpeg' }, body: Uint8Array.of(1) },
      ...good.slice(4),
      dicom(changed),
    ]),
  );
  expect(answer.status).toBe(202);
  const response = answer.json<Response>();
  expect(count(response)).toEqual([10, 3, 2]);
  expect(reasons(response)).toEqual([45070, 0xc000, 45070]);
  expect(reasons(response, '0008119A')).toEqual([0xc000, 0xc000]);
  const named = (tag: '00081198' | '00081199') =>
    response[tag]!.Value.map((item) => item['00081155']!.Value[0]);
  expect(named('00081199')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => `1.2.3.1.${n}`));
  expect(named('00081198')).toEqual(['1.2.3.1.1', '1.2.3.1.99', '1.2.3.1.1']);
  expect((await ask(archive, '/instances')).json()).toHaveLength(10);
  const patients = (await ask(archive, '/studies')).json();
  expect(patients[0]!['00100010']!.Value).toEqual([{ Alphabetic: 'Doe^Jane' }]);
});

test('a directory of a disc is no object, and says so', async () => {
  const directory = writePart10({
    dataset: {
      '00080016': { vr: 'UI', Value: ['1.2.840.10008.1.3.10'] },
      '00080018': { vr: 'UI', Value: ['1.2.3.99'] },
      '00041220': { vr: 'SQ' },
    },
    transferSyntaxUid: '1.2.840.10008.1.2.1',
  });
  const answer = await ask(await openArchive(), '/studies', post([dicom(directory)]));
  expect([answer.status, ...reasons(answer.json<Response>())!]).toEqual([409, 0x0122]);
});

test('a part in base64 is not taken for what it says', async () => {
  const headers = { 'Content-Type': 'application/dicom', 'Content-Transfer-Encoding': 'base64' };
  const binary = { 'Content-Type': 'application/dicom', 'Content-Transfer-Encoding': 'binary' };
  const answer = await ask(
    await openArchive(),
    '/studies',
    post([
      { headers, body: new TextEncoder().encode(Buffer.from(object(1)).toString('base64')) },
      { headers: { 'Content-Type': 'application/dicom', 'Content-Encoding': 'gzip' }, body: object(2) },
      { headers: binary, body: object(3) },
    ]),
  );
  expect([answer.status, count(answer.json<Response>())]).toEqual([202, [1, 0, 2]]);
});

test('more parts than are stored at once keep their order', async () => {
  const archive = await openArchive();
  const parts = Array.from({ length: 60 }, (_, n) =>
    dicom(n % 7 === 3 ? new TextEncoder().encode('no') : object(n)),
  );
  const answer = await ask(archive, '/studies', post(parts));
  const response = answer.json<Response>();
  expect(count(response)).toEqual([51, 0, 9]);
  expect(response['00081199']!.Value.map((item) => item['00081155']!.Value[0])).toEqual(
    parts.flatMap((_, n) => (n % 7 === 3 ? [] : [`1.2.3.1.${n}`])),
  );
});

test('the same again is a success; nothing stored is a conflict', async () => {
  const archive = await openArchive();
  await ask(archive, '/studies', post([dicom(object(1))]));
  expect((await ask(archive, '/studies', post([dicom(object(1))]))).status).toBe(200);
  const answer = await ask(archive, '/studies', post([dicom(new TextEncoder().encode('no'))]));
  expect(answer.status).toBe(409);
  expect(count(answer.json<Response>())).toEqual([0, 0, 1]);
});

test('objects of another study than that of the path are refused, and not stored', async () => {
  const archive = await openArchive();
  const answer = await ask(archive, '/studies/1.2.3', post([dicom(object(1)), dicom(object(1, '1.2.4'))]));
  expect(answer.status).toBe(202);
  expect(reasons(answer.json<Response>())).toEqual([0xa900]);
  expect(await archive.hasStudy('1.2.4')).toBe(false);
});

test('a session stores only into its own studies, and only where it may', async () => {
  const archive = await openArchive();
  const outside = await ask(archive, '/studies', post([dicom(object(1))], { studies: new Set(['9.9']) }));
  expect(outside.status).toBe(409);
  const forbidden = await ask(archive, '/studies', post([dicom(object(1))], { canStore: false }));
  expect([forbidden.status, forbidden.json<{ code: string }>().code]).toEqual([403, 'store_not_allowed']);
  expect(await archive.isEmpty()).toBe(true);
});

test('one file by itself is taken too', async () => {
  const archive = await openArchive();
  const headers = { 'content-type': 'application/dicom' };
  expect((await ask(archive, '/studies', { method: 'POST', headers, body: once(object(1)) })).status).toBe(
    200,
  );
});

test.each([
  ['application/json', 415, 'store_media_type_unsupported'],
  ['multipart/form-data; boundary=xyz', 415, 'store_media_type_unsupported'],
  ['multipart/related; type="application/zip"; boundary=xyz', 415, 'store_media_type_unsupported'],
  ['', 415, 'store_media_type_unsupported'],
  ['multipart/related; type="application/dicom"', 400, 'multipart_malformed'],
  ['multipart/related; type="application/dicom"; boundary=other', 400, 'multipart_malformed'],
])('content type %j is %i %s', async (contentType, status, code) => {
  const archive = await openArchive();
  const answer = await ask(
    archive,
    '/studies',
    post([dicom(object(1))], { headers: { 'content-type': contentType } }),
  );
  expect([answer.status, answer.json<{ code: string }>().code]).toEqual([status, code]);
  expect(await archive.isEmpty()).toBe(true);
});

test('a message without parts has nothing to store', async () => {
  const answer = await ask(await openArchive(), '/studies', post([]));
  expect([answer.status, answer.json<{ code: string }>().code]).toEqual([400, 'store_empty']);
});

test('a cut message keeps what was complete, shows no part of the rest, and can be sent again', async () => {
  const whole = await readAll(writeMultipart('xyz', [dicom(object(1)), dicom(object(2))]));
  const headers = { 'content-type': CONTENT_TYPE };
  const cuts = [10, 60, 300, whole.length / 2 + 100, whole.length - 30, whole.length - 6].map(Math.floor);
  for (const cut of cuts) {
    const archive = await openArchive();
    const answer = await ask(archive, '/studies', {
      method: 'POST',
      headers,
      body: once(whole.subarray(0, cut)),
    });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([400, 'multipart_malformed']);
    const found = await ask(archive, '/instances');
    const stored = found.status === 204 ? 0 : found.json().length;
    expect(stored).toBeLessThanOrEqual(cut > whole.length / 2 ? 1 : 0);
    const again = await ask(archive, '/studies', { method: 'POST', headers, body: once(whole) });
    expect(again.status).toBe(200);
  }
});

test('a connection that breaks rejects, and what was complete stays', async () => {
  const archive = await openArchive();
  const whole = await readAll(writeMultipart('xyz', [dicom(object(1)), dicom(object(2))]));
  async function* broken() {
    yield whole.subarray(0, whole.length - 50);
    throw new Error('reset');
  }
  const request = ask(archive, '/studies', { ...post([]), body: broken() });
  await expect(request).rejects.toThrow('reset');
  expect((await ask(archive, '/instances')).json()).toHaveLength(1);
});

test('an answer that cannot be given is said before anything is stored', async () => {
  const archive = await openArchive();
  const headers = { 'content-type': CONTENT_TYPE, accept: 'text/html' };
  expect((await ask(archive, '/studies', post([dicom(object(1))], { headers }))).status).toBe(406);
  expect(await archive.isEmpty()).toBe(true);
});

test('the answer comes as XML to who wants XML', async () => {
  const headers = { 'content-type': CONTENT_TYPE, accept: 'application/dicom+xml' };
  const archive = await openArchive();
  const answer = await ask(archive, '/studies', post([dicom(object(1))], { headers }));
  expect(answer.headers['content-type']).toBe('application/dicom+xml');
  const json = await ask(archive, '/studies', post([dicom(object(1))]));
  expect(xmlToDataset(answer.text)).toEqual(json.json());
});

test('S07: a body that is coded or too large is refused before it is read', async () => {
  const archive = await openArchive();
  const unread: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]() {
      throw new Error('was read');
    },
  };
  const send = (headers: Record<string, string>) =>
    ask(archive, '/studies', {
      method: 'POST',
      headers: { 'content-type': CONTENT_TYPE, ...headers },
      body: unread,
    });
  for (const encoding of ['gzip', 'br', 'identity, gzip']) {
    const answer = await send({ 'content-encoding': encoding });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([
      415,
      'content_encoding_unsupported',
    ]);
    expect(answer.headers['accept-encoding']).toBe('identity');
  }
  for (const length of ['68719476737', '1e30', '99999999999999999999']) {
    const answer = await send({ 'content-length': length });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([413, 'store_too_large']);
  }
});

test('S07: bytes beyond a limit are not asked for', async () => {
  let sent = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      sent += 1;
      yield new Uint8Array(10);
    }
  }
  const read = readAll(upTo(endless(), 95));
  await expect(read).rejects.toMatchObject({ code: 'store_too_large' });
  expect(sent).toBe(10);
});

test('RT20: who leaves after 80% finds what was complete, nothing half, and sends again without harm', async () => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  const parts = Array.from({ length: 10 }, (_, n) => dicom(object(n)));
  const whole = await readAll(writeMultipart('xyz', parts));
  async function* leaving() {
    const end = Math.floor(whole.length * 0.8);
    for (let at = 0; at < end; at += 100) yield whole.subarray(at, Math.min(end, at + 100));
    throw new Error('reset');
  }
  await expect(ask(archive, '/studies', { ...post([]), body: leaving() })).rejects.toThrow('reset');
  const found = (await ask(archive, '/instances')).json();
  expect(found.length).toBeGreaterThanOrEqual(7);
  expect(found.length).toBeLessThan(10);
  expect(readdirSync(join(folder, 'blobs', 'tmp'))).toEqual([]);
  const again = await ask(archive, '/studies', post(parts));
  expect([again.status, count(again.json<Response>())]).toEqual([200, [10, 0, 0]]);
});

test('keeps no bytes of an object that was refused after it was written, and those of the one that stays', async () => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  await archive.store(once(object(1)));
  const blobs = () =>
    readdirSync(join(folder, 'blobs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /[0-9a-f]{64}/.test(name),
    );
  const before = blobs();
  const other = synthetic({ instance: '1.2.3.1.1', attributes: { '00100010': pn('Other^Patient') } });
  const refused = await ask(archive, '/studies/1.2.4', post([dicom(object(2)), dicom(object(1))]));
  const conflict = await ask(archive, '/studies', post([dicom(other)]));
  expect([refused.status, conflict.status]).toEqual([409, 409]);
  expect([before.length, blobs()]).toEqual([1, before]);
});
