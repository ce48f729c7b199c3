import { writeMultipart, type Part } from '@sightline/dicomweb';
import { expect, test } from 'vitest';
import { ask, once, openArchive, readAll, ROOT, type Ask } from '../test-support/in-process.ts';
import { frameBytes, pn, synthetic } from '../test-support/synthetic.ts';

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

interface Response {
  '00081190'?: { Value: string[] };
  '00081198'?: { Value: Record<string, { Value: unknown[] }>[] };
  '00081199'?: { Value: Record<string, { Value: unknown[] }>[] };
}
const count = (response: Response) => [
  response['00081199']?.Value.length ?? 0,
  response['00081198']?.Value.length ?? 0,
];
const reasons = (response: Response) => response['00081198']?.Value.map((item) => item['00081197']!.Value[0]);

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

test('some good, some bad: 202 and the right reason for each', async () => {
  const archive = await openArchive();
  await archive.store(once(object(1)));
  const changed = synthetic({ instance: '1.2.3.1.1', attributes: { '00100010': pn('Other^Patient') } });
  const answer = await ask(
    archive,
    '/studies',
    post([
      dicom(object(2)),
      dicom(object(1)),
      dicom(changed),
      dicom(new TextEncoder().encode('not dicom')),
      dicom(object(3).subarray(0, -9)),
      { headers: { 'Content-Type': 'image/jpeg' }, body: Uint8Array.of(1) },
      dicom(new Uint8Array(0)),
    ]),
  );
  expect(answer.status).toBe(202);
  const response = answer.json<Response>();
  expect(count(response)).toEqual([2, 5]);
  expect(reasons(response)).toEqual([45070, 0xc000, 0xc000, 0xc000, 0xc000]);
  expect(response['00081198']!.Value[0]!['00081155']!.Value).toEqual(['1.2.3.1.1']);
});

test('the same again is a success; nothing stored is a conflict', async () => {
  const archive = await openArchive();
  await ask(archive, '/studies', post([dicom(object(1))]));
  expect((await ask(archive, '/studies', post([dicom(object(1))]))).status).toBe(200);
  const answer = await ask(archive, '/studies', post([dicom(new TextEncoder().encode('no'))]));
  expect(answer.status).toBe(409);
  expect(count(answer.json<Response>())).toEqual([0, 1]);
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
  ['multipart/related; type="application/dicom+json"; boundary=xyz', 415, 'store_media_type_unsupported'],
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
  const headers = { 'content-type': CONTENT_TYPE, accept: 'application/dicom+xml' };
  expect((await ask(archive, '/studies', post([dicom(object(1))], { headers }))).status).toBe(406);
  expect(await archive.isEmpty()).toBe(true);
});
