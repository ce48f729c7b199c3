import { rmSync, truncateSync } from 'node:fs';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { datasetToXml, xmlToDataset, type DicomDataset } from '@sightline/dicom';
import { expect, test } from 'vitest';
import type { Archive } from '../archive.ts';
import { ask, once, openArchive, temporaryFolder, type Ask } from '../test-support/in-process.ts';
import { CT, synthetic, ui } from '../test-support/synthetic.ts';

const object = (n: number, study = '1.2.3') =>
  synthetic({ study, series: `${study}.1`, instance: `${study}.1.${n}` });

async function filled(folder = temporaryFolder()): Promise<Archive> {
  const archive = await openArchive(folder);
  for (const n of [1, 2]) await archive.store(once(object(n)));
  return archive;
}

const item = (sopInstance: string, sopClass = CT): DicomDataset => ({
  '00081150': ui(sopClass),
  '00081155': ui(sopInstance),
});
const list = (...items: DicomDataset[]): DicomDataset => ({ '00081199': { vr: 'SQ', Value: items } });
const utf8 = (text: string) => once(new TextEncoder().encode(text));

const post = (archive: Archive, uid: string, body: DicomDataset | string, options: Ask = {}) =>
  ask(archive, `/commitment-requests/${uid}`, {
    method: 'POST',
    headers: { 'content-type': 'application/dicom+json' },
    body: utf8(typeof body === 'string' ? body : JSON.stringify(body)),
    ...options,
  });
const failed = (sopInstance: string, reason: number, sopClass = CT): DicomDataset => ({
  ...item(sopInstance, sopClass),
  '00081197': { vr: 'US', Value: [reason] },
});

test('what is stored is committed, what is not has its reason, and the result can be had again', async () => {
  const archive = await filled();
  const request = list(item('1.2.3.1.1'), item('1.2.3.1.2', '1.2.9'), item('1.2.9'), item('no uid'));
  const answer = await post(archive, '2.999.1', request);
  const expected = {
    '00081198': {
      vr: 'SQ',
      Value: [failed('1.2.3.1.2', 281, '1.2.9'), failed('1.2.9', 274), failed('no uid', 274)],
    },
    '00081199': { vr: 'SQ', Value: [item('1.2.3.1.1')] },
  };
  expect([answer.status, answer.headers['content-type'], answer.json()]).toEqual([
    200,
    'application/dicom+json',
    expected,
  ]);
  const again = await ask(archive, '/commitment-requests/2.999.1', {
    headers: { accept: 'application/dicom+xml' },
  });
  expect([again.status, xmlToDataset(again.text)]).toEqual([200, expected]);
});

test('an object whose bytes are cut or gone is not committed', async () => {
  const folder = temporaryFolder();
  const archive = await filled(folder);
  const blobs = globSync('blobs/**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(blobs).toHaveLength(2);
  truncateSync(blobs[0]!, 10);
  rmSync(blobs[1]!);
  const answer = await post(archive, '2.999.1', list(item('1.2.3.1.1'), item('1.2.3.1.2')));
  expect(answer.json<DicomDataset>()).toEqual({
    '00081198': { vr: 'SQ', Value: [failed('1.2.3.1.1', 272), failed('1.2.3.1.2', 272)] },
  });
});

test('a request by study and series is answered by study and series', async () => {
  const archive = await filled();
  const series = (...items: DicomDataset[]): DicomDataset => ({
    '0020000E': ui('1.2.3.1'),
    '0008114A': { vr: 'SQ', Value: items },
  });
  const study = (...children: DicomDataset[]): DicomDataset => ({
    '00081115': { vr: 'SQ', Value: children },
    '0020000D': ui('1.2.3'),
  });
  const studies = (...items: DicomDataset[]) => ({ vr: 'SQ', Value: items }) as const;
  const both = await post(archive, '2.999.1', {
    '00081110': studies(study(series(item('1.2.3.1.1'), item('1.2.9')))),
  });
  expect(both.json<DicomDataset>()).toEqual({
    '00081110': studies(study(series(item('1.2.3.1.1')))),
    '0008119B': studies(study(series(failed('1.2.9', 274)))),
  });
  const good = await post(archive, '2.999.2', { '00081110': studies(study(series(item('1.2.3.1.1')))) });
  expect(Object.keys(good.json<DicomDataset>())).toEqual(['00081110']);
});

test('XML asks as well as JSON', async () => {
  const answer = await post(await filled(), '2.999.1', datasetToXml(list(item('1.2.3.1.1'))), {
    headers: { 'content-type': 'application/dicom+xml' },
  });
  expect(answer.json<DicomDataset>()).toEqual(list(item('1.2.3.1.1')));
});

test('what is outside the scope does not exist, and neither do the transactions of another address', async () => {
  const archive = await filled();
  const answer = await post(archive, '2.999.1', list(item('1.2.3.1.1')), { studies: new Set(['9.9']) });
  expect(answer.json<DicomDataset>()).toEqual({
    '00081198': { vr: 'SQ', Value: [failed('1.2.3.1.1', 274)] },
  });
});

test.each([
  ['no objects', '{"00081199":{"vr":"SQ"}}', 400, 'commitment_malformed'],
  ['nothing', '{}', 400, 'commitment_malformed'],
  ['an object without a class', JSON.stringify(list({ '00081155': ui('1.2') })), 400, 'commitment_malformed'],
  ['two requests', '[{},{}]', 400, 'commitment_malformed'],
  ['no JSON', 'x', 400, 'commitment_malformed'],
])('%s is no request', async (_name, body, status, code) => {
  const answer = await post(await filled(), '2.999.1', body);
  expect([answer.status, answer.json<{ code: string }>().code]).toEqual([status, code]);
});

test('a transaction is asked for once, under a UID, in a form that is known', async () => {
  const archive = await filled();
  const codeOf = async (answer: ReturnType<typeof post>) => {
    const { status, json } = await answer;
    return [status, json<{ code: string }>().code];
  };
  const request = list(item('1.2.3.1.1'));
  expect((await post(archive, '2.999.1', request)).status).toBe(200);
  expect(await codeOf(post(archive, '2.999.1', request))).toEqual([409, 'transaction_uid_used']);
  expect(await codeOf(post(archive, 'x', request))).toEqual([400, 'bad_uid']);
  expect(await codeOf(ask(archive, '/commitment-requests/2.999.2'))).toEqual([404, 'commitment_not_found']);
  const headers = { 'content-type': 'application/json' };
  expect(await codeOf(post(archive, '2.999.3', request, { headers }))).toEqual([
    415,
    'commitment_type_unsupported',
  ]);
});
