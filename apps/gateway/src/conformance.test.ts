import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Archive, createFileArchive } from '@sightline/archive';
import {
  type MediaTypeClaim,
  studiesService,
  type Transaction,
  wadoUriClaims,
} from '@sightline/archive/conformance';
import {
  datasetToXml,
  type DicomDataset,
  encodableSyntaxes,
  readPart10,
  writePart10,
} from '@sightline/dicom';
import { formatMediaType, type HttpResponse, parseMediaType, writeMultipart } from '@sightline/dicomweb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFrameRenderer } from './workers/frame-renderer.ts';
import { createInstanceReader } from './workers/instance-reader.ts';
import { createTranscoder } from './workers/transcoder.ts';

/** The claims of CONFORMANCE.md, asked of an archive with all its workers: one test for each resource. */

const folder = mkdtempSync(join(tmpdir(), 'sightline-conformance-'));
const workers = {
  reader: createInstanceReader(1),
  renderer: createFrameRenderer(1),
  transcoder: createTranscoder(1),
};
let archive: Archive;

const ui = (value: string) => ({ vr: 'UI', Value: [value] }) as const;
const us = (value: number) => ({ vr: 'US', Value: [value] }) as const;

const object = (number: number, sopClass: string, more: DicomDataset): DicomDataset => ({
  '00080016': ui(`1.2.840.10008.5.1.4.1.1.${sopClass}`),
  '00080018': ui(`2.999.${number}.1.1`),
  '00080020': { vr: 'DA', Value: ['20240102'] },
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] },
  '00100020': { vr: 'LO', Value: ['P1'] },
  '0020000D': ui(`2.999.${number}`),
  '0020000E': ui(`2.999.${number}.1`),
  ...more,
});
const pixels = (frames = 1): DicomDataset => ({
  '00280002': us(1),
  '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
  '00280008': { vr: 'IS', Value: [frames] },
  '00280010': us(2),
  '00280011': us(2),
  '00280100': us(8),
  '00280101': us(8),
  '00280102': us(7),
  '00280103': us(0),
});
const coded = (number: number, transferSyntaxUid: string, frame = Uint8Array.of(1, 2, 3, 4)): Uint8Array =>
  writePart10({
    dataset: object(number, '77.1.1.1', pixels()),
    transferSyntaxUid,
    pixelData: [frame],
  });
const plain = (dataset: DicomDataset): Uint8Array =>
  writePart10({ dataset, transferSyntaxUid: '1.2.840.10008.1.2.1' });
const document = (number: number, type: string): Uint8Array =>
  plain(
    object(number, type === 'text/xml' ? '104.2' : '104.1', {
      '00420011': { vr: 'OB', InlineBinary: Buffer.alloc(3000, '<a/>').toString('base64') },
      '00420012': { vr: 'LO', Value: [type] },
    }),
  );
