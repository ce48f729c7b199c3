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

/** The tags of the first answer. */
async function tagsOf(archive: Archive, path: string, query = ''): Promise<string[]> {
  return Object.keys((await ask(archive, path, { query })).json()[0]!).sort();
}

test('a series and an object have the attributes of their tables, and no more', async () => {
  const archive = await filled();
  const common = ['00080005', '00081190', '0020000D', '0020000E'];
  const series = ['00080060', '00200011', '00201209'];
  const instance = ['00080016', '00080018', '00080056', '00083002', '00200013'];
  const pixels = ['00280008', '00280010', '00280011', '00280100'];
  const sorted = (...tags: string[]) => tags.toSorted((a, b) => (a < b ? -1 : 1));
  expect(await tagsOf(archive, '/studies/1.1/series')).toEqual(sorted(...common, ...series));
  expect(await tagsOf(archive, '/studies/1.1/series/1.1.1/instances')).toEqual(
    sorted(...common, ...instance, ...pixels),
  );
  expect(await tagsOf(archive, '/studies/1.1/instances')).toEqual(
    sorted(...common, ...series, ...instance, ...pixels),
  );
});

test('what was asked for is answered, empty where there is no value', async () => {
  const archive = await filled();
  const [byKey] = (await ask(archive, '/studies/1.1/series', { query: 'BodyPartExamined=*' })).json();
  expect(byKey!['00180015']).toEqual({ vr: 'CS' });
  const [byEmptyKey] = (await ask(archive, '/studies', { query: 'PatientAge=&StudyInstanceUID=1.1' })).json();
  expect(byEmptyKey!['00101010']).toEqual({ vr: 'AS' });
  const [counted] = (await ask(archive, '/studies', { query: 'includefield=SOPClassesInStudy' })).json();
  expect(counted!['00080062']).toEqual({ vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] });
});

test('a sequence is cut down to what was asked of it', async () => {
  const archive = await openArchive();
  const request = (id: string): DicomDataset => ({
    '00400007': { vr: 'LO', Value: ['Chest'] },
    '00400009': { vr: 'SH', Value: [id] },
    '00401001': { vr: 'SH', Value: ['RP1'] },
  });
  const attributes: DicomDataset = {
    '00400275': { vr: 'SQ', Value: [request('SPS1'), request('SPS2')] },
    '00081140': {
      vr: 'SQ',
      Value: [{ '00081150': { vr: 'UI', Value: ['1.2'] }, '00081155': { vr: 'UI', Value: ['3.4'] } }],
    },
  };
  await archive.store(once(synthetic({ attributes })));
  const answer = async (path: string, query: string) => (await ask(archive, path, { query })).json()[0]!;
  const { '00400007': described, ...ids } = request('SPS1');
  expect((await answer('/series', ''))['00400275']!.Value![0]).toEqual(ids);
  expect((await answer('/series', 'includefield=RequestAttributesSequence'))['00400275']).toEqual(
    attributes['00400275'],
  );
  const path = 'RequestAttributesSequence.ScheduledProcedureStepDescription';
  expect((await answer('/studies/1.2.3/instances', `includefield=${path}`))['00400275']!.Value![0]).toEqual({
    '00400007': described,
    ...ids,
  });
  expect(
    (await answer('/studies/1.2.3/series/1.2.3.1/instances', `includefield=00400275.00400007`))['00400275'],
  ).toEqual({ vr: 'SQ', Value: [{ '00400007': described }, { '00400007': described }] });
  expect((await answer('/instances', 'includefield=00081140.00081155'))['00081140']).toEqual({
    vr: 'SQ',
    Value: [{ '00081155': { vr: 'UI', Value: ['3.4'] } }],
  });
});

test("a private attribute comes with its creator, from the block that is the creator's in the object", async () => {
  const archive = await openArchive();
  const attributes: DicomDataset = {
    '00090010': { vr: 'LO', Value: ['OTHER'] },
    '00090011': { vr: 'LO', Value: ['ACME'] },
    '00091001': { vr: 'LO', Value: ['of somebody else'] },
    '00091101': { vr: 'LO', Value: ['ours'] },
  };
  await archive.store(once(synthetic({ attributes })));
  const answer = async (query: string) => (await ask(archive, '/instances', { query })).json()[0]!;
  const creator = await answer('includefield=00091001&00090010=ACME');
  expect([creator['00090011'], creator['00091101'], creator['00091001']]).toEqual([
    attributes['00090011'],
    attributes['00091101'],
    undefined,
  ]);
  const byTag = await answer('includefield=00091001');
  expect([byTag['00090010'], byTag['00091001']]).toEqual([attributes['00090010'], attributes['00091001']]);
  expect((await answer('includefield=00091001&00090010=NOBODY'))['00091001']).toBeUndefined();
  expect(
    Object.keys((await ask(archive, '/studies', { query: 'includefield=00091001' })).json()[0]!),
  ).not.toContain('00091001');
});

