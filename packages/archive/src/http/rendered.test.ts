import { parseMediaType, readMultipart, readParts } from '@sightline/dicomweb';
import { expect, test } from 'vitest';
import { RendererFailed, WorkersBusy } from '../frame-renderer.ts';
import { ask, once, openArchive, readAll, renderer, ROOT, type Answer } from '../test-support/in-process.ts';
import { frameBytes, synthetic, ui } from '../test-support/synthetic.ts';

const STUDY = '/studies/1.2.3';
const SERIES = `${STUDY}/series/1.2.3.1`;
const CINE = `${SERIES}/instances/1.2.3.1.1`;
const STILL = `${SERIES}/instances/1.2.3.1.2`;

const files = [
  synthetic({
    frames: [1, 2, 3].map(frameBytes),
    attributes: { '00181063': { vr: 'DS', Value: [40] } },
  }),
  synthetic({
    instance: '1.2.3.1.2',
    frames: [frameBytes(9)],
    attributes: { '00200013': { vr: 'IS', Value: [2] } },
  }),
  synthetic({ series: '1.2.3.2', instance: '1.2.3.2.1', attributes: { '00080016': ui('1.2.3.4') } }),
];

async function filled(frameRenderer = renderer) {
  const archive = await openArchive(undefined, 'server', frameRenderer);
  for (const file of files) await archive.store(once(file));
  return archive;
}

const accept = (value: string, query?: string) => ({ headers: { accept: value }, ...(query && { query }) });
const codeOf = (answer: Answer) => [answer.status, answer.json<{ code: string }>().code];
const jobOf = (answer: Answer) => answer.json<Record<string, unknown>>();

async function partsOf(answer: Answer) {
  const type = parseMediaType(answer.headers['content-type'] ?? '');
  const found: { location: string | undefined; type: string | undefined; text: string }[] = [];
  const messages = readMultipart(once(answer.bytes), type?.parameters['boundary'] ?? '');
  for await (const { headers, body } of readParts(messages)) {
    const text = new TextDecoder().decode(await readAll(body));
    found.push({ location: headers['content-location'], type: headers['content-type'], text });
  }
  return { type: type?.parameters['type'], found };
}

test('one picture stands for a study, a series and an object, unless all are asked for', async () => {
  const archive = await filled();
  for (const path of [STUDY, SERIES]) {
    const answer = await ask(archive, `${path}/rendered`);
    expect([answer.headers['content-type'], jobOf(answer)['frame']]).toEqual(['image/jpeg', 0]);
    const all = await partsOf(
      await ask(archive, `${path}/rendered`, accept('multipart/related; type="image/png"')),
    );
    expect(all.type).toBe('image/png');
    expect(all.found.map(({ location, type }) => [location, type])).toEqual(
      [`${CINE}/frames/1`, `${CINE}/frames/2`, `${CINE}/frames/3`, `${STILL}/frames/1`].map((frame) => [
        `${ROOT}${frame}/rendered`,
        'image/png',
      ]),
    );
  }
});

test('several frames come as parts in the order of the request, or as one picture that moves', async () => {
  const archive = await filled();
  const parts = await partsOf(await ask(archive, `${CINE}/frames/3,1/rendered`));
  expect(parts.found.map(({ text }) => (JSON.parse(text) as { frame: number }).frame)).toEqual([2, 0]);
  const moving = await ask(archive, `${CINE}/frames/3,1/rendered`, accept('image/gif'));
  expect(moving.headers['content-type']).toBe('image/gif');
  expect(jobOf(moving)).toEqual({ pictures: 2, frameTime: 40 });
  expect(jobOf(await ask(archive, `${CINE}/rendered`, accept('image/gif')))['pictures']).toBe(3);
  expect(jobOf(await ask(archive, `${CINE}/frames/2/rendered`, accept('image/gif')))['frame']).toBe(1);
  expect(codeOf(await ask(archive, `${CINE}/frames/3,1/rendered`, accept('image/jpeg')))).toEqual([
    406,
    'not_acceptable',
  ]);
  expect(codeOf(await ask(archive, `${CINE}/frames/1,4/rendered`))).toEqual([404, 'dicom_not_found']);
  expect(codeOf(await ask(archive, `${CINE}/frames/1,2/thumbnail`))).toEqual([400, 'bad_frame_list']);
});

test('a moving picture of more than anybody waits for is refused', async () => {
  const archive = await openArchive();
  const many = Array.from({ length: 501 }, () => frameBytes(1));
  await archive.store(once(synthetic({ frames: many })));
  expect(codeOf(await ask(archive, `${CINE}/rendered`, accept('image/gif')))).toEqual([
    413,
    'animation_too_large',
  ]);
});