const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../../../fixtures/dicom/${name}.dcm`, import.meta.url));

const files = {
  image: fixture('monochrome2-16-bit'),
  cine: fixture('multiframe'),
  jpeg: fixture('jpeg-baseline'),
  report: plain(object(1, '88.11', { '0040A040': { vr: 'CS', Value: ['CONTAINER'] } })),
  pdf: document(2, 'application/pdf'),
  cda: document(3, 'text/xml'),
  mp4: coded(4, '1.2.840.10008.1.2.4.102'),
  mpeg: coded(5, '1.2.840.10008.1.2.4.100'),
  h265: coded(6, '1.2.840.10008.1.2.4.107'),
  transport: coded(9, '1.2.840.10008.1.2.4.102', new Uint8Array(376).fill(0x47)),
  jpx: coded(7, '1.2.840.10008.1.2.4.92'),
  jxl: coded(8, '1.2.840.10008.1.2.4.110'),
} as const;
type FileName = keyof typeof files;

const identityOf = (file: Uint8Array) =>
  readPart10(
    { size: file.length, read: (offset, length) => file.subarray(offset, offset + length) },
    { inflateRaw: () => new Uint8Array(0) },
  ).identity;

/** Which object shows a claim that does not hold of all; by what the claim says of itself. */
const storedSo: Readonly<Record<string, FileName>> = {
  'image/jpeg': 'jpeg',
  'image/jpx': 'jpx',
  'image/jxl': 'jxl',
  'video/mpeg': 'mpeg',
  'video/mp4': 'mp4',
  'video/h265': 'h265',
  'video/mp2t': 'transport',
};
const shownBy: Readonly<Record<string, (type: string) => FileName>> = {
  'an image': () => 'image',
  'an image: every frame': () => 'cine',
  'one frame': () => 'image',
  'one object': () => 'image',
  'a structured report': () => 'report',
  'an encapsulated document': (type) => (type === 'text/xml' ? 'cda' : 'pdf'),
  'a document of this type': () => 'pdf',
  'a video, as it is stored': (type) => storedSo[type]!,
  'stored so': (type) => storedSo[type]!,
};

beforeAll(async () => {
  const parts = { ...workers, clock: () => new Date(0), audit: () => Promise.resolve() };
  archive = await createFileArchive(folder, { ...parts, role: 'server' });
  for (const [name, file] of Object.entries(files)) {
    expect(await archive.store(chunks(file)), name).toMatchObject({ kind: 'stored' });
  }
});
afterAll(async () => {
  await archive.close();
  await Promise.all(Object.values(workers).map((worker) => worker.close()));
  rmSync(folder, { recursive: true });
});

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

interface Question {
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array>;
}

const requestOf = (path: string, { method = 'GET', query, headers = {}, body }: Question) => ({
  method,
  path,
  query,
  headers,
  body: body ?? chunks(new Uint8Array(0)),
  signal: new AbortController().signal,
});
const context = { root: 'http://host/dicom-web', canStore: true, canDelete: true };

async function ask(
  path: string,
  question: Question = {},
): Promise<HttpResponse & { readonly bytes: number }> {
  return read(await archive.handle(requestOf(path, question), context));
}

async function read(response: HttpResponse): Promise<HttpResponse & { readonly bytes: number }> {
  const { body = '' } = response;
  if (typeof body === 'string' || body instanceof Uint8Array) return { ...response, bytes: body.length };
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  return { ...response, bytes };
}

function pathOf({ path }: Pick<Transaction, 'path'>, name: FileName): string {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = identityOf(files[name]);
  const values: Readonly<Record<string, string>> = {
    '{study}': studyInstanceUid,
    '{series}': seriesInstanceUid,
    '{instance}': sopInstanceUid,
    '{frames}': '1',
    '{bulk}': '00420011',
  };
  return path.replaceAll(/\{\w+\}/g, (part) => values[part] ?? part);
}

/** Bulk data is a document's, unless a claim says whose. */
const showing = (row: Transaction, { when, type }: MediaTypeClaim): FileName =>
  when === undefined ? (row.path.endsWith('{bulk}') ? 'pdf' : 'image') : shownBy[when]!(type);

const mediaType = ({ type, isMultipart }: MediaTypeClaim): string =>
  isMultipart ? formatMediaType('multipart/related', { type }) : type;

/** What came, in the form of a claim. */
function answered({ headers }: HttpResponse): string {
  const { type = '', parameters } = parseMediaType(headers['content-type'] ?? '') ?? {};
  return type === 'multipart/related' ? formatMediaType(type, { type: parameters?.['type'] ?? '' }) : type;
}

/** Pixels of these types come as they are stored only where any transfer syntax will do. */
const isStored = ({ when }: MediaTypeClaim): boolean => when === 'stored so';

/** Of a frame there is no document, and a document has no frames. */
const isAskable = (row: Transaction, { when }: MediaTypeClaim): boolean =>
  !row.path.includes('{frames}') || !/report|document|video/.test(when ?? '');

const isCommitment = ({ name }: Transaction): boolean => name.startsWith('Commitment');
const rowsOf = (method: string): readonly Transaction[] =>
  studiesService.filter((row) => row.method === method && !isCommitment(row));
const named = (row: Transaction): [string, Transaction] => [`${row.method} ${row.path}`, row];

describe('every media type that is claimed is answered', () => {
  test.each(rowsOf('GET').map(named))('%s', async (_name, row) => {
    for (const claim of row.claims.answers.filter((each) => isAskable(row, each))) {
      const path = pathOf(row, showing(row, claim));
      const wanted = `${mediaType(claim)}${isStored(claim) ? '; transfer-syntax=*' : ''}`;
      const byHeader = await ask(path, { headers: { accept: wanted } });
      expect([byHeader.status, answered(byHeader)], wanted).toEqual([200, mediaType(claim)]);
      expect(byHeader.bytes, wanted).toBeGreaterThan(0);
      const query = `accept=${encodeURIComponent(wanted)}`;
      const byQuery = await ask(path, { query, headers: { accept: '*/*' } });
      expect([byQuery.status, answered(byQuery)], query).toEqual([200, mediaType(claim)]);
    }
  });

  test.each(rowsOf('GET').map(named))('%s, the first without being named', async (_name, row) => {
    const [first] = row.claims.answers;
    for (const headers of [{}, { accept: '*/*' }]) {
      const answer = await ask(pathOf(row, showing(row, first!)), { headers });
      expect([answer.status, answered(answer)]).toEqual([200, mediaType(first!)]);
    }
  });

  test.each(rowsOf('GET').map(named))('%s, and no other', async (_name, row) => {
    const answer = await ask(pathOf(row, row.path.endsWith('{bulk}') ? 'pdf' : 'image'), {
      headers: { accept: 'application/x-unknown' },
    });
    expect(answer.status).toBe(406);
  });
});

test.each(rowsOf('GET').map(named))(
  'every parameter that is claimed is understood: %s',
  async (_name, row) => {
    for (const { name, example } of row.claims.parameters) {
      if (name === 'accept') continue;
      const path = pathOf(row, row.path.endsWith('{bulk}') ? 'pdf' : 'image');
      const { status } = await ask(path, { query: `${name}=${encodeURIComponent(example)}` });
      expect(row.claims.statuses, `${name}=${example}`).toContain(status);
    }
  },
);

test.each(rowsOf('GET').map(named))('HEAD answers as GET does: %s', async (_name, row) => {
  const path = pathOf(row, row.path.endsWith('{bulk}') ? 'pdf' : 'image');
  const head = await ask(path, { method: 'HEAD' });
  expect([head.status, answered(head), head.bytes]).toEqual([200, mediaType(row.claims.answers[0]!), 0]);
});

test.each(rowsOf('GET').map(named))(
  'what is known is not sent again, where that is claimed: %s',
  async (_name, row) => {
    const single = row.claims.answers.find(
      ({ isMultipart, type }) => !isMultipart && type !== 'application/zip',
    );
    const claim = single ?? row.claims.answers[0]!;
    const path = pathOf(row, row.path.endsWith('{bulk}') ? 'pdf' : 'image');
    const headers = { accept: mediaType(claim) };
    const { etag } = (await ask(path, { headers })).headers;
    expect(etag !== undefined).toBe(row.claims.statuses.includes(304));
    if (etag === undefined) return;
    expect((await ask(path, { headers: { ...headers, 'if-none-match': etag } })).status).toBe(304);
  },
);

test.each(rowsOf('GET').map(named))('a part is sent alone, where that is claimed: %s', async (_name, row) => {
  const claim = row.claims.answers.find(
    ({ isMultipart, type }) => !isMultipart && type !== 'application/zip',
  );
  if (!claim) return;
  const path = pathOf(row, showing(row, claim));
  const headers = {
    accept: `${mediaType(claim)}${mediaType(claim) === 'application/dicom' ? '; transfer-syntax=*' : ''}`,
  };
  const answer = await ask(path, { headers: { ...headers, range: 'bytes=0-9' } });
  expect(answer.status === 206).toBe(row.claims.statuses.includes(206));
});

test('an object is given in every transfer syntax that is claimed, and stored ones as they are', async () => {
  const row = studiesService.find(({ path }) => path.endsWith('{instance}'))!;
  for (const uid of ['1.2.840.10008.1.2.1', ...encodableSyntaxes]) {
    const accept = `application/dicom; transfer-syntax=${uid}`;
    const answer = await ask(pathOf(row, 'image'), { headers: { accept } });
    expect([answer.status, answer.headers['content-type']], uid).toEqual([
      200,
      `application/dicom; transfer-syntax=${uid}`,
    ]);
  }
  for (const name of Object.keys(files) as FileName[]) {
    const answer = await ask(pathOf(row, name), {
      headers: { accept: 'application/dicom; transfer-syntax=*' },
    });
    expect([answer.status, answer.bytes], name).toEqual([200, files[name].length]);
  }
});

describe('every form of a store that is claimed is taken', () => {
  const attributes = object(20, '88.11', { '0040A040': { vr: 'CS', Value: ['CONTAINER'] } });
  const bodies: Readonly<Record<string, Uint8Array>> = {
    'application/dicom': plain(attributes),
    'application/dicom+json': new TextEncoder().encode(JSON.stringify([attributes])),
    'application/dicom+xml': new TextEncoder().encode(datasetToXml(attributes)),
  };

  test.each(rowsOf('POST').map(named))('%s', async (_name, row) => {
    const path = row.path.replace('{study}', '2.999.20');
    const [first] = row.claims.answers;
    for (const taken of row.claims.takes ?? []) {
      const body = bodies[taken.type]!;
      const message = writeMultipart('b', [{ headers: { 'Content-Type': taken.type }, body }]);
      const type = taken.isMultipart ? `${mediaType(taken)}; boundary=b` : taken.type;
      const question = { method: 'POST', body: taken.isMultipart ? message : chunks(body) };
      const answer = await ask(path, { ...question, headers: { 'content-type': type } });
      expect([row.claims.statuses.includes(answer.status), answered(answer)], type).toEqual([
        true,
        mediaType(first!),
      ]);
    }
    for (const claim of row.claims.answers) {
      const headers = { 'content-type': 'application/dicom', accept: claim.type };
      const answer = await ask(path, { method: 'POST', headers, body: chunks(plain(attributes)) });
      expect([answer.status, answered(answer)]).toEqual([200, claim.type]);
    }
  });
});

test('commitment is asked for and had again in every form that is claimed', async () => {
  const { sopClassUid, sopInstanceUid } = identityOf(files.image);
  const wanted: DicomDataset = {
    '00081199': { vr: 'SQ', Value: [{ '00081150': ui(sopClassUid), '00081155': ui(sopInstanceUid) }] },
  };
  const bodies: Readonly<Record<string, string>> = {
    'application/dicom+json': JSON.stringify(wanted),
    'application/dicom+xml': datasetToXml(wanted),
  };
  let transactions = 0;
  for (const row of studiesService.filter((each) => isCommitment(each) && each.method === 'POST')) {
    for (const taken of row.claims.takes ?? []) {
      for (const claim of row.claims.answers) {
        transactions += 1;
        const path = row.path.replace('{transaction}', `2.999.${transactions}`);
        const headers = { 'content-type': taken.type, accept: claim.type };
        const body = chunks(new TextEncoder().encode(bodies[taken.type]));
        const answer = await ask(path, { method: 'POST', headers, body });
        expect([answer.status, answered(answer)]).toEqual([200, claim.type]);
        const again = await ask(path, { headers: { accept: claim.type } });
        expect([again.status, again.body]).toEqual([200, answer.body]);
      }
    }
  }
  expect(transactions).toBe(6);
});

test.each(rowsOf('OPTIONS').map(named))('%s answers as claimed', async (_name, row) => {
  for (const claim of row.claims.answers) {
    const answer = await ask(row.path, { method: 'OPTIONS', headers: { accept: claim.type } });
    expect([answer.status, answered(answer)]).toEqual([200, claim.type]);
  }
});

test.each(rowsOf('DELETE').map(named))('%s answers as claimed', async (_name, row) => {
  const attributes = object(30, '88.11', {});
  await archive.store(chunks(plain(attributes)));
  const path = row.path
    .replace('{study}', '2.999.30')
    .replace('{series}', '2.999.30.1')
    .replace('{instance}', '2.999.30.1.1');
  const answer = await ask(path, { method: 'DELETE' });
  expect(row.claims.statuses).toContain(answer.status);
  expect((await ask('/studies/2.999.30/metadata')).status).toBe(404);
});

test('every parameter of WADO-URI that is claimed is understood', async () => {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = identityOf(files.cine);
  const object = `requestType=WADO&studyUID=${studyInstanceUid}&seriesUID=${seriesInstanceUid}&objectUID=${sopInstanceUid}`;
  const partners: Readonly<Record<string, string>> = {
    windowCenter: '&windowWidth=400',
    windowWidth: '&windowCenter=40',
    transferSyntax: '&contentType=application/dicom',
  };
  for (const { name, example } of wadoUriClaims) {
    const query = `${object}&${name}=${encodeURIComponent(example)}${partners[name] ?? ''}`;
    const answer = await read(await archive.retrieveByUri(requestOf('/wado', { query }), context));
    expect(answer.status, name).toBe(200);
  }
});
