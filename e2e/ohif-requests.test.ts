import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { DicomDataset } from '@sightline/dicom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFixture } from '../fixtures/read-fixture.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { document, type ObjectUids, slice, video } from './support/objects.ts';

/**
 * The requests of OHIF 3.13.2, byte for byte as a browser sends them for it, and what each of its answers must hold for the
 * viewer to go on.
 */

const STUDY = '2.25.5151';
const SERIES = `${STUDY}.1`;
const uidsOf = (number: number): ObjectUids => ({
  study: STUDY,
  series: SERIES,
  instance: `${SERIES}.${number}`,
});
const slices = [1, 2, 3].map((number) => slice(uidsOf(number), number));
/** Long enough to be bulk data, and of even length, as values are. */
const PDF = Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(4000, '%\n'), Buffer.from('\n%%EOF\n')]);
const pdfUids = { study: STUDY, series: `${STUDY}.2`, instance: `${STUDY}.2.1` };
/** The box that an MP4 file begins with, and something to ask ranges of. */
const MP4 = Buffer.concat([
  Buffer.from('0000001866747970697336400000020069736f6d', 'hex'),
  Buffer.alloc(3000, 7),
]);
const videoUids = { study: STUDY, series: `${STUDY}.3`, instance: `${STUDY}.3.1` };

