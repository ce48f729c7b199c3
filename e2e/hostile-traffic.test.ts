import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { constants, deflateRawSync } from 'node:zlib';
import type { DicomDataset } from '@sightline/dicom';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  concat,
  element,
  fileMeta,
  identity,
  PREAMBLE,
} from '../packages/dicom/src/test-support/part10-files.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { rawRequest } from './support/raw-request.ts';
import { smallFile as file, ui } from './support/small-file.ts';

/** What strangers send to a real gateway: it stays small, stays up, and goes on serving the others. */
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway?.stop());

const MEBIBYTE = 2 ** 20;
/** Linux tells the most memory that a process ever held; elsewhere only the answers are looked at. */
const canTellMemory = existsSync('/proc/self/status');

function highestRss(): number {
  const [, kibibytes = '0'] =
    /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}

/** The same, once it has stopped growing by itself: after a start, decoders go on loading for some seconds. */
async function settledRss(): Promise<number> {
  if (!canTellMemory) return 0;
  let highest = highestRss();
  for (let unchanged = 0; unchanged < 6; unchanged += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const now = highestRss();
    if (now > highest) unchanged = 0;
    highest = now;
  }
  return highest;
}

const authorization = (): Readonly<Record<string, string>> => ({ authorization: `Bearer ${gateway.apiKey}` });

function post(body: BodyInit, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${gateway.url}/dicom-web/studies`, {
    method: 'POST',
    headers: { ...authorization(), 'content-type': 'application/dicom', ...headers },
    body,
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  });
}

async function isServing(): Promise<boolean> {
  const response = await fetch(`${gateway.url}/dicom-web/studies?limit=1`, { headers: authorization() });
  await response.text();
  return response.status === 200 || response.status === 204;
}

async function reasonOf(response: Response): Promise<unknown> {
  const answer = (await response.json()) as DicomDataset; // DICOM JSON
  const [item] = (answer['00081198'] ?? answer['0008119A'])?.Value ?? [];
  return (item as DicomDataset | undefined)?.['00081197']?.Value?.[0]; // both failure sequences have items
}

/** A data set of 1 GiB in about a megabyte, made without ever having it. */
function deflateBomb(): Uint8Array<ArrayBuffer> {
  const zeros = deflateRawSync(new Uint8Array(MEBIBYTE), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const head = concat(identity(), element(0x00420011, 'OB', new Uint8Array(0), undefined, 1023 * MEBIBYTE));
  const start = deflateRawSync(head, { finishFlush: constants.Z_FULL_FLUSH });
  const end = deflateRawSync(new Uint8Array(0));
  const stream = concat(start, ...Array.from({ length: 1024 }, () => zeros), end);
  return new Uint8Array(concat(PREAMBLE, fileMeta('1.2.840.10008.1.2.1.99'), stream));
}

test('a gibibyte deflated to a megabyte is refused, and costs little memory', async () => {
  // Until every worker has started.
  const others = Array.from({ length: 24 }, (_, at) => post(file({ '00080018': ui(`1.2.3.9.${at}`) })));
  for (const response of await Promise.all(others)) expect(response.status).toBe(200);
  const before = await settledRss();
  const bomb = deflateBomb();
  expect(bomb.length).toBeLessThan(2 * MEBIBYTE);
  const bombs = Promise.all([post(bomb), post(bomb), post(bomb)]);
  expect(await isServing()).toBe(true);
  for (const response of await bombs) {
    expect(response.status).toBe(409);
    expect(await reasonOf(response)).toBe(0xa700);
  }
  if (canTellMemory) expect(highestRss() - before).toBeLessThan(64 * MEBIBYTE);
});

const head = (...lines: readonly string[]): string =>
  [
    'POST /dicom-web/studies HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${gateway.apiKey}`,
    'Content-Type: application/dicom',
    ...lines,
    '',
    '',
  ].join('\r\n');

test.each([
  ['4 GiB', '4294967296'],
  ['more than the archive takes', '99999999999999'],
  ['more than a number holds', '99999999999999999999999999'],
  ['a negative length', '-1'],
  ['no number', '12abc'],
])('a Content-Length of %s costs nothing but its own connection', async (_what, length) => {
  const before = await settledRss();
  const answer = await rawRequest(gateway, head(`Content-Length: ${length}`), 'DICM and little else');
  expect(answer === '' || /^HTTP\/1\.1 4\d\d /.test(answer), answer.slice(0, 60)).toBe(true);
  expect(await isServing()).toBe(true);
  if (canTellMemory) expect(highestRss() - before).toBeLessThan(64 * MEBIBYTE);
});

