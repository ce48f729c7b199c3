import { expect, it } from 'vitest';
import type { Archive } from '../archive.ts';
import { ask, askByUri, once, openArchive, type Answer, type Ask } from '../test-support/in-process.ts';
import { frameBytes, pn, synthetic } from '../test-support/synthetic.ts';
import { studiesService } from './studies-service.ts';

/** A session that was opened for one study, beside another patient's. */
const OWN = new Set(['1.2.3']);
const FOREIGN = { study: '1.9.8', series: '1.9.8.7', instance: '1.9.8.7.6' } as const;
/** What must never be told of the other patient. */
const SECRETS = ['1.9.8', 'Secret', 'SECRET-ID', 'F0RE1GN'];
/** Nobody's. */
const ABSENT = { study: '1.5.5', series: '1.5.5.5', instance: '1.5.5.5.5' } as const;

async function twoPatients(): Promise<Archive> {
  const archive = await openArchive();
  const text = (value: string) => ({ vr: 'LO', Value: [value] }) as const;
  const foreign = {
    '00080050': { vr: 'SH', Value: ['F0RE1GN'] } as const,
    '00081030': text('Secret study'),
    '00100010': pn('Secret^Person'),
    '00100020': text('SECRET-ID'),
    '00420011': { vr: 'OB', InlineBinary: Buffer.alloc(5000, 'Secret').toString('base64') } as const,
  };
  const frames = [frameBytes(0), frameBytes(1)];
  await archive.store(once(synthetic({ frames })));
  expect(await archive.store(once(synthetic({ ...FOREIGN, frames, attributes: foreign })))).toMatchObject({
    kind: 'stored',
  });
  return archive;
}

function pathOf(template: string, uids: typeof FOREIGN | typeof ABSENT): string {
  return template
    .replace('{study}', uids.study)
    .replace('{series}', uids.series)
    .replace('{instance}', uids.instance)
    .replace('{frames}', '1,2')
    .replace('{bulk}', '00420011');
}

function expectNothingTold({ headers, text }: Answer, what: string): void {
  const told = `${JSON.stringify(headers)}${text}`;
  for (const secret of SECRETS) expect(told.includes(secret), `${what} tells ${secret}`).toBe(false);
}

const below = studiesService.filter(({ path }) => path.includes('{study}'));

it.each(below.map(({ method, path }) => [method, path] as const))(
  'answers %s %s of a study outside the session as if there were none',
  async (method, template) => {
    const archive = await twoPatients();
    const answer = async (uids: typeof FOREIGN | typeof ABSENT): Promise<Answer> =>
      ask(archive, pathOf(template, uids), {
        method,
        studies: OWN,
        headers: { 'content-type': 'application/dicom', accept: '*/*' },
        ...(method === 'POST' && { body: once(synthetic({ ...uids, instance: `${uids.study}.99` })) }),
      });
    const [foreign, absent] = [await answer(FOREIGN), await answer(ABSENT)];
    expect(foreign.status).toBe(absent.status);
    if (method === 'POST') {
      // Its own UIDs are named: whoever sent the object knows them.
      expect(foreign.status).toBe(409);
      return;
    }
    expect(foreign.text).toBe(absent.text);
    expect(foreign.headers).toEqual(absent.headers);
    expectNothingTold(foreign, `${method} ${template}`);
    expect((await ask(archive, `/studies/${FOREIGN.study}/metadata`)).status).toBe(200);
  },
);

const searches: readonly (readonly [path: string, query: string])[] = [
  '',
  'StudyInstanceUID=1.9.8',
  'StudyInstanceUID=1.9.8,1.2.3',
  'StudyInstanceUID=1.9.8%5C1.2.3',
  '0020000D=1.9.8&0020000D=1.2.3',
  'SeriesInstanceUID=1.9.8.7',
  'SOPInstanceUID=1.9.8.7.6',
  'PatientID=SECRET-ID',
  'PatientID=*',
  'PatientName=Secret*&fuzzymatching=true',
  'AccessionNumber=F0RE1GN',
  'includefield=all',
  'StudyDate=19000101-&includefield=all',
  'limit=1&offset=1',
  'offset=1',
  "PatientID=x'%20OR%201=1--",
  'PatientName=%25',
  'PatientName=_ecret*',
].flatMap((query) =>
  ['/studies', '/series', '/instances', '/studies/1.2.3/series', '/studies/1.2.3/instances'].map(
    (path) => [path, query] as const,
  ),
);

it('finds nothing outside the session, whatever is asked for', async () => {
  const archive = await twoPatients();
  for (const [path, query] of searches) {
    const answer = await ask(archive, path, { studies: OWN, ...(query && { query }) });
    expectNothingTold(answer, `${path}?${query}`);
    if (query === 'includefield=all') expect(answer.json(), path).toHaveLength(1);
  }
});

it('gives nothing outside the session by WADO-URI', async () => {
  const archive = await twoPatients();
  const query = (uids: typeof FOREIGN | typeof ABSENT, more = ''): string =>
    `requestType=WADO&studyUID=${uids.study}&seriesUID=${uids.series}&objectUID=${uids.instance}${more}`;
  for (const more of ['', '&contentType=application/dicom', '&contentType=image/jpeg&frameNumber=1']) {
    const foreign = await askByUri(archive, query(FOREIGN, more), { studies: OWN });
    const absent = await askByUri(archive, query(ABSENT, more), { studies: OWN });
    expect([foreign.status, foreign.text]).toEqual([absent.status, absent.text]);
    expectNothingTold(foreign, more);
  }
  // The object of one study under the name of another one.
  const crossed = `requestType=WADO&studyUID=1.2.3&seriesUID=${FOREIGN.series}&objectUID=${FOREIGN.instance}`;
  expect((await askByUri(archive, crossed, { studies: OWN })).status).toBe(404);
  const twice = `${query(FOREIGN)}&studyUID=1.2.3`;
  expect((await askByUri(archive, twice, { studies: OWN })).status).not.toBe(200);
});

