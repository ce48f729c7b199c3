import { expect, test } from 'vitest';
import { getText, type DicomDataset } from '@sightline/dicom';
import type { Archive } from '../archive.ts';
import { ask, once, openArchive, ROOT } from '../test-support/in-process.ts';
import { frameBytes, pn, synthetic } from '../test-support/synthetic.ts';

async function filled(): Promise<Archive> {
  const archive = await openArchive();
  const date = (day: string): DicomDataset => ({ '00080020': { vr: 'DA', Value: [day] } });
  await archive.store(
    once(
      synthetic({
        study: '1.1',
        series: '1.1.1',
        instance: '1.1.1.1',
        attributes: date('20240101'),
        frames: [frameBytes(1)],
      }),
    ),
  );
  await archive.store(
    once(
      synthetic({
        study: '1.1',
        series: '1.1.1',
        instance: '1.1.1.2',
        attributes: {
          ...date('20240101'),
          '00200013': { vr: 'IS', Value: [2] },
          '00181151': { vr: 'IS', Value: [100] },
        },
      }),
    ),
  );
  await archive.store(
    once(
      synthetic({
        study: '1.1',
        series: '1.1.2',
        instance: '1.1.2.1',
        attributes: {
          ...date('20240101'),
          '00080060': { vr: 'CS', Value: ['SR'] },
          '00200011': { vr: 'IS', Value: [2] },
        },
      }),
    ),
  );
  await archive.store(
    once(
      synthetic({
        study: '1.2',
        series: '1.2.1',
        instance: '1.2.1.1',
        attributes: {
          ...date('20240505'),
          '00100010': pn('Müller^Ä'),
          '00100020': { vr: 'LO', Value: ['P2'] },
        },
      }),
    ),
  );
  return archive;
}

const uids = (rows: readonly DicomDataset[], tag: string) => rows.map((row) => getText(row, tag));

test('a study has every attribute that PS3.18 requires, empty ones too', async () => {
  const archive = await filled();
  const answer = await ask(archive, '/studies', { query: 'StudyInstanceUID=1.1' });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/dicom+json');
  expect(answer.json()).toEqual([
    {
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00080020': { vr: 'DA', Value: ['20240101'] },
      '00080030': { vr: 'TM', Value: ['1030'] },
      '00080050': { vr: 'SH' },
      '00080056': { vr: 'CS', Value: ['ONLINE'] },
      '00080061': { vr: 'CS', Value: ['CT', 'SR'] },
      '00080090': { vr: 'PN' },
      '00081190': { vr: 'UR', Value: [`${ROOT}/studies/1.1`] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] },
      '00100020': { vr: 'LO', Value: ['P1'] },
      '00100030': { vr: 'DA' },
      '00100040': { vr: 'CS' },
      '0020000D': { vr: 'UI', Value: ['1.1'] },
      '00200010': { vr: 'SH' },
      '00201206': { vr: 'IS', Value: [2] },
      '00201208': { vr: 'IS', Value: [3] },
    },
  ]);
});

test('nothing found is 204 without a body', async () => {
  const answer = await ask(await filled(), '/studies', { query: 'PatientID=nobody' });
  expect([answer.status, answer.bytes.length]).toEqual([204, 0]);
});

test('each resource answers the attributes of its levels', async () => {
  const archive = await filled();
  const keys = async (path: string) => Object.keys((await ask(archive, path)).json()[0]!);
  const study = '00100010';
  const series = '00080060';
  const instance = '00080018';
  const has = async (path: string) => {
    const found = await keys(path);
    return [study, series, instance].map((tag) => found.includes(tag));
  };
  expect(await has('/studies')).toEqual([true, false, false]);
  expect(await has('/studies/1.1/series')).toEqual([false, true, false]);
  expect(await has('/series')).toEqual([true, true, false]);
  expect(await has('/studies/1.1/instances')).toEqual([false, true, true]);
  expect(await has('/studies/1.1/series/1.1.1/instances')).toEqual([false, false, true]);
  expect(await has('/instances')).toEqual([true, true, true]);
});

test('series and instances come in the order of their numbers, with their own counts and addresses', async () => {
  const archive = await filled();
  const series = (await ask(archive, '/studies/1.1/series')).json();
  expect(uids(series, '0020000E')).toEqual(['1.1.1', '1.1.2']);
  expect(uids(series, '00201209')).toEqual(['2', '1']);
  expect(getText(series[0]!, '00081190')).toBe(`${ROOT}/studies/1.1/series/1.1.1`);
  const instances = (await ask(archive, '/studies/1.1/series/1.1.1/instances')).json();
  expect(uids(instances, '00080018')).toEqual(['1.1.1.1', '1.1.1.2']);
  expect(instances[0]).toMatchObject({
    '00080016': { Value: ['1.2.840.10008.5.1.4.1.1.2'] },
    '00083002': { Value: ['1.2.840.10008.1.2.1'] },
    '00280010': { Value: [2] },
    '00280011': { Value: [4] },
  });
});

