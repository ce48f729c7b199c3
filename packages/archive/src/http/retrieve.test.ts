import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { parseMediaType, readMultipart, readParts } from '@sightline/dicomweb';
import { expect, test } from 'vitest';
import type { Archive } from '../archive.ts';
import { openFileBlobs } from '../blobs/file.ts';
import {
  ask,
  once,
  openArchive,
  readAll,
  ROOT,
  temporaryFolder,
  type Answer,
} from '../test-support/in-process.ts';
import { EXPLICIT, frameBytes, JPEG_2000_LOSSLESS, synthetic } from '../test-support/synthetic.ts';

const STUDY = '/studies/1.2.3';
const SERIES = `${STUDY}/series/1.2.3.1`;
const NATIVE = `${SERIES}/instances/1.2.3.1.1`;
const COMPRESSED = `${SERIES}/instances/1.2.3.1.2`;
const DOCUMENT = `${STUDY}/series/1.2.3.2/instances/1.2.3.2.1`;

const pdf = Buffer.alloc(3001, 'pdf ');
const files = {
  native: synthetic({ frames: [frameBytes(1), frameBytes(2), frameBytes(3)] }),
  compressed: synthetic({
    instance: '1.2.3.1.2',
    frames: [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8)],
    transferSyntaxUid: JPEG_2000_LOSSLESS,
    attributes: { '00200013': { vr: 'IS', Value: [2] } },
  }),
  document: synthetic({
    series: '1.2.3.2',
    instance: '1.2.3.2.1',
    attributes: {
      '00200011': { vr: 'IS', Value: [2] },
      '00420011': { vr: 'OB', InlineBinary: pdf.toString('base64') },
      '00420012': { vr: 'LO', Value: ['application/pdf'] },
    },
  }),
};

async function filled(folder = temporaryFolder()): Promise<Archive> {
  const archive = await openArchive(folder);
  for (const file of Object.values(files)) expect((await archive.store(once(file))).kind).toBe('stored');
  return archive;
}

const accept = (value: string, more: Record<string, string> = {}) => ({
  headers: { accept: value, ...more },
});
const code = (answer: Answer) => [answer.status, answer.json<{ code: string }>().code];

async function parts(answer: Answer) {
  const type = parseMediaType(answer.headers['content-type'] ?? '');
  expect([answer.status, type?.type]).toEqual([200, 'multipart/related']);
  const found: { location: string | undefined; type: string | undefined; bytes: number[] }[] = [];
  const events = readMultipart(once(answer.bytes), type!.parameters['boundary']!);
  for await (const { headers, body } of readParts(events)) {
    const bytes = [...(await readAll(body))];
    expect(headers['content-length'] ?? String(bytes.length)).toBe(String(bytes.length));
    found.push({ location: headers['content-location'], type: headers['content-type'], bytes });
  }
  return found;
}

/** Each of these has one representation, of a known length. */
const single = {
  object: [NATIVE, 'application/dicom', () => files.native],
  frame: [`${NATIVE}/frames/2`, 'application/octet-stream', () => frameBytes(2)],
  'compressed frame': [`${COMPRESSED}/frames/2`, 'image/jp2', () => Uint8Array.of(5, 6, 7, 8)],
  'bulk data': [
    `${DOCUMENT}/bulkdata/00420011`,
    'application/octet-stream',
    () => Buffer.concat([pdf, Buffer.alloc(1)]),
  ],
  'pixel data': [
    `${NATIVE}/pixeldata`,
    'application/octet-stream',
    () => Buffer.concat([frameBytes(1), frameBytes(2), frameBytes(3)]),
  ],
} as const;

