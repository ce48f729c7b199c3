import { expect, test } from 'vitest';
import { askByUri, once, openArchive, type Answer } from '../test-support/in-process.ts';
import { EXPLICIT, frameBytes, JPEG_2000_LOSSLESS, synthetic, us } from '../test-support/synthetic.ts';

const cine = synthetic({ frames: [1, 2, 3].map(frameBytes) });
const still = synthetic({
  instance: '1.2.3.1.2',
  frames: [frameBytes(9)],
  attributes: { '00281101': us(1) },
});

async function filled() {
  const archive = await openArchive();
  for (const file of [cine, still]) await archive.store(once(file));
  return archive;
}

const of = (object: string): string =>
  `requestType=WADO&studyUID=1.2.3&seriesUID=1.2.3.1&objectUID=${object}`;
const CINE = of('1.2.3.1.1');
const STILL = of('1.2.3.1.2');
const codeOf = (answer: Answer) => [answer.status, answer.json<{ code: string }>().code];
const jobOf = (answer: Answer) => answer.json<Record<string, unknown>>();

test('an object comes as it is stored', async () => {
  const answer = await askByUri(await filled(), `${STILL}&contentType=application%2Fdicom`);
  expect(answer.headers['content-type']).toContain(`transfer-syntax=${EXPLICIT}`);
  expect(Buffer.from(answer.bytes).equals(still)).toBe(true);
});

test('a picture comes as JPEG by default, and as the first of what is preferred', async () => {
  const archive = await filled();
  const types = async (query: string) => (await askByUri(archive, query)).headers['content-type'];
  expect(await types(STILL)).toBe('image/jpeg');
  expect(await types(`${STILL}&contentType=image%2Fpng,image%2Fjpeg`)).toBe('image/png');
  expect(await types(`${STILL}&contentType=image/webp,image/gif`)).toBe('image/gif');
  expect(codeOf(await askByUri(archive, `${STILL}&contentType=image%2Fwebp`))).toEqual([
    406,
    'not_acceptable',
  ]);
});

test('the parameters of a picture become those of a rendered frame', async () => {
  const archive = await filled();
  const query =
    `${CINE}&frameNumber=3&rows=100&columns=50&windowCenter=40&windowWidth=400.5&imageQuality=55` +
    '&annotation=patient&imageAnnotation=technique,x&region=0.25,0,0.75,0.5';
  const answer = await askByUri(archive, query);
  expect(jobOf(answer)).toMatchObject({
    frame: 2,
    quality: 55,
    window: { center: 40, width: 400.5, function: 'LINEAR' },
    annotations: ['patient', 'technique'],
    viewport: { width: 50, height: 100, source: { x: 1, y: 0, width: 2, height: 1 } },
  });
  expect(answer.headers['warning']).toContain('not supported: x');
});

test('one of rows and columns leaves the other open; a region alone has its own size', async () => {
  const archive = await filled();
  const viewportOf = async (query: string) => jobOf(await askByUri(archive, `${STILL}&${query}`))['viewport'];
  expect(await viewportOf('rows=64')).toEqual({ width: 16_384, height: 64 });
  expect(await viewportOf('columns=64')).toEqual({ width: 64, height: 16_384 });
  expect(await viewportOf('region=0,0,0.5,1')).toEqual({
    width: 2,
    height: 2,
    source: { x: 0, y: 0, width: 2, height: 2 },
  });
});

test.each([
  ['requestType', 'studyUID=1.2.3&seriesUID=1.2.3.1&objectUID=1.2.3.1.1'],
  ['studyUID', 'requestType=WADO&seriesUID=1.2.3.1&objectUID=1.2.3.1.1'],
  ['seriesUID', 'requestType=WADO&studyUID=1.2.3&seriesUID=..&objectUID=1.2.3.1.1'],
  ['objectUID', `${STILL}&objectUID=1.2.3.1.1`],
  ['contentType', `${STILL}&contentType=`],
  ['contentType', `${STILL}&contentType=application/dicom,image/jpeg`],
  ['transferSyntax', `${STILL}&contentType=application/dicom&transferSyntax=1.2.x`],
  ['transferSyntax', `${STILL}&transferSyntax=${EXPLICIT}`],
  ['anonymize', `${STILL}&anonymize=no`],
  ['frameNumber', `${STILL}&frameNumber=1`],
  ['frameNumber', `${CINE}&frameNumber=4`],
  ['frameNumber', `${CINE}&frameNumber=0`],
  ['rows', `${STILL}&rows=0`],
  ['columns', `${STILL}&columns=99999`],
  ['region', `${STILL}&region=0,0,1`],
  ['region', `${STILL}&region=0.5,0,0.5,1`],
  ['region', `${STILL}&region=0,0,1.1,1`],
  ['windowWidth', `${STILL}&windowCenter=40`],
  ['windowCenter', `${STILL}&windowWidth=40`],
  ['windowWidth', `${STILL}&windowCenter=4&windowWidth=0`],
  ['imageQuality', `${STILL}&imageQuality=0`],
  ['rows', `${STILL}&contentType=application/dicom&rows=5`],
])('a bad %s is named: %s', async (param, query) => {
  const answer = await askByUri(await filled(), query);
  expect(codeOf(answer)).toEqual([400, 'bad_parameter']);
  expect(answer.json<{ errors: unknown }>().errors).toMatchObject([{ param }]);
});

test('what is not done is refused, and never half done', async () => {
  const archive = await filled();
  for (const query of ['anonymize=yes', 'presentationUID=1.2&presentationSeriesUID=1.3'])
    expect(codeOf(await askByUri(archive, `${STILL}&${query}`))).toEqual([501, 'parameter_not_supported']);
});

test('what is not there, or not in scope, is not there', async () => {
  const archive = await filled();
  expect(codeOf(await askByUri(archive, of('1.9')))).toEqual([404, 'dicom_not_found']);
  const studies = new Set(['1.2.9']);
  for (const query of [STILL, `${STILL}&contentType=application/dicom`])
    expect(codeOf(await askByUri(archive, query, { studies }))).toEqual([404, 'dicom_not_found']);
});

test('a transfer syntax that the object cannot be given in is not acceptable', async () => {
  const query = `${STILL}&contentType=application/dicom&transferSyntax=1.2.840.10008.1.2.4.101`;
  expect((await askByUri(await filled(), query)).status).toBe(406);
  const archive = await openArchive();
  const frames = [Uint8Array.of(1, 2, 3, 4)];
  await archive.store(once(synthetic({ frames, transferSyntaxUid: JPEG_2000_LOSSLESS })));
  const stored = `${CINE}&contentType=application/dicom&transferSyntax=${JPEG_2000_LOSSLESS}`;
  expect((await askByUri(archive, stored)).headers['content-type']).toContain(JPEG_2000_LOSSLESS);
});

test('HEAD answers the headers alone, and other methods are told so', async () => {
  const archive = await filled();
  const head = await askByUri(archive, STILL, { method: 'HEAD' });
  expect([head.status, head.headers['content-type'], head.bytes.length]).toEqual([200, 'image/jpeg', 0]);
  expect((await askByUri(archive, STILL, { method: 'POST' })).status).toBe(405);
});