test('two lengths, or a length and chunks, are refused: somebody in between may have read the other one', async () => {
  for (const lines of [
    ['Content-Length: 5', 'Content-Length: 6'],
    ['Content-Length: 5', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked, identity'],
  ]) {
    const answer = await rawRequest(
      gateway,
      head(...lines),
      '0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n',
    );
    expect(answer, lines.join()).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1/g), lines.join()).toHaveLength(1);
  }
});

test('headers beyond all measure are answered 431', async () => {
  expect(await rawRequest(gateway, head(`X-Long: ${'x'.repeat(100_000)}`))).toMatch(/^HTTP\/1\.1 431 /);
  expect(await isServing()).toBe(true);
});

/** `size` bytes in chunks, made as they are asked for. */
function flood(size: number, first = '', last = ''): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(64 * 1024).fill(0x41);
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent === 0 && first) controller.enqueue(Buffer.from(first));
      if (sent >= size) {
        if (last) controller.enqueue(Buffer.from(last));
        controller.close();
        return;
      }
      controller.enqueue(chunk);
      sent += chunk.length;
    },
  });
}

test('a flood of chunks is refused when it ends, held nowhere, and keeps nobody else waiting', async () => {
  const before = await settledRss();
  const multipart = { 'content-type': 'multipart/related; type="application/dicom"; boundary=b' };
  const floods = Promise.all([
    post(flood(192 * MEBIBYTE)),
    post(flood(192 * MEBIBYTE, '--b\r\nContent-Type: text/plain\r\n\r\n', '\r\n--b--\r\n'), multipart),
  ]);
  for (let i = 0; i < 20; i += 1) expect(await isServing()).toBe(true);
  const answers = await floods;
  expect(answers.map(({ status }) => status)).toEqual([409, 409]);
  await Promise.all(answers.map((answer) => answer.text()));
  if (canTellMemory) expect(highestRss() - before).toBeLessThan(128 * MEBIBYTE);
});

/** Every resource of the archive that there is a path for. */
const INSTANCE = '/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.5';
const RESOURCES: readonly (readonly [path: string, accept?: string])[] = [
  ['/studies'],
  ['/studies/1.2.3'],
  ['/studies/1.2.3', 'application/zip'],
  ['/studies/1.2.3/metadata'],
  [INSTANCE],
  [INSTANCE, 'application/dicom; transfer-syntax=*'],
  [INSTANCE, 'application/zip'],
  [`${INSTANCE}/metadata`],
  [`${INSTANCE}/metadata`, 'multipart/related; type="application/dicom+xml"'],
  [`${INSTANCE}/frames/1`],
  [`${INSTANCE}/frames/1`, 'application/octet-stream'],
  [`${INSTANCE}/bulkdata`],
  [`${INSTANCE}/bulkdata/00420011`],
  [`${INSTANCE}/bulkdata/00420011`, 'application/octet-stream'],
  [`${INSTANCE}/pixeldata`],
  [`${INSTANCE}/rendered`],
  [`${INSTANCE}/thumbnail`],
];

/** What a browser may show where it arrives: made by us, or text of a form that runs nothing. */
const INERT = /^(image\/(jpeg|png|gif)|application\/(dicom\+json|problem\+json))\b/;

test.each([
  ['Windows', 'MZ\x90\0'],
  ['Linux', '\x7fELF\x02'],
  ['a web page', '<script>alert(1)</script>'],
])('an object that is also a program for %s is never given to be run', async (_what, magic) => {
  const bytes = file({ '00080018': ui('1.2.3.4.5') });
  bytes.set(Buffer.from(magic, 'latin1'), 0);
  await fetch(`${gateway.url}/dicom-web/studies/1.2.3`, { method: 'DELETE', headers: authorization() });
  expect((await post(bytes)).status).toBe(200);
  for (const [path, accept] of RESOURCES) {
    const response = await fetch(`${gateway.url}/dicom-web${path}`, {
      headers: { ...authorization(), accept: accept ?? '*/*' },
    });
    const body = Buffer.from(await response.arrayBuffer());
    const what = `${path} ${accept ?? ''}`;
    expect(response.status, what).toBeLessThan(300);
    const type = response.headers.get('content-type') ?? '';
    expect(response.headers.get('x-content-type-options'), what).toBe('nosniff');
    expect(response.headers.get('content-security-policy'), what).toContain("default-src 'none'");
    expect(body.subarray(0, 2).toString('latin1') === 'MZ' && INERT.test(type), what).toBe(false);
    if (INERT.test(type)) continue;
    // In a multipart message the object is no file of its own, and no browser shows one.
    if (type.startsWith('multipart/related;') && body.subarray(0, 2).toString() === '--') continue;
    expect(type, what).toMatch(/^application\/(dicom|octet-stream|zip)\b/);
    expect(response.headers.get('content-disposition') ?? 'none', what).toMatch(/^attachment\b/);
  }
});

