import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { createLaunch } from './support/launch.ts';
import { rawRequest } from './support/raw-request.ts';
import { smallFile as file, ui } from './support/small-file.ts';

/** Requests of people who want what is not theirs, or want others to be sent elsewhere. */
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway?.stop());

const INSTANCE = '/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.5';

function store(body: Uint8Array<ArrayBuffer>): Promise<Response> {
  const headers = { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/dicom' };
  return fetch(`${gateway.url}/dicom-web/studies`, { method: 'POST', headers, body });
}

/** A request as it is written, and the whole answer. */
function ask(...lines: readonly string[]): Promise<string> {
  return rawRequest(
    gateway,
    [...lines, `Authorization: Bearer ${gateway.apiKey}`, 'Connection: close', '', ''].join('\r\n'),
  );
}

test('addresses in answers are of the gateway, whatever host a request names', async () => {
  await (await store(file())).text();
  const path = `/dicom-web${INSTANCE}/metadata`;
  const own = await ask(`GET ${path} HTTP/1.1`, 'Host: localhost:8090', 'Accept: application/dicom+json');
  expect(own).toContain('"BulkDataURI":"http://localhost:8090/dicom-web/studies/');
  for (const lines of [
    ['Host: localhost:8090', 'X-Forwarded-Host: evil.example'],
    ['Host: localhost:8090', 'Forwarded: host=evil.example;proto=https', 'X-Forwarded-Proto: https'],
    [
      'Host: localhost:8090',
      'X-Original-URL: /evil.example',
      'X-Host: evil.example',
      'X-Rewrite-URL: /evil.example',
    ],
  ]) {
    const answer = await ask(`GET ${path} HTTP/1.1`, ...lines, 'Accept: application/dicom+json');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer, lines.join()).not.toContain('evil');
    expect(answer, lines.join()).toContain('"BulkDataURI":"http://localhost:8090/dicom-web/studies/');
  }
  const absolute = await ask(`GET http://evil.example${path} HTTP/1.1`, 'Host: localhost:8090');
  expect(absolute).not.toContain('evil');
});

test.each([
  ['another host', ['Host: evil.example']],
  ['another host that begins like ours', ['Host: localhost.evil.example']],
  ['a host with a user', ['Host: localhost@evil.example']],
  ['a host with a path', ['Host: localhost/evil.example']],
  ['a host with a line of its own', ['Host: localhost\tevil.example']],
  ['two hosts', ['Host: localhost', 'Host: evil.example']],
  ['no host', []],
])('%s is answered by nothing of the archive', async (_what, lines) => {
  const answer = await ask(`GET /dicom-web${INSTANCE}/metadata HTTP/1.1`, ...lines);
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(answer).not.toMatch(/evil|BulkDataURI|Doe/);
});

test('a session reaches its own study, reads it, and does nothing else', async () => {
  await (
    await store(file({ '00080018': ui('1.77.8.7.6'), '0020000D': ui('1.77.8'), '0020000E': ui('1.77.8.7') }))
  ).text();
  await (await store(file())).text();
  const opened = await fetch(await createLaunch(gateway, '1.2.3'), { redirect: 'manual' });
  const cookie = opened.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const session = new URL(opened.headers.get('location') ?? '', gateway.url).pathname.replace(/\/$/, '');
  const status = async (method: string, path: string, ...more: readonly string[]): Promise<string> => {
    const answer = await rawRequest(
      gateway,
      [
        `${method} ${path} HTTP/1.1`,
        'Host: localhost',
        `Cookie: ${cookie}`,
        ...more,
        'Connection: close',
        '',
        '',
      ].join('\r\n'),
    );
    expect(answer, path).not.toMatch(/1\.77\.8/);
    return answer.slice(9, 12);
  };
  expect(await status('GET', `${session}/dicom-web/studies/1.2.3/metadata`)).toBe('200');
  const foreign = 'studies/1.77.8/series/1.77.8.7/instances/1.77.8.7.6';
  for (const path of [
    `${session}/dicom-web/${foreign}/metadata`,
    `${session}/dicom-web/${foreign}/frames/1`,
    `${session}/dicom-web/studies/1.77.8`,
    `${session}/dicom-web/studies/1.2.3/../1.77.8/metadata`,
    `${session}/dicom-web/studies/1.2.3/%2e%2e/1.77.8/metadata`,
    `${session}/dicom-web/studies/1.2.3%2f..%2f1.77.8/metadata`,
    `${session}/dicom-web/../../../dicom-web/${foreign}/metadata`,
    `${session}/dicom-web/..%2f..%2f..%2fdicom-web/${foreign}/metadata`,
    `${session}/../../dicom-web/${foreign}/metadata`,
    `${session}//dicom-web/${foreign}/metadata`,
    `${session}/wado?requestType=WADO&studyUID=1.77.8&seriesUID=1.77.8.7&objectUID=1.77.8.7.6`,
    `/dicom-web/${foreign}/metadata`,
    `/wado?requestType=WADO&studyUID=1.77.8&seriesUID=1.77.8.7&objectUID=1.77.8.7.6`,
    `/s/anybody/dicom-web/${foreign}/metadata`,
  ]) {
    expect(['400', '401', '404'], path).toContain(await status('GET', path));
  }
  for (const path of [
    'studies',
    'series',
    'instances',
    'studies?includefield=all',
    'studies?StudyInstanceUID=1.77.8',
  ])
    expect(['200', '204']).toContain(await status('GET', `${session}/dicom-web/${path}`));
  expect(await status('DELETE', `${session}/dicom-web/studies/1.2.3`)).toBe('403');
  expect(
    await status(
      'POST',
      `${session}/dicom-web/studies/1.2.3`,
      'Content-Type: application/dicom',
      'Content-Length: 0',
    ),
  ).toBe('403');
  expect(['404', '405']).toContain(
    await status('PUT', `${session}/dicom-web/studies/1.2.3`, 'Content-Length: 0'),
  );
  expect(await status('GET', `${session}/dicom-web/studies/1.2.3/metadata`)).toBe('200');
});