test('a thumbnail exists wherever there are pixels, small and without a name', async () => {
  const archive = await filled();
  for (const path of [STUDY, SERIES, STILL, `${CINE}/frames/2`]) {
    const job = jobOf(await ask(archive, `${path}/thumbnail`, { query: 'annotation=patient' }));
    expect(job['viewport']).toEqual({ width: 256, height: 256 });
    expect(job['annotations']).toBeUndefined();
  }
  const own = jobOf(await ask(archive, `${CINE}/thumbnail`, { query: 'viewport=64,32' }));
  expect([own['viewport'], own['frame']]).toEqual([{ width: 64, height: 32 }, 1]);
  const other = `${STUDY}/series/1.2.3.2`;
  expect(codeOf(await ask(archive, `${other}/thumbnail`))).toEqual([404, 'no_image']);
  expect(codeOf(await ask(archive, `${other}/rendered`))).toEqual([404, 'no_image']);
});

test('annotations and colour profiles go to the renderer; unknown annotations are told', async () => {
  const archive = await filled();
  const answer = await ask(archive, `${STILL}/rendered`, {
    query: 'annotation=technique,foo,patient,bar&iccprofile=srgb',
  });
  expect(jobOf(answer)).toMatchObject({ annotations: ['patient', 'technique'], iccProfile: 'srgb' });
  expect(answer.headers['warning']).toBe(
    `299 ${ROOT}: The following annotation values are not supported: foo, bar`,
  );
  expect(jobOf(await ask(archive, `${STILL}/rendered`, { query: 'iccprofile=no' }))['iccProfile']).toBe(
    undefined,
  );
});

test.each([
  'annotation=',
  'annotation=patient,',
  'annotation=a%0d%0ab',
  'annotation=patient&annotation=technique',
  'iccprofile=',
  'iccprofile=adobergb',
  'iccprofile=cmyk',
  'quality=',
  'quality=1.5',
  'viewport=10',
  'viewport=10,10,-1,0,5,5',
  'viewport=10,10,4,0,5,5',
  'viewport=10,10,0,0,1e999,5',
  'viewport=10,10,0,0,5,5,5',
  'window=1,2',
  'window=1,0.5,linear',
  'window=1,0,sigmoid',
  'window=1,2,LINEAR',
  'window=,2,linear',
])('%s is the fault of the request', async (query) => {
  const answer = await ask(await filled(), `${STILL}/rendered`, { query });
  expect(codeOf(answer)).toEqual([400, 'bad_parameter']);
  expect(answer.headers['warning']).toBeUndefined();
});

test('a profile is asked of no media type that has no place for one', async () => {
  const archive = await filled();
  for (const value of ['yes', 'srgb']) {
    const asked = accept('image/gif', `iccprofile=${value}`);
    expect(codeOf(await ask(archive, `${STILL}/rendered`, asked))).toEqual([400, 'bad_parameter']);
  }
  expect((await ask(archive, `${STILL}/rendered`, accept('image/gif', 'iccprofile=no'))).status).toBe(200);
});

test('a picture is drawn once, and not sent again to who has it', async () => {
  let drawn = 0;
  const archive = await filled({
    ...renderer,
    render: (job) => {
      drawn += 1;
      return renderer.render(job);
    },
  });
  const first = await ask(archive, `${STILL}/thumbnail`);
  const [, again] = await Promise.all([
    ask(archive, `${STILL}/thumbnail`),
    ask(archive, `${STILL}/thumbnail`),
  ]);
  expect(again!.bytes).toEqual(first.bytes);
  expect(drawn).toBe(1);
  const etag = first.headers['etag']!;
  const known = await ask(archive, `${STILL}/thumbnail`, { headers: { 'if-none-match': `"x", ${etag}` } });
  expect([known.status, known.bytes.length, known.headers['etag']]).toEqual([304, 0, etag]);
  const other = await ask(archive, `${STILL}/thumbnail`, {
    query: 'viewport=9,9',
    headers: { 'if-none-match': etag },
  });
  expect(other.status).toBe(200);
  expect(drawn).toBe(2);
});

test('a decoder that ends is not said to be a damaged image, and is asked again', async () => {
  const errors = [new RendererFailed(), new WorkersBusy()];
  const archive = await filled({
    ...renderer,
    render: (job) => {
      const error = errors.shift();
      return error ? Promise.reject(error) : renderer.render(job);
    },
  });
  expect(codeOf(await ask(archive, `${STILL}/rendered`))).toEqual([500, 'render_failed']);
  expect(codeOf(await ask(archive, `${STILL}/rendered`))).toEqual([503, 'archive_busy']);
  expect((await ask(archive, `${STILL}/rendered`)).status).toBe(200);
});

test('a later frame that cannot be drawn breaks the stream, and a first one is a status', async () => {
  const archive = await filled({
    ...renderer,
    render: (job) => (job.frame === 1 ? Promise.reject(new RendererFailed()) : renderer.render(job)),
  });
  expect(codeOf(await ask(archive, `${CINE}/frames/2,1/rendered`))).toEqual([500, 'render_failed']);
  await expect(ask(archive, `${CINE}/frames/1,2/rendered`)).rejects.toThrow(RendererFailed);
});