/** What has been used to leave a folder, by one system or another. */
const TRAVERSALS: readonly string[] = [
  '../../../../outside',
  '..\\..\\..\\outside',
  '/outside',
  '\\outside',
  'C:\\outside',
  'C:/outside',
  '\\\\host\\share\\outside',
  '//host/share/outside',
  '%2e%2e%2foutside',
  '%2e%2e/outside',
  '..%2foutside',
  '..%5coutside',
  '%252e%252e%252foutside',
  '..%c0%afoutside',
  '..%ef%bc%8foutside',
  '%c0%ae%c0%ae/outside',
  '....//outside',
  '..../\\outside',
  '..;/outside',
  './../outside',
  'a/../../outside',
  'a\\..\\..\\outside',
  '~/outside',
  '~root/outside',
  '$HOME/outside',
  '`outside`',
  '$(outside)',
  'outside|x',
  'outside;x',
  'outside&x',
  'outside\n',
  'outside\r\n',
  'outside\0.dcm',
  '\0outside',
  'outside ',
  'outside.',
  'outside::$DATA',
  'outside:stream',
  'CON',
  'NUL',
  'AUX',
  'PRN',
  'COM1',
  'LPT1',
  'CONIN$',
  'con.dcm',
  '.',
  '..',
  '...',
  '',
  '-rf',
  '--help',
  'file:///outside',
  'http://host/outside',
  'x'.repeat(5000),
  '\u202eoutside',
  '\uff0e\uff0e\uff0foutside',
  '\u2025\u2215outside',
  '\u00e4\u0308outside',
  '1.2.3/../../outside',
  '1.2.3\\..\\outside',
  '*',
  '?',
  '{outside}',
  '%s%n',
  '%00',
  'a\tb',
]; // prettier-ignore

/** Of the path as it is: `fetch` would take `..` out of it. */
function statusOf(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(gateway.url);
    get({ hostname, port, path, headers: authorization() }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    }).on('error', reject);
  });
}

/** All files below a folder, but for what the archive names by hash or by itself. */
function strangeFiles(folder: string): readonly string[] {
  const usual =
    /^([0-9a-f]{2}|[0-9a-f]{64}|tmp|blobs|[a-z-]+(\.(sqlite|lock)(-[a-z]+)?)?|[\w.-]+\.(jsonl|log|key|pid))$/;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(({ name }) => !usual.test(name))
    .map(({ name, parentPath }) => join(parentPath, name));
}

test('names that lead out of a folder lead nowhere, in UIDs, in addresses and in headers', async () => {
  expect(TRAVERSALS.length).toBeGreaterThan(60);
  const isOutside = (): boolean =>
    ['/outside', join(gateway.dataDir, '../outside')].some((path) => existsSync(path));
  for (const name of TRAVERSALS) {
    // None at all is refused by the writer of this test's own files.
    for (const tag of name === '' ? [] : (['00080018', '0020000D', '0020000E', '00080016'] as const)) {
      const response = await post(file({ [tag]: ui(name) }));
      expect([200, 409], JSON.stringify(name)).toContain(response.status);
      await response.text();
    }
    // Elsewhere such text is only text.
    const said = file({
      '00080018': ui(`1.9.${TRAVERSALS.indexOf(name) + 1}`),
      '00041500': { vr: 'CS', Value: [name] },
      '00100020': { vr: 'LO', Value: [name] },
    });
    expect([200, 409]).toContain((await post(said, { 'content-location': encodeURI(name) })).status);
    const encoded = encodeURIComponent(name.slice(0, 1000));
    for (const path of [
      `/dicom-web/studies/${encoded}/metadata`,
      `/dicom-web/studies/1.2.3/series/${encoded}/metadata`,
      `/dicom-web${INSTANCE}/bulkdata/${encoded}`,
      `/dicom-web${INSTANCE}/frames/${encoded}`,
      `/wado?requestType=WADO&studyUID=${encoded}&seriesUID=${encoded}&objectUID=${encoded}`,
      `/assets/${encoded}`,
    ]) {
      const status = await statusOf(path);
      expect(status, `${JSON.stringify(name)} at ${path.slice(0, 40)}`).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
  }
  expect(isOutside()).toBe(false);
  expect(strangeFiles(gateway.dataDir)).toEqual([]);
  expect(await isServing()).toBe(true);
});