it.each([
  '/studies/1.2.3/series/1.9.8.7/metadata',
  '/studies/1.2.3/series/1.9.8.7/instances/1.9.8.7.6',
  '/studies/1.2.3/series/1.2.3.1/instances/1.9.8.7.6/frames/1',
  '/studies/1.2.3/series/1.9.8.7/instances/1.9.8.7.6/bulkdata/00420011',
  '/studies/%31.9.8/metadata',
  '/studies/1%2E9%2E8/metadata',
  '/studies/1.2.3%2F..%2F1.9.8/metadata',
  '/studies/1.2.3/../1.9.8/metadata',
  '/studies/1.2.3/%2e%2e/1.9.8/metadata',
  '/studies/1.2.3%5C1.9.8/metadata',
  '/studies/1.2.3,1.9.8/metadata',
  '/studies/1.2.3%00/metadata',
  '/studies/1.2.3%0d%0aX-Y:1/metadata',
  '/studies//metadata',
  '/studies/*/metadata',
  '/studies/%2A/metadata',
  '//studies/1.9.8/metadata',
  '/studies/1.9.8;x=1/metadata',
  '/studies/1.9.8 /metadata',
  '/studies/1.9.8%20/metadata',
  '/studies/01.9.8/metadata',
  '/STUDIES/1.9.8/metadata',
  '/studies/１.9.8/metadata',
])('does not get around its scope by %s', async (path) => {
  const archive = await twoPatients();
  const answer = await ask(archive, path, { studies: OWN });
  expect([400, 404]).toContain(answer.status);
  expectNothingTold(answer, path);
});

it('stores into no study but its own, and deletes nothing without the right to', async () => {
  const archive = await twoPatients();
  const headers = { 'content-type': 'application/dicom' };
  const store = (path: string, options: Ask, instance: string, study: string = FOREIGN.study) =>
    ask(archive, path, { method: 'POST', headers, body: once(synthetic({ study, instance })), ...options });
  expect((await store('/studies', { canStore: false }, '1.7.1')).status).toBe(403);
  expect((await store('/studies', { studies: OWN }, '1.7.2')).status).toBe(409);
  expect((await store('/studies/1.2.3', { studies: OWN }, '1.7.3')).status).toBe(409);
  expect((await store(`/studies/${FOREIGN.study}`, { studies: OWN }, '1.7.4')).status).toBe(409);
  expect((await store('/studies/1.2.3', {}, '1.7.5')).status).toBe(409);
  for (const instance of ['1.7.1', '1.7.2', '1.7.3', '1.7.4', '1.7.5']) {
    const found = await ask(archive, '/instances', { query: `SOPInstanceUID=${instance}` });
    expect(found.text === '' || found.json().length === 0, instance).toBe(true);
  }
  for (const path of [
    '/studies/1.2.3',
    '/studies/1.2.3/series/1.2.3.1',
    '/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1',
  ]) {
    const refused = await ask(archive, path, { method: 'DELETE', canDelete: false });
    expect(refused.status).toBe(403);
  }
  expect((await ask(archive, '/studies/1.2.3/metadata')).status).toBe(200);
});

/** Everything that some transaction reads from a query string. */
const PARAMETERS = [
  'accept',
  'charset',
  'viewport',
  'window',
  'quality',
  'annotation',
  'iccprofile',
  'limit',
  'offset',
  'includefield',
  'fuzzymatching',
  'PatientName',
  'StudyDate',
  'transferSyntax',
  'contentType',
  'anonymize',
  'rows',
  'columns',
  'region',
  'windowCenter',
  'windowWidth',
  'frameNumber',
  'imageQuality',
  'presentationUID',
  'presentationSeriesUID',
  'requestType',
]; // prettier-ignore

const INJECTIONS = [
  'a%0d%0aX-Injected:%20yes',
  'a%0d%0a%0d%0a<script>',
  '%00',
  '%ff%fe',
  '%22%3E<img>',
  '%E2%80%A8',
];

it('takes nothing of a request over into a header, and fails in no way that it does not know', async () => {
  const archive = await twoPatients();
  const instance = '/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1';
  const uids = 'studyUID=1.2.3&seriesUID=1.2.3.1&objectUID=1.2.3.1.1';
  for (const name of PARAMETERS) {
    for (const value of INJECTIONS) {
      const query = `${name}=${value}`;
      const answers = [
        await ask(archive, '/studies', { query }),
        await ask(archive, instance, { query }),
        await ask(archive, `${instance}/rendered`, { query }),
        await ask(archive, `${instance}/frames/1`, { query }),
        await askByUri(archive, `requestType=WADO&${uids}&${query}`),
      ];
      for (const { headers, status } of answers) {
        expect(status, query).not.toBe(500);
        for (const [header, text] of Object.entries(headers)) {
          expect(text, `${query} in ${header}`).toMatch(/^[\t\x20-\x7e]*$/);
          expect(text.includes('Injected') || text.includes('<'), `${query} in ${header}: ${text}`).toBe(
            false,
          );
        }
      }
    }
  }
});