const fixturePath = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/dicom/${name}.dcm`, import.meta.url));
const multiframe = readFixture(readFileSync(fixturePath('multiframe')));
const compressed = readFixture(readFileSync(fixturePath('jpeg-ls-lossless')));

let gateway: TestGateway;

beforeAll(async () => {
  const imports = ['multiframe', 'jpeg-ls-lossless'].map(fixturePath);
  gateway = await startGateway({ imports });
  const stored = await store([...slices, document(pdfUids, PDF), video(videoUids, MP4)]);
  expect(stored.status).toBe(200);
});

afterAll(() => gateway?.stop());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** On the wire. */
  readonly sentBytes: number;
}

interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** What Chromium adds to each request of a page. */
const browserHeaders = {
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  'Accept-Language': 'en-US,en;q=0.9',
  'Sec-Fetch-Dest': 'empty',
  'Sec-Fetch-Mode': 'cors',
  'Sec-Fetch-Site': 'same-origin',
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
};

/** `path` goes out as it stands: nothing encodes it again. */
function send(path: string, { method = 'GET', headers = {}, body }: Sending = {}): Promise<Answer> {
  const { hostname, port } = new URL(gateway.url);
  const all = { ...browserHeaders, Authorization: `Bearer ${gateway.apiKey}`, ...headers };
  const root = path.startsWith('http') ? new URL(path).pathname + new URL(path).search : `/dicom-web${path}`;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ hostname, port, path: root, method, headers: all }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const sent = Buffer.concat(chunks);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: decoded(sent, incoming.headers['content-encoding']),
          sentBytes: sent.length,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function decoded(body: Buffer, coding: string | undefined): Buffer {
  if (coding === undefined) return body;
  return { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync }[coding]!(body);
}

const json = { Accept: 'application/dicom+json' };
const get = (path: string, accept?: string): Promise<Answer> =>
  send(path, { headers: accept === undefined ? {} : { Accept: accept } });

const rowsOf = ({ body }: Answer): DicomDataset[] => JSON.parse(body.toString()) as DicomDataset[]; // DICOM JSON
const column = (answer: Answer, tag: string) => rowsOf(answer).map((row) => row[tag]?.Value?.[0]);

/** As dicomweb-client, on which OHIF stores, writes it: a line end first, the boundary in quotes, none after the last. */
function store(files: readonly Buffer[]): Promise<Answer> {
  const boundary = '11db1d2e6c9e-8f0c-4c52-b1e3-5fb2c0a3bd12';
  const head = Buffer.from(`\r\n--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`);
  return send('/studies', {
    method: 'POST',
    headers: {
      Accept: '*/*',
      'Content-Type': `multipart/related; type="application/dicom"; boundary="${boundary}"`,
    },
    body: Buffer.concat([...files.flatMap((file) => [head, file]), Buffer.from(`\r\n--${boundary}--`)]),
  });
}

/** Reads the first part as cornerstone's image loader does: it compares the header's name case by case and trusts CRLF. */
function asCornerstoneReads(body: Buffer): { readonly contentType: string; readonly bytes: Buffer } {
  const headEnd = body.indexOf('\r\n\r\n');
  const lines = body.subarray(0, headEnd).toString().split('\r\n');
  const boundary = lines.find((line) => line.startsWith('--'))!;
  const contentType = lines.find((line) => line.startsWith('Content-Type:'))!;
  const end = body.indexOf(boundary, headEnd);
  return {
    contentType: contentType.slice('Content-Type:'.length).trim(),
    bytes: body.subarray(headEnd + 4, end - 2),
  };
}

const pathOf = ({ study, series, instance }: ObjectUids): string =>
  `/studies/${study}/series/${series}/instances/${instance}`;
const fixtureUids = ({ part10 }: ReturnType<typeof readFixture>): ObjectUids => ({
  study: part10.identity.studyInstanceUid,
  series: part10.identity.seriesInstanceUid,
  instance: part10.identity.sopInstanceUid,
});

describe('the work list', () => {
  const DEFAULTS =
    'limit=101&offset=0&fuzzymatching=false&includefield=00081030%2C00080060%2C00080090%2C00100030';

  test('1: has every column that it shows', async () => {
    const answer = await send(`/studies?${DEFAULTS.replace('false', 'true')}`, { headers: json });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/dicom+json');
    expect(rowsOf(answer)).toHaveLength(3);
    const columns =
      '0020000D 00080020 00080030 00080050 00100010 00100020 00100030 00201208 00081030 00080061 00080090';
    for (const row of rowsOf(answer))
      expect(Object.keys(row)).toEqual(expect.arrayContaining(columns.split(' ')));
  });

  test.each([
    ['PatientName=*Client*', 1],
    ['PatientName=*client*', 1],
    ['00100020=*CLIENT-*', 1],
    ['AccessionNumber=*ENTS-1*', 1],
    ['StudyDescription=*foreign*', 1],
    ['StudyDescription=*foreign%20clients*', 1],
    ['ModalitiesInStudy=CT%2CMR', 1],
    ['ModalitiesInStudy=MR', 0],
    ['PatientName=*Client*&00100020=*CLIENT-*&AccessionNumber=*CLIENTS*&ModalitiesInStudy=CT%2CMR', 1],
  ])('1: finds by %s', async (filter, count) => {
    const answer = await send(`/studies?${filter}&${DEFAULTS}`, { headers: json });
    expect(answer.status === 204 ? 0 : rowsOf(answer).length).toBe(count);
  });

  test.each([
    ['20260203-20260203', 1],
    ['20260202-20991231', 1],
    ['19700102-20260131', 2],
    ['19700102-19701231', 0],
  ])('2: finds by the dates %s', async (dates, count) => {
    const answer = await send(`/studies?${DEFAULTS}&StudyDate=${dates}`, { headers: json });
    expect(answer.status === 204 ? 0 : rowsOf(answer).length).toBe(count);
  });

  test('3: expands a study', async () => {
    const answer = await send(`/studies/${STUDY}/series?includefield=0008103E%2C00080021`, { headers: json });
    expect(column(answer, '0020000E')).toEqual([`${SERIES}`, `${STUDY}.2`, `${STUDY}.3`]);
    for (const row of rowsOf(answer)) {
      expect(Object.keys(row)).toEqual(
        expect.arrayContaining(['00080060', '00200011', '00201209', '0008103E']),
      );
    }
  });

  test('4: finds several studies by a list with backslashes', async () => {
    const list = [STUDY, fixtureUids(multiframe).study, '1.2.3'].join('%5C');
    const answer = await send(`/studies?${DEFAULTS}&StudyInstanceUID=${list}`, { headers: json });
    expect(new Set(column(answer, '0020000D'))).toEqual(new Set([STUDY, fixtureUids(multiframe).study]));
  });
});

/** Of a decoded frame of 16 bits. */
const sizeOf = ({ part10 }: ReturnType<typeof readFixture>): number =>
  Number(part10.dataset['00280010']?.Value?.[0]) * Number(part10.dataset['00280011']?.Value?.[0]) * 2;

describe('the viewer', () => {
  const SERIES_QUERY = `/studies/${STUDY}/series?includefield=00080021%2C00080031%2C0008103E%2C00200011`;

  test('5: lists series, one of them, and asks twice for none', async () => {
    expect(rowsOf(await send(SERIES_QUERY, { headers: json }))).toHaveLength(3);
    const one = await send(`${SERIES_QUERY}&SeriesInstanceUID=${SERIES}`, { headers: json });
    expect(column(one, '0020000E')).toEqual([SERIES]);
    for (const _ of ['first', 'again']) {
      const none = await send(`${SERIES_QUERY}&SeriesInstanceUID=1.2.3`, { headers: json });
      expect([none.status, none.body.length]).toEqual([204, 0]);
    }
  });

  test.each([
    ['of 3.13', 'application/dicom+json'],
    [
      'of 3.10',
      'application/dicom+json, multipart/related; type="application/octet-stream"; transfer-syntax="*"',
    ],
  ])('6: reads metadata as JSON with the header %s, compressed', async (_, accept) => {
    for (const path of [`/studies/${STUDY}/series/${SERIES}/metadata`, `/studies/${STUDY}/metadata`]) {
      const answer = await get(path, accept);
      expect(answer.headers['content-type']).toBe('application/dicom+json');
      expect(column(answer, '00080018').slice(0, 3)).toEqual(
        [1, 2, 3].map((number) => uidsOf(number).instance),
      );
      expect(answer.headers['content-encoding']).toBeDefined();
      expect(answer.sentBytes).toBeLessThan(answer.body.length);
    }
  });

  test.each([
    ['in quotes', 'multipart/related; type="application/octet-stream"; transfer-syntax="*"'],
    ['plain', 'multipart/related; type=application/octet-stream; transfer-syntax=*'],
  ])('7: reads frames, asked for %s, as cornerstone does', async (_, accept) => {
    const stored = multiframe.frame(1);
    for (const [fixture, isExpected] of [
      [multiframe, (bytes: Buffer) => bytes.equals(stored)],
      // This media type is for what is not compressed, whatever the transfer syntax.
      [compressed, (bytes: Buffer) => bytes.length === sizeOf(compressed)],
    ] as const) {
      const answer = await get(`${pathOf(fixtureUids(fixture))}/frames/1`, accept);
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^multipart\/related;.*boundary=/);
      const { contentType, bytes } = asCornerstoneReads(answer.body);
      expect(contentType).toBe('application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1');
      expect(isExpected(bytes)).toBe(true);
      const boundary = /boundary="?([^";]+)"?/.exec(String(answer.headers['content-type']))![1]!;
      expect(answer.body.toString('latin1')).toMatch(new RegExp(`\r\n--${boundary}--(\r\n)?$`));
    }
  });

  test('8: shows thumbnails of series and objects', async () => {
    const object = pathOf(uidsOf(1));
    for (const path of [
      `/studies/${STUDY}/series/${SERIES}/thumbnail?accept=image%2Fjpeg`,
      `${object}/thumbnail?accept=image%2Fjpeg`,
      `/studies/${STUDY}/series/${SERIES}/thumbnail?viewport=256%2C256`,
      `${object}/thumbnail?viewport=256%2C256`,
      `${object}/rendered?viewport=256%2C256`,
    ]) {
      const answer = await get(path, path.includes('accept=') ? '*/*' : 'image/jpeg');
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/jpeg']);
      expect(answer.body.subarray(0, 3)).toEqual(Buffer.of(0xff, 0xd8, 0xff));
    }
    const fallback = `/studies/${STUDY}/series/${SERIES}/instances?limit=1&includefield=00080018`;
    expect(column(await send(fallback, { headers: json }), '00080018')).toEqual([uidsOf(1).instance]);
  });

  /** The address of a value, out of the metadata as OHIF finds it. */
  async function bulkDataUri(uids: ObjectUids, tag: string): Promise<string> {
    const [metadata] = rowsOf(await send(`${pathOf(uids)}/metadata`, { headers: json }));
    return metadata![tag]!.BulkDataURI!;
  }

  test('9: plays a video, in ranges', async () => {
    const path = `${pathOf(videoUids)}/rendered`;
    const whole = await get(path, '*/*');
    expect([whole.status, whole.headers['content-type'], whole.headers['accept-ranges']]).toEqual([
      200,
      expect.stringMatching(/^video\/mp4/),
      'bytes',
    ]);
    expect(whole.body).toEqual(MP4);
    const part = await send(`${path}?accept=video/mp4`, {
      headers: { Accept: '*/*', Range: 'bytes=100-199' },
    });
    expect([part.status, part.headers['content-range']]).toEqual([206, `bytes 100-199/${MP4.length}`]);
    expect(part.body).toEqual(MP4.subarray(100, 200));
  });

  test('9: shows a document in a page, and from the address of its value', async () => {
    const page = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
    for (const [path, accept] of [
      [`${pathOf(pdfUids)}/rendered`, page],
      [`${pathOf(pdfUids)}/rendered?accept=application/pdf`, '*/*'],
      [`${await bulkDataUri(pdfUids, '00420011')}?accept=application/pdf`, '*/*'],
    ] as const) {
      const answer = await get(path, accept);
      expect([path, answer.status, answer.headers['content-type']]).toEqual([path, 200, 'application/pdf']);
      expect(answer.body).toEqual(PDF);
    }
  });

  test('10: reads bulk data from an absolute address', async () => {
    const uri = await bulkDataUri(pdfUids, '00420011');
    expect(uri.startsWith(`${gateway.url}/dicom-web/studies/`)).toBe(true);
    const answer = await get(uri, 'multipart/related; type=application/octet-stream');
    expect(asCornerstoneReads(answer.body).bytes).toEqual(PDF);
    const single = await get(uri, '*/*');
    expect(single.status).toBe(200);
  });

  test('11: reads a whole object', async () => {
    const answer = await get(pathOf(uidsOf(2)), 'multipart/related; type="application/dicom"');
    expect(answer.status).toBe(200);
    expect(asCornerstoneReads(answer.body).bytes).toEqual(slices[1]);
  });

  test('12: stores, and is told what was stored', async () => {
    const uids = { study: `${STUDY}9`, series: `${STUDY}9.1`, instance: `${STUDY}9.1.1` };
    const answer = await store([slice(uids, 1)]);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/dicom+json']);
    const dataset = JSON.parse(answer.body.toString()) as DicomDataset; // DICOM JSON
    expect(dataset['00081199']!.Value).toEqual([
      expect.objectContaining({ '00081155': { vr: 'UI', Value: [uids.instance] } }),
    ]);
  });

  test('13: is answered without Accept where the address says what it accepts', async () => {
    const thumbnail = await get(`${pathOf(uidsOf(1))}/thumbnail?accept=image/jpeg`);
    expect([thumbnail.status, thumbnail.headers['content-type']]).toEqual([200, 'image/jpeg']);
    const png = await get(`${pathOf(uidsOf(1))}/rendered?accept=image%2Fpng`);
    expect([png.status, png.headers['content-type']]).toEqual([200, 'image/png']);
  });
});
