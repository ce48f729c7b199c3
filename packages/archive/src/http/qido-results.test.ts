import { gunzipSync } from 'node:zlib';
import { getText, xmlToDataset, type DicomDataset } from '@sightline/dicom';
import { expect, test } from 'vitest';
import type { Archive } from '../archive.ts';
import { ask, once, openArchive } from '../test-support/in-process.ts';
import { pn, synthetic } from '../test-support/synthetic.ts';

/** A study of three objects and one of another patient. */
async function filled(): Promise<Archive> {
  const archive = await openArchive();
  for (const instance of ['1.1.1.1', '1.1.1.2', '1.1.1.4']) {
    await archive.store(once(synthetic({ study: '1.1', series: '1.1.1', instance })));
  }
  const attributes: DicomDataset = { '00100010': pn('Müller^Ä'), '00100020': { vr: 'LO', Value: ['P2'] } };
  await archive.store(once(synthetic({ study: '1.2', series: '1.2.1', instance: '1.2.1.1', attributes })));
  return archive;
}

test('a search that needs more than the index has goes out in pieces, in order, and whole', async () => {
  const archive = await openArchive();
  for (let number = 1; number <= 120; number += 1) {
    const attributes: DicomDataset = {
      '00200013': { vr: 'IS', Value: [number] },
      '00181151': { vr: 'IS', Value: [number] },
    };
    await archive.store(once(synthetic({ instance: `1.2.3.1.${number}`, attributes })));
  }
  const path = '/studies/1.2.3/instances';
  for (const field of ['XRayTubeCurrent', 'all']) {
    const rows = (await ask(archive, path, { query: `includefield=${field}` })).json();
    expect(rows.map((row) => getText(row, '00181151'))).toEqual(
      Array.from({ length: 120 }, (_, at) => String(at + 1)),
    );
  }
  const [plain, compressed] = await Promise.all(
    ['identity', 'gzip'].map((encoding) =>
      ask(archive, path, { query: 'includefield=all', headers: { 'accept-encoding': encoding } }),
    ),
  );
  expect([compressed!.headers['content-encoding'], plain!.headers['content-encoding']]).toEqual([
    'gzip',
    undefined,
  ]);
  expect(gunzipSync(compressed!.bytes).toString()).toBe(plain!.text);
  const head = await ask(archive, path, { method: 'HEAD', query: 'includefield=all' });
  expect([head.status, head.bytes.length]).toEqual([200, 0]);
});

test('a list is compressed for who takes it so, again when something of it has changed', async () => {
  const archive = await filled();
  const list = async (encoding: string) => {
    const answer = await ask(archive, '/instances', { headers: { 'accept-encoding': encoding } });
    const isGzip = answer.headers['content-encoding'] === 'gzip';
    return { isGzip, text: isGzip ? gunzipSync(answer.bytes).toString() : answer.text };
  };
  const plain = await list('identity');
  expect(plain.isGzip).toBe(false);
  for (const _ of ['first', 'remembered']) {
    expect(await list('gzip, br')).toEqual({ isGzip: true, text: plain.text });
  }
  await archive.store(once(synthetic({ study: '1.1', series: '1.1.1', instance: '1.1.1.3' })));
  expect(await list('gzip')).toEqual({ isGzip: true, text: (await list('identity')).text });
  expect((await list('gzip')).text).toContain('"1.1.1.3"');
});

test('the same matches as XML, one document a part', async () => {
  const archive = await filled();
  const accept = 'multipart/related; type="application/dicom+xml"';
  const answer = await ask(archive, '/studies', { headers: { accept } });
  expect(answer.status).toBe(200);
  const boundary = /boundary=(.+)$/.exec(answer.headers['content-type']!)![1]!;
  const parts = answer.text.split(`--${boundary}`);
  expect(parts.at(-1)).toBe('--\r\n');
  const documents = parts.slice(1, -1).map((part) => {
    const [head, body] = part.split('\r\n\r\n');
    expect(head).toBe('\r\nContent-Type: application/dicom+xml');
    return xmlToDataset(body!.trim());
  });
  const json = (await ask(archive, '/studies')).json();
  expect(documents).toEqual(json);
  expect((await ask(archive, '/studies', { headers: { accept }, query: 'PatientID=nobody' })).status).toBe(
    204,
  );
});

test('an object says for itself whose it is, also where it came to the study of somebody else', async () => {
  const archive = await openArchive();
  const stray = { '00100010': pn('Roe^John'), '00100020': { vr: 'LO', Value: ['P2'] } } as const;
  await archive.store(once(synthetic()));
  await archive.store(once(synthetic({ instance: '1.2.3.1.2', attributes: stray })));
  const anonymous = { '00100010': { vr: 'PN' }, '00100020': { vr: 'LO' } } as const;
  await archive.store(once(synthetic({ instance: '1.2.3.1.3', attributes: anonymous })));
  for (const query of ['', 'PatientID=P1', 'PatientName=Doe*&includefield=PatientName']) {
    const answer = await ask(archive, '/instances', { query });
    const patients = answer
      .json()
      .map((each) => [getText(each, '00080018'), getText(each, '00100020'), each['00100010']?.Value?.[0]]);
    expect(patients).toEqual([
      ['1.2.3.1.1', 'P1', { Alphabetic: 'Doe^Jane' }],
      ['1.2.3.1.2', 'P2', { Alphabetic: 'Roe^John' }],
      ['1.2.3.1.3', undefined, undefined],
    ]);
  }
});
