import { expect, test } from 'vitest';
import { ask, once, openArchive } from '../test-support/in-process.ts';
import { frameBytes, synthetic } from '../test-support/synthetic.ts';
import { archiveProblems } from './problems.ts';
import { studiesService } from './studies-service.ts';

const INSTANCE = '/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1';

async function filled() {
  const archive = await openArchive();
  await archive.store(once(synthetic({ frames: [frameBytes(1)] })));
  return archive;
}

const paths = [
  '/studies/1.2.3',
  '/studies/1.2.3/metadata',
  '/studies/1.2.3/series/1.2.3.1',
  '/studies/1.2.3/series/1.2.3.1/metadata',
  '/studies/1.2.3/series/1.2.3.1/rendered',
  '/studies/1.2.3/series/1.2.3.1/thumbnail',
  INSTANCE,
  `${INSTANCE}/metadata`,
  `${INSTANCE}/rendered`,
  `${INSTANCE}/thumbnail`,
  `${INSTANCE}/frames/1`,
  `${INSTANCE}/frames/1/rendered`,
  `${INSTANCE}/frames/1/thumbnail`,
  `${INSTANCE}/bulkdata/00091010`,
];

test.each(paths)('%s outside the scope is answered like what does not exist', async (path) => {
  const archive = await filled();
  const outside = await ask(archive, path, { studies: new Set(['9.9']) });
  const absent = await ask(archive, path.replaceAll('1.2.3', '7.7.7'));
  expect(outside.status).toBe(404);
  expect([outside.status, outside.text, outside.headers]).toEqual([
    absent.status,
    absent.text,
    absent.headers,
  ]);
});

test.each(paths)('HEAD %s answers the headers of GET and no body', async (path) => {
  const archive = await filled();
  const get = await ask(archive, path);
  const head = await ask(archive, path, { method: 'HEAD' });
  const stable = ({
    'content-type': type,
    'content-length': _length,
    ...rest
  }: Readonly<Record<string, string>>) => ({ ...rest, type: type?.split(';')[0] });
  expect([head.status, stable(head.headers)]).toEqual([get.status, stable(get.headers)]);
  expect(head.bytes).toHaveLength(0);
  // None for what is streamed: GET itself says it there, or nobody knows it before the end.
  const length = head.headers['content-length'];
  expect(length === undefined || length === String(get.bytes.length)).toBe(true);
});

test.each([
  ['/studies', 200],
  ['/studies/9.9.9/metadata', 404],
])('HEAD %s (%i) has the length of the answer to GET', async (path, status) => {
  const archive = await filled();
  const get = await ask(archive, path);
  const head = await ask(archive, path, { method: 'HEAD' });
  expect([head.status, head.headers['content-length']]).toEqual([status, String(get.bytes.length)]);
});

test.each([
  ['/studies/..%2f..%2fetc', 400, 'bad_uid'],
  ['/studies/../../etc/passwd', 404, 'not_found'],
  ['/studies/1.2.3%00', 400, 'bad_uid'],
  ['/studies/%FF', 404, 'not_found'],
  [`/studies/${'1.2'.repeat(40)}`, 400, 'bad_uid'],
  ['/studies/1.2.3/series/abc/metadata', 400, 'bad_uid'],
  ['/studies/1.2.3/series/1.2.3.1/instances/1..2/frames/1', 400, 'bad_uid'],
  ['/studies/', 400, 'bad_uid'],
  ['/patients', 404, 'not_found'],
  ['/studies/1.2.3/nothing', 404, 'not_found'],
])('%s is %i %s', async (path, status, code) => {
  const answer = await ask(await filled(), path);
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
  const { title, detail } = archiveProblems[code as keyof typeof archiveProblems];
  expect(answer.json()).toEqual({ type: `urn:sightline:problem:${code}`, title, status, code, detail });
});

test.each([
  ['DELETE', '/studies', 'GET, HEAD, POST, OPTIONS'],
  ['PUT', '/studies/1.2.3', 'GET, HEAD, POST, DELETE, OPTIONS'],
  ['POST', INSTANCE, 'GET, HEAD, DELETE, OPTIONS'],
  ['GET', '/', 'OPTIONS'],
  ['HEAD', '', 'OPTIONS'],
])('%s %s is not allowed, and says what is', async (method, path, allow) => {
  const answer = await ask(await filled(), path, { method });
  expect([answer.status, answer.headers['allow']]).toEqual([405, allow]);
});

test('no transaction stands twice in the table of the service', () => {
  const rows = studiesService.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(rows).size).toBe(rows.length);
});