test.each(Object.entries(single))('one %s comes in part, as a whole, or not again', async (_name, row) => {
  const [path, type, bytesOf] = row;
  const archive = await filled();
  const bytes = Buffer.from(bytesOf());
  const get = (headers: Record<string, string> = {}) => ask(archive, path, accept(type, headers));
  const whole = await get();
  expect(Buffer.from(whole.bytes).equals(bytes)).toBe(true);
  expect(whole.headers).toMatchObject({
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
  });
  const { etag = '' } = whole.headers;
  const last = bytes.length - 1;
  const ranges = {
    'bytes=0-2': [0, 2],
    'bytes=3-': [3, last],
    'bytes=-2': [last - 1, last],
    'bytes=1-99999': [1, last],
  };
  for (const [range, [from = 0, to = 0]] of Object.entries(ranges)) {
    const part = await get({ range, 'if-range': etag });
    expect([part.status, part.headers['content-range']]).toEqual([
      206,
      `bytes ${from}-${to}/${bytes.length}`,
    ]);
    expect(Buffer.from(part.bytes).equals(bytes.subarray(from, to + 1))).toBe(true);
  }
  for (const range of ['bytes=0-1,3-4', 'bytes=2-1', 'bytes=x', 'lines=1-2', 'bytes=-'])
    expect((await get({ range })).status).toBe(200);
  expect((await get({ range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
  const beyond = await get({ range: `bytes=${bytes.length}-` });
  expect([...code(beyond), beyond.headers['content-range']]).toEqual([
    416,
    'range_not_satisfiable',
    `bytes */${bytes.length}`,
  ]);
  const again = await get({ 'if-none-match': `"x", W/${etag}`, range: 'bytes=0-1' });
  expect([again.status, again.bytes.length, again.headers['content-length']]).toEqual([304, 0, undefined]);
});

test('an object that is a program as well is never shown, only kept', async () => {
  const archive = await openArchive();
  for (const [at, start] of ['MZ', '\u007FELF', '#!/bin/sh\n', '<html><script>'].entries()) {
    const file = synthetic({ instance: `1.2.3.1.${at + 1}` });
    file.set(new TextEncoder().encode(start), 0);
    expect((await archive.store(once(file))).kind).toBe('stored');
    const answer = await ask(archive, `${SERIES}/instances/1.2.3.1.${at + 1}`, accept('application/dicom'));
    expect(answer.headers).toMatchObject({
      'content-type': `application/dicom; transfer-syntax=${EXPLICIT}`,
      'content-disposition': `attachment; filename="1.2.3.1.${at + 1}.dcm"`,
      'x-content-type-options': 'nosniff',
    });
    expect(Buffer.from(answer.bytes).equals(file)).toBe(true);
  }
});

test('a document comes as what it says it is, to be kept; a type that a browser would run it does not say', async () => {
  const archive = await filled();
  const path = `${DOCUMENT}/bulkdata/00420011`;
  const answer = await ask(archive, path, accept('application/pdf'));
  expect(answer.headers).toMatchObject({
    'content-type': 'application/pdf',
    'content-disposition': 'attachment',
  });
  const attributes = {
    '00420011': { vr: 'OB', InlineBinary: pdf.toString('base64') },
    '00420012': { vr: 'LO', Value: ['text/html'] },
  } as const;
  await archive.store(once(synthetic({ instance: '1.2.3.1.9', attributes })));
  const page = `${SERIES}/instances/1.2.3.1.9/bulkdata/00420011`;
  expect(code(await ask(archive, page, accept('text/html')))).toEqual([406, 'not_acceptable']);
});

test('pixel data of a study is one part for each object uncompressed, one for each frame compressed', async () => {
  const archive = await filled();
  const plain = await parts(await ask(archive, `${STUDY}/pixeldata`));
  expect(plain.map(({ location, bytes }) => [location, bytes.length])).toEqual([
    [`${ROOT}${NATIVE}/pixeldata`, 48],
    [`${ROOT}${COMPRESSED}/pixeldata`, 16],
  ]);
  const stored = await parts(
    await ask(archive, `${COMPRESSED}/pixeldata`, accept('multipart/related; type="image/jp2"')),
  );
  expect(stored).toEqual([
    {
      location: `${ROOT}${COMPRESSED}/frames/1`,
      type: `image/jp2; transfer-syntax=${JPEG_2000_LOSSLESS}`,
      bytes: [1, 2, 3, 4],
    },
    {
      location: `${ROOT}${COMPRESSED}/frames/2`,
      type: `image/jp2; transfer-syntax=${JPEG_2000_LOSSLESS}`,
      bytes: [5, 6, 7, 8],
    },
  ]);
  expect(code(await ask(archive, `${DOCUMENT}/pixeldata`))).toEqual([404, 'dicom_not_found']);
});

test('frames of single bits follow each other without padding', async () => {
  const archive = await openArchive();
  const attributes = {
    '00280008': { vr: 'IS', Value: [3] },
    '00280010': { vr: 'US', Value: [1] },
    '00280011': { vr: 'US', Value: [9] },
    '00280100': { vr: 'US', Value: [1] },
    '00280101': { vr: 'US', Value: [1] },
    '00280102': { vr: 'US', Value: [0] },
  } as const;
  const bits = Uint8Array.of(0xff, 0b0101_0101, 0b0010_0110, 0b0000_0101);
  expect((await archive.store(once(synthetic({ frames: [bits], attributes })))).kind).toBe('stored');
  const frame = await ask(archive, `${NATIVE}/frames/2`, accept('application/octet-stream'));
  expect([...frame.bytes]).toEqual([0b0010_1010 | ((0b10_0110 & 1) << 7), (0b0010_0110 >> 1) & 1]);
  const all = await ask(archive, `${NATIVE}/pixeldata`, accept('application/octet-stream'));
  expect([...all.bytes]).toEqual([0xff, 0b0101_0101, 0b0010_0110, 0b0000_0101]);
});

test('bulk data of a study is every value that metadata names, and the pixel data', async () => {
  const archive = await filled();
  for (const [path, options] of [
    [`${STUDY}/bulkdata`, {}],
    [STUDY, accept('multipart/related; type="application/octet-stream"')],
  ] as const) {
    const found = await parts(await ask(archive, path, options));
    expect(found.map(({ location, bytes }) => [location, bytes.length])).toEqual([
      [`${ROOT}${NATIVE}/pixeldata`, 48],
      [`${ROOT}${COMPRESSED}/pixeldata`, 16],
      [`${ROOT}${DOCUMENT}/bulkdata/00420011`, 3002],
    ]);
  }
});

test('metadata comes as XML, one document for each object', async () => {
  const archive = await filled();
  const found = await parts(
    await ask(archive, `${SERIES}/metadata`, accept('multipart/related; type="application/dicom+xml"')),
  );
  expect(found.map(({ type, location }) => [type, location])).toEqual([
    ['application/dicom+xml', `${ROOT}${NATIVE}/metadata`],
    ['application/dicom+xml', `${ROOT}${COMPRESSED}/metadata`],
  ]);
  expect(Buffer.from(found[0]!.bytes).toString()).toContain('keyword="PatientName"');
});

test('what stands between documents of XML cannot be foreseen by the author of one', async () => {
  const archive = await filled();
  const boundaryOf = async (path: string) => {
    const answer = await ask(archive, path, accept('multipart/related; type="application/dicom+xml"'));
    return parseMediaType(answer.headers['content-type'] ?? '')?.parameters['boundary'];
  };
  const first = await boundaryOf(`${SERIES}/metadata`);
  expect(await boundaryOf(`${NATIVE}/metadata`)).not.toBe(first);
  // Remembered, and still whole.
  expect(await boundaryOf(`${SERIES}/metadata`)).toBe(first);
});

test('a study, series or object comes as a zip of files as they are stored', async () => {
  const archive = await filled();
  const folder = temporaryFolder();
  for (const [path, name, count] of [
    [STUDY, '1.2.3', 3],
    [SERIES, '1.2.3.1', 2],
    [NATIVE, '1.2.3.1.1', 1],
  ] as const) {
    const answer = await ask(archive, path, { query: 'accept=application/zip' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-length': String(answer.bytes.length),
      'content-disposition': `attachment; filename="${name}.zip"`,
    });
    // Python knows the format from elsewhere.
    const file = join(folder, `${name}.zip`);
    writeFileSync(file, answer.bytes);
    const script =
      'import sys,zipfile,zlib\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nfor n in z.namelist(): print(n, zlib.crc32(z.read(n)))';
    const lines = execFileSync('python3', ['-c', script, file]).toString().trim().split('\n');
    expect(lines).toHaveLength(count);
    expect(lines).toContain(`1.2.3.1/1.2.3.1.1.dcm ${crc32(files.native)}`);
    const again = await ask(archive, path, { query: 'accept=application/zip' });
    expect(Buffer.from(again.bytes).equals(answer.bytes)).toBe(true);
  }
});

test('nothing that was deleted is given any more, also where another process deleted it', async () => {
  const folder = temporaryFolder();
  const archive = await filled(folder);
  const paths = [
    `${STUDY}/metadata`,
    `${NATIVE}/metadata`,
    NATIVE,
    `${NATIVE}/frames/1`,
    `${NATIVE}/rendered`,
  ];
  const statuses = async () => Promise.all(paths.map(async (path) => (await ask(archive, path)).status));
  expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
  const other = await openArchive(folder, 'beside');
  await other.delete({ study: '1.2.3', series: '1.2.3.1' }, { name: 'test' });
  expect(await statuses()).toEqual([200, 404, 404, 404, 404]);
  expect((await ask(archive, `${STUDY}/metadata`)).json()).toHaveLength(1);
  // Stored again, with other bytes under the same name.
  const changed = synthetic({ frames: [frameBytes(9)] });
  await other.store(once(changed));
  expect([...(await ask(archive, `${NATIVE}/frames/1`, accept('application/octet-stream'))).bytes]).toEqual([
    ...frameBytes(9),
  ]);
  await other.delete({ study: '1.2.3' }, { name: 'test' });
  expect(await statuses()).toEqual([404, 404, 404, 404, 404]);
});

test('an object that turns out damaged in the middle of an answer breaks it off', async () => {
  const folder = temporaryFolder();
  const archive = await filled(folder);
  const { createHash } = await import('node:crypto');
  await openFileBlobs(`${folder}/blobs`).remove(createHash('sha256').update(files.compressed).digest('hex'));
  const any = 'multipart/related; type="application/dicom"; transfer-syntax=*';
  await expect(ask(archive, SERIES, accept(any))).rejects.toThrow();
  await expect(ask(archive, SERIES, accept('application/zip'))).rejects.toThrow();
});

test.each([
  ['DICOM and a rendered type', 'application/dicom+json, image/png', 400, 'media_types_mixed'],
  [
    'what OHIF asked until 3.10',
    'application/dicom+json, multipart/related; type="application/octet-stream"; transfer-syntax="*"',
    200,
  ],
  ['what cannot be read beside what can', 'application/dicom+json; q=2, ;;, application/dicom+json', 200],
  ['another character set', 'application/dicom+json; charset=iso-8859-1', 406, 'not_acceptable'],
  ['our character set', 'application/dicom+json; charset=UTF-8', 200],
  ['nothing that is offered', 'text/css', 406, 'not_acceptable'],
  ['what a library for HTTP adds', 'application/dicom+json, text/plain, */*', 200],
] as const)('metadata for who accepts %s', async (_name, header, status, problem?) => {
  const answer = await ask(await filled(), `${STUDY}/metadata`, accept(header));
  expect(answer.status).toBe(status);
  if (problem) expect(answer.json<{ code: string }>().code).toBe(problem);
});

test('the accept parameter asks for what the header allows, and nothing else', async () => {
  const archive = await filled();
  const get = (query: string, header: string) =>
    ask(archive, `${STUDY}/metadata`, { query, ...accept(header) });
  expect((await get('accept=application/dicom%2Bjson', 'image/*, */*;q=0.8')).status).toBe(200);
  expect(code(await get('accept=application/dicom%2Bjson', 'image/*'))).toEqual([406, 'not_acceptable']);
  expect((await get('accept=text/css&accept=application/dicom+json', '*/*')).status).toBe(200);
  expect(code(await get('accept=application/*', '*/*'))).toEqual([400, 'bad_parameter']);
  expect(code(await get('accept=', '*/*'))).toEqual([400, 'bad_parameter']);
});