test('an object answers what it says itself, but for what the archive counts', async () => {
  const archive = await openArchive();
  const attributes = (frame: string, more: DicomDataset = {}): DicomDataset => ({
    '00200052': { vr: 'UI', Value: [frame] },
    ...more,
  });
  await archive.store(once(synthetic({ instance: '1.2.3.1.1', attributes: attributes('5.1') })));
  const other = attributes('5.2', {
    '00100030': { vr: 'DA' },
    '00200013': { vr: 'IS', Value: [2] },
    '00201209': { vr: 'IS', Value: [99] },
  });
  await archive.store(once(synthetic({ instance: '1.2.3.1.2', attributes: other })));
  const path = '/studies/1.2.3/series/1.2.3.1/instances';
  for (const query of ['includefield=FrameOfReferenceUID,00201209', 'includefield=all']) {
    const rows = (await ask(archive, path, { query })).json();
    expect(uids(rows, '00200052')).toEqual(['5.1', '5.2']);
    expect(uids(rows, '00201209')).toEqual(['2', '2']);
  }
});

test('a key of a level that the path fixes restricts nothing', async () => {
  const archive = await filled();
  expect((await ask(archive, '/studies/1.1/series', { query: 'StudyDate=19000101' })).json()).toHaveLength(2);
  expect((await ask(archive, '/series', { query: 'StudyDate=19000101' })).status).toBe(204);
});

test('an answer that was given before changes with the study', async () => {
  const archive = await filled();
  const study = async () => (await ask(archive, '/studies', { query: 'StudyInstanceUID=1.1' })).json()[0]!;
  expect(getText(await study(), '00201208')).toBe('3');
  await archive.store(once(synthetic({ study: '1.1', series: '1.1.1', instance: '1.1.1.3' })));
  expect(getText(await study(), '00201208')).toBe('4');
  await archive.delete({ study: '1.1' }, { name: 'test' });
  await archive.store(
    once(
      synthetic({
        study: '1.1',
        series: '1.1.1',
        instance: '1.1.1.9',
        attributes: { '00100010': pn('Another') },
      }),
    ),
  );
  expect(getText(await study(), '00201208')).toBe('1');
  expect((await study())['00100010']).toEqual(pn('Another'));
});

test('an attribute of a lower level is none of a study', async () => {
  const archive = await filled();
  const [study] = (await ask(archive, '/studies', { query: 'includefield=Rows,Modality' })).json();
  expect(study!['00280010']).toBeUndefined();
  expect(study!['00080060']).toBeUndefined();
});

test('a parameter that is no key is told, so that a slip of the pen does not pass for an answer', async () => {
  const archive = await filled();
  const { status, headers } = await ask(archive, '/studies', { query: 'PatientNam=DOE&Modality=CT' });
  expect(status).toBe(200);
  expect(headers['warning']).toBe(
    `299 ${ROOT}: 2 of the parameters are no matching keys of this resource and restrict nothing`,
  );
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

test('matches by sound, by nothing and by several values without a warning', async () => {
  const archive = await filled();
  const query = 'PatientID=P1%5CP2&fuzzymatching=true&emptyvaluematching=true&multiplevaluematching=true';
  const answer = await ask(archive, '/studies', { query });
  expect(uids(answer.json(), '0020000D')).toEqual(['1.2', '1.1']);
  expect(answer.headers['warning']).toBeUndefined();
  const described = await ask(archive, '/studies', {
    query: 'StudyDescription=%22%22&emptyvaluematching=true&PatientID=P1',
  });
  expect(uids(described.json(), '0020000D')).toEqual(['1.1']);
  const series = async (query: string) => (await ask(archive, '/series', { query })).status;
  expect(await series('FrameOfReferenceUID=%22%22&emptyvaluematching=true')).toBe(200);
  expect(await series('SeriesNumber=%22%22&emptyvaluematching=true')).toBe(204);
  expect(await series('SeriesNumber=%22%22')).toBe(400);
});

test('several modalities have to be there together only where that is asked for', async () => {
  const archive = await filled();
  const found = async (query: string) => uids((await ask(archive, '/studies', { query })).json(), '0020000D');
  expect(await found('ModalitiesInStudy=CT%5CSR')).toEqual(['1.2', '1.1']);
  expect(await found('ModalitiesInStudy=CT%2CSR')).toEqual(['1.2', '1.1']);
  expect(await found('ModalitiesInStudy=CT%5CSR&multiplevaluematching=true')).toEqual(['1.1']);
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

test('answers JSON under either name, XML in parts, and nothing else', async () => {
  const archive = await filled();
  const type = async (accept: string) => {
    const { status, headers } = await ask(archive, '/studies', { headers: { accept } });
    return status === 200 ? headers['content-type'] : status;
  };
  expect(await type('application/dicom+json')).toBe('application/dicom+json');
  expect(await type('application/json')).toBe('application/json');
  expect(await type('*/*')).toBe('application/dicom+json');
  expect(await type('multipart/related; type="application/dicom+xml"')).toMatch(
    /^multipart\/related; type="application\/dicom\+xml"; boundary=/,
  );
  expect(await type('application/dicom+xml')).toBe(406);
  expect(await type('image/png')).toBe(406);
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