test('includefield gives any attribute that the metadata has, and all of them', async () => {
  const archive = await filled();
  const path = '/studies/1.1/series/1.1.1/instances';
  const second = async (query: string) => (await ask(archive, path, { query })).json()[1]!;
  expect((await second(''))['00181151']).toBeUndefined();
  expect((await second('includefield=XRayTubeCurrent'))['00181151']).toEqual({ vr: 'IS', Value: [100] });
  expect((await second('includefield=PatientName'))['00100010']).toBeDefined();
  const all = await second('includefield=all');
  expect(all['00181151']).toBeDefined();
  expect(all['00100010']).toBeDefined();
});

test('an attribute of a lower level is none of a study', async () => {
  const archive = await filled();
  const [study] = (await ask(archive, '/studies', { query: 'includefield=Rows,Modality' })).json();
  expect(study!['00280010']).toBeUndefined();
  expect(study!['00080060']).toBeUndefined();
});

test('says how much is left when a page is not all', async () => {
  const archive = await filled();
  const page = await ask(archive, '/instances', { query: 'limit=3' });
  expect(page.json()).toHaveLength(3);
  expect(page.headers['warning']).toBe(`299 ${ROOT}: There are 1 additional results that can be requested`);
  const rest = await ask(archive, '/instances', { query: 'limit=3&offset=3' });
  expect(rest.json()).toHaveLength(1);
  expect(rest.headers['warning']).toBeUndefined();
  expect((await ask(archive, '/instances', { query: 'limit=0' })).status).toBe(204);
});

test('says that it matched literally when asked for more', async () => {
  const archive = await filled();
  const { headers } = await ask(archive, '/studies', { query: 'fuzzymatching=true&emptyvaluematching=true' });
  expect(headers['warning']).toContain(
    'The fuzzymatching parameter is not supported. Only literal matching has been performed.',
  );
  expect(headers['warning']).toContain('emptyvaluematching');
});

test('a name is found whatever its case and accents', async () => {
  const found = (await ask(await filled(), '/studies', { query: 'PatientName=MULLER%5Ea' })).json();
  expect(uids(found, '0020000D')).toEqual(['1.2']);
});

test.each(['StudyDate=tomorrow', 'limit=x', 'PatientID=%FF'])(
  '%s is a 400 that names the parameter',
  async (query) => {
    const answer = await ask(await filled(), '/studies', { query });
    expect(answer.status).toBe(400);
    const problem = answer.json<{ code: string; errors: { param: string }[] }>();
    expect(problem.code).toBe('bad_parameter');
    expect(problem.errors[0]!.param).toMatch(/^(StudyDate|limit|query)$/);
    expect(answer.text).not.toContain('tomorrow');
  },
);

test('answers JSON under either name and nothing else', async () => {
  const archive = await filled();
  const type = async (accept: string) => {
    const { status, headers } = await ask(archive, '/studies', { headers: { accept } });
    return status === 200 ? headers['content-type'] : status;
  };
  expect(await type('application/dicom+json')).toBe('application/dicom+json');
  expect(await type('application/json')).toBe('application/json');
  expect(await type('*/*')).toBe('application/dicom+json');
  expect(await type('multipart/related; type="application/dicom+xml"')).toBe(406);
});

test('nothing outside the scope is found, counted or paged', async () => {
  const archive = await filled();
  const studies = new Set(['1.1']);
  expect(uids((await ask(archive, '/studies', { studies })).json(), '0020000D')).toEqual(['1.1']);
  const page = await ask(archive, '/studies', { studies, query: 'limit=1' });
  expect(page.headers['warning']).toBeUndefined();
  for (const path of [
    '/studies/1.2/series',
    '/studies/1.2/instances',
    '/studies/1.2/series/1.2.1/instances',
  ]) {
    expect((await ask(archive, path, { studies })).status).toBe(204);
    expect((await ask(archive, path)).status).toBe(200);
  }
  for (const path of ['/series', '/instances']) {
    expect((await ask(archive, path, { studies })).text).not.toContain('"1.2.1');
  }
  expect((await ask(archive, '/studies', { studies, query: 'StudyInstanceUID=1.2' })).status).toBe(204);
  expect((await ask(archive, '/studies', { studies: new Set() })).status).toBe(204);
});

test('an empty archive answers like one in which nothing matches', async () => {
  expect((await ask(await openArchive(), '/studies')).status).toBe(204);
});
