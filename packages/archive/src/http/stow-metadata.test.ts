import { readFileSync } from 'node:fs';
import { datasetToXml, writePart10, type DicomDataset } from '@sightline/dicom';
import { writeMultipart, type Part } from '@sightline/dicomweb';
import { describe, expect, test } from 'vitest';
import type { Archive } from '../archive.ts';
import { ask, openArchive, ROOT, type Answer } from '../test-support/in-process.ts';

const base: DicomDataset = {
  '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.7'] },
  '00080018': { vr: 'UI', Value: ['1.2.3.1.1'] },
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Müller^Jörg', Ideographic: '山田' }] },
  '00100020': { vr: 'LO', Value: ['P1'] },
  '0020000D': { vr: 'UI', Value: ['1.2.3'] },
  '0020000E': { vr: 'UI', Value: ['1.2.3.1'] },
};
const image = (frames = 1, bits = 8): DicomDataset => ({
  ...base,
  '00280002': { vr: 'US', Value: [1] },
  '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
  '00280008': { vr: 'IS', Value: [frames] },
  '00280010': { vr: 'US', Value: [2] },
  '00280011': { vr: 'US', Value: [3] },
  '00280100': { vr: 'US', Value: [bits] },
  '00280101': { vr: 'US', Value: [bits] },
  '00280102': { vr: 'US', Value: [bits - 1] },
  '00280103': { vr: 'US', Value: [0] },
  '7FE00010': { vr: 'OW', BulkDataURI: 'pixels/1' },
});
const named = (dataset: DicomDataset, uid: string): DicomDataset => ({
  ...dataset,
  '00080018': { vr: 'UI', Value: [uid] },
});

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = (...datasets: DicomDataset[]): Part => ({
  headers: { 'Content-Type': 'application/dicom+json' },
  body: utf8(JSON.stringify(datasets)),
});
const xml = (dataset: DicomDataset): Part => ({
  headers: { 'Content-Type': 'application/dicom+xml; charset=UTF-8' },
  body: utf8(datasetToXml(dataset)),
});
const bulk = (location: string, body: Uint8Array, type = 'application/octet-stream'): Part => ({
  headers: { 'Content-Type': type, 'Content-Location': location },
  body,
});

function post(archive: Archive, parts: readonly Part[], type = 'application/dicom+json'): Promise<Answer> {
  return ask(archive, '/studies', {
    method: 'POST',
    headers: { 'content-type': `multipart/related; type="${type}"; boundary=xyz` },
    body: writeMultipart('xyz', parts),
  });
}

interface Response {
  '00081198'?: { Value: DicomDataset[] };
  '00081199'?: { Value: DicomDataset[] };
  '0008119A'?: { Value: DicomDataset[] };
}
const reasons = (answer: Answer, tag: keyof Response) =>
  answer.json<Response>()[tag]?.Value.map((item) => item['00081197']!.Value![0]);

const INSTANCE = '/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1';
const stored = async (archive: Archive, path = INSTANCE): Promise<Uint8Array> =>
  (await ask(archive, path, { headers: { accept: 'application/dicom; transfer-syntax=*' } })).bytes;
const frame = async (archive: Archive, n: number): Promise<number[]> => {
  const accept =
    'multipart/related; type="application/octet-stream"; transfer-syntax=*, */*; transfer-syntax=*';
  const answer = await ask(archive, `${INSTANCE}/frames/${n}`, { headers: { accept } });
  const text = Buffer.from(answer.bytes).toString('latin1');
  const start = text.indexOf('\r\n\r\n') + 4;
  return [...Buffer.from(text.slice(start, text.lastIndexOf('\r\n--', text.length - 5)), 'latin1')];
};
const PIXELS = Uint8Array.of(1, 2, 3, 4, 5, 6);
const JPEG_FRAME = readFileSync(new URL('../../../../fixtures/dicom/jpeg-baseline.dcm', import.meta.url));
/** The coded frame of a fixture. */
const jpeg = JPEG_FRAME.subarray(JPEG_FRAME.indexOf(Buffer.of(0xff, 0xd8, 0xff)));

describe('metadata and bulk data', () => {
  test('make the file that they are', async () => {
    const archive = await openArchive();
    const answer = await post(archive, [json(image()), bulk('pixels/1', PIXELS)]);
    expect(answer.status).toBe(200);
    expect(answer.json<Response>()['00081199']!.Value[0]!['00081190']!.Value).toEqual([`${ROOT}${INSTANCE}`]);
    const { '7FE00010': _, ...attributes } = image();
    const whole = writePart10({
      dataset: attributes,
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      pixelData: PIXELS,
    });
    expect(Buffer.from(await stored(archive))).toEqual(Buffer.from(whole));
  });

  test('come as XML, one object in each part', async () => {
    const archive = await openArchive();
    const second = { ...named(image(), '1.2.3.1.2'), '7FE00010': { vr: 'OW', BulkDataURI: 'b' } } as const;
    const parts = [xml(image()), bulk('pixels/1', PIXELS), xml(second), bulk('b', PIXELS)];
    const answer = await post(archive, parts, 'application/dicom+xml');
    expect([answer.status, answer.json<Response>()['00081199']!.Value.length]).toEqual([200, 2]);
    const metadata = (await ask(archive, `${INSTANCE}/metadata`)).json();
    expect(metadata[0]!['00100010']).toEqual(base['00100010']);
  });

  test.each(['application/dicom+json', 'application/dicom+xml'])(
    'without bulk data need no multipart message: %s',
    async (type) => {
      const archive = await openArchive();
      const part = type.endsWith('xml') ? xml(base) : json(base);
      const answer = await ask(archive, '/studies', {
        method: 'POST',
        headers: { 'content-type': type },
        body: (async function* () {
          yield part.body as Uint8Array;
        })(),
      });
      expect(answer.status).toBe(200);
    },
  );

  test.each([
    ['pixels/1', 'pixels/1'],
    [`${ROOT}/pixels/1`, 'pixels/1'],
    ['pixels/1', `${ROOT}/pixels/1`],
    [`${ROOT}/studies/../pixels/1`, 'pixels/1'],
    ['urn:uuid:6f1f2c9a-5d2b-4f39-9d5b-0f8f1d1c2b3a', 'urn:uuid:6f1f2c9a-5d2b-4f39-9d5b-0f8f1d1c2b3a'],
    ['https://elsewhere/x', 'https://elsewhere/x'],
  ])('find each other by address: %s and %s', async (uri, location) => {
    const dataset = { ...image(), '7FE00010': { vr: 'OW', BulkDataURI: uri } } as const;
    const answer = await post(await openArchive(), [json(dataset), bulk(location, PIXELS)]);
    expect(answer.status).toBe(200);
  });

  test('may come in any order, and one part may serve two objects', async () => {
    const parts = [bulk('pixels/1', PIXELS), json(image(), named(image(), '1.2.3.1.2'))];
    const answer = await post(await openArchive(), parts);
    expect([answer.status, answer.json<Response>()['00081199']!.Value.length]).toEqual([200, 2]);
  });

  test('keep compressed frames as they came, one part for each', async () => {
    const archive = await openArchive();
    const type = 'image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50';
    const other = Uint8Array.from([...jpeg, 0]);
    const parts = [json(image(2)), bulk('pixels/1', jpeg, type), bulk('pixels/1', other, type)];
    expect((await post(archive, parts)).status).toBe(200);
    const metadata = (await ask(archive, `${INSTANCE}/metadata`)).json();
    expect(metadata[0]!['00083002']).toEqual({ vr: 'UI', Value: ['1.2.840.10008.1.2.4.50'] });
    expect((await frame(archive, 1)).slice(0, jpeg.length)).toEqual([...jpeg]);
  });

  test.each([
    ['says so itself', 'image/jpeg', {}, jpeg, '1.2.840.10008.1.2.4.50'],
    ['is stated', 'image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.51', {}, jpeg, '1.2.840.10008.1.2.4.51'],
    ['is that of the media type', 'image/jls', {}, PIXELS, '1.2.840.10008.1.2.4.80'],
    [
      'is in the metadata',
      'image/jp2',
      { '00083002': { vr: 'UI', Value: ['1.2.840.10008.1.2.4.91'] } },
      PIXELS,
      '1.2.840.10008.1.2.4.91',
    ],
    [
      'is in the file meta information',
      'video/mp4',
      { '00020010': { vr: 'UI', Value: ['1.2.840.10008.1.2.4.103'] } },
      PIXELS,
      '1.2.840.10008.1.2.4.103',
    ],
    [
      'is of octets',
      'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.5',
      {},
      PIXELS,
      '1.2.840.10008.1.2.5',
    ],
    ['has a former name', 'image/x-dicom-rle', {}, PIXELS, '1.2.840.10008.1.2.5'],
    [
      'is of JPEG 2000 with a high throughput',
      'image/jphc',
      {},
      Uint8Array.of(0xff, 0x4f, 1, 2),
      '1.2.840.10008.1.2.4.201',
    ],
    ['is JPEG XL', 'image/jxl', {}, PIXELS, '1.2.840.10008.1.2.4.110'],
  ] as const)('have the transfer syntax that %s', async (_name, type, more, body, uid) => {
    const archive = await openArchive();
    const answer = await post(archive, [json({ ...image(), ...more }), bulk('pixels/1', body, type)]);
    expect(answer.status).toBe(200);
    const metadata = (await ask(archive, `${INSTANCE}/metadata`)).json();
    expect(metadata[0]!['00083002']!.Value).toEqual([uid]);
    const written = Buffer.from(await stored(archive)).toString('latin1');
    expect(written).toContain(uid);
    expect(written).not.toContain('\x08\x00\x02\x30UI');
  });

  test('hold documents of their own media type, and long values of any attribute', async () => {
    const archive = await openArchive();
    const document: DicomDataset = {
      ...base,
      '00420011': { vr: 'OB', BulkDataURI: 'report.pdf' },
      '00420012': { vr: 'LO', Value: ['application/pdf'] },
      '54000100': { vr: 'SQ', Value: [{ '54001010': { vr: 'OW', BulkDataURI: 'wave' } }] },
    };
    const pdf = utf8('%PDF-1.7 ...');
    const parts = [
      json(document),
      bulk('report.pdf', pdf, 'application/pdf'),
      bulk('wave', Uint8Array.of(1, 2)),
    ];
    expect((await post(archive, parts)).status).toBe(200);
    const metadata = (await ask(archive, `${INSTANCE}/metadata`)).json();
    expect(metadata[0]!['00420011']).toEqual({ vr: 'OB', InlineBinary: Buffer.from(pdf).toString('base64') });
    expect(metadata[0]!['54000100']!.Value).toEqual([{ '54001010': { vr: 'OW', InlineBinary: 'AQI=' } }]);
  });

  test('say when something of them is not stored', async () => {
    const lengths = { ...base, '00080000': { vr: 'UL', Value: [10] } } as const;
    const answer = await post(await openArchive(), [json(lengths)]);
    expect(answer.status).toBe(202);
    expect(answer.json<Response>()['00081199']!.Value[0]!['00081196']).toEqual({ vr: 'US', Value: [0xb006] });
  });
});

describe('metadata and bulk data are refused', () => {
  const octets = 'application/octet-stream';
  const pdf = {
    '00420011': { vr: 'OB', BulkDataURI: 'd' },
    '00420012': { vr: 'LO', Value: ['application/pdf'] },
  } as const;
  test.each<[name: string, reason: number, dataset: DicomDataset, ...parts: Part[]]>([
    ['where a part is missing', 0xc000, image()],
    [
      'where a part is elsewhere',
      0xc000,
      { ...image(), '7FE00010': { vr: 'OW', BulkDataURI: 'http://127.0.0.1:9/x' } },
    ],
    ['where pixels are missing', 0xc000, image(), bulk('pixels/1', PIXELS.subarray(1))],
    ['where there are too many pixels', 0xc000, image(), bulk('pixels/1', new Uint8Array(8))],
    ['where pixels come in two parts', 0xc000, image(2), bulk('pixels/1', PIXELS), bulk('pixels/1', PIXELS)],
    ['where a frame is missing', 0xc000, image(2), bulk('pixels/1', jpeg, 'image/jpeg')],
    [
      'where frames are of several codings',
      0xc000,
      image(2),
      bulk('pixels/1', PIXELS, 'image/jls'),
      bulk('pixels/1', PIXELS, 'image/jp2'),
    ],
    ['where the bytes are not of the coding', 0xc000, image(), bulk('pixels/1', jpeg, 'image/jp2')],
    [
      'where a baseline is called lossless',
      0xc000,
      image(),
      bulk('pixels/1', jpeg, 'image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.70'),
    ],
    [
      'where the syntax is not of the media type',
      0xc122,
      image(),
      bulk('pixels/1', jpeg, 'image/jls; transfer-syntax=1.2.840.10008.1.2.4.50'),
    ],
    [
      'where the syntax is unknown',
      0xc122,
      image(),
      bulk('pixels/1', PIXELS, `${octets}; transfer-syntax=1.2.3`),
    ],
    [
      'where words are turned round',
      0xc122,
      image(),
      bulk('pixels/1', PIXELS, `${octets}; transfer-syntax=1.2.840.10008.1.2.2`),
    ],
    ['where an image type is none of DICOM', 0xc122, image(), bulk('pixels/1', PIXELS, 'image/png')],
    ['where a document is of another type', 0xc122, { ...base, ...pdf }, bulk('d', PIXELS, 'text/xml')],
    [
      'where a value is an image',
      0xc122,
      { ...base, '00283006': { vr: 'OW', BulkDataURI: 'd' } },
      bulk('d', PIXELS, 'image/jpeg'),
    ],
    ['where a value does not fit', 0xc000, { ...base, '00280106': { vr: 'US', Value: [70_000] } }],
    [
      'where half a word is left',
      0xc000,
      { ...base, '00283006': { vr: 'US', BulkDataURI: 'd' } },
      bulk('d', Uint8Array.of(1)),
    ],
    ['where a UID is missing', 0xc000, { ...base, '0020000D': { vr: 'UI' } }],
    [
      'where the image makes no sense',
      0xc000,
      { ...image(), '00280010': { vr: 'US', Value: [0] } },
      bulk('pixels/1', PIXELS),
    ],
  ])('%s', async (_name, reason, dataset, ...parts) => {
    const archive = await openArchive();
    const answer = await post(archive, [json(dataset), ...parts]);
    expect([answer.status, reasons(answer, '00081198')]).toEqual([409, [reason]]);
    expect(answer.json<Response>()['00081198']!.Value[0]!['00081155']!.Value).toEqual(['1.2.3.1.1']);
    expect(await archive.isEmpty()).toBe(true);
  });

  test('where nobody refers to a part, and where it says not where it is', async () => {
    const nowhere: Part = { headers: { 'Content-Type': octets }, body: PIXELS };
    const answer = await post(await openArchive(), [
      json(base),
      bulk('x', PIXELS),
      bulk('x', PIXELS),
      nowhere,
    ]);
    expect([answer.status, reasons(answer, '0008119A')]).toEqual([202, [0xc000, 0xc000, 0xc000]]);
    expect(answer.json<Response>()['00081199']!.Value).toHaveLength(1);
  });

  test.each([
    ['no JSON', utf8('{')],
    ['no UTF-8', Uint8Array.of(0x5b, 0x7b, 0xff)],
    ['cut within a character', Uint8Array.of(0x5b, 0xc3)],
    ['a keyword', utf8('[{"PatientName":{"vr":"PN"}}]')],
  ])('where the metadata is unreadable: %s', async (_name, body) => {
    const headers = { 'Content-Type': 'application/dicom+json' };
    const answer = await post(await openArchive(), [{ headers, body }]);
    expect([answer.status, reasons(answer, '0008119A')]).toEqual([400, [0xc000]]);
  });

  test('S12: where XML has entities', async () => {
    const body = utf8(
      '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><NativeDicomModel><DicomAttribute tag="00100020" vr="LO"><Value number="1">&a;</Value></DicomAttribute></NativeDicomModel>',
    );
    const part = { headers: { 'Content-Type': 'application/dicom+xml' }, body };
    const answer = await post(await openArchive(), [part], 'application/dicom+xml');
    expect(answer.status).toBe(400);
    const both = await post(await openArchive(), [part, xml(base)], 'application/dicom+xml');
    expect([both.status, reasons(both, '0008119A')]).toEqual([202, [0xc000]]);
  });

  test('where the metadata is too large for the memory', async () => {
    const archive = await openArchive();
    const headers = { 'Content-Type': 'application/dicom+json' };
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield new Uint8Array(2 ** 20).fill(0x20);
    }
    const answer = await post(archive, [{ headers, body: endless() }]);
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([413, 'store_too_large']);
  });

  test('where the message is cut: nothing is stored, because no object was complete', async () => {
    const archive = await openArchive();
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeMultipart('xyz', [json(image()), bulk('pixels/1', PIXELS)]))
      chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    for (const cut of [whole.length - 5, whole.length - 30, 200]) {
      const answer = await ask(archive, '/studies', {
        method: 'POST',
        headers: { 'content-type': 'multipart/related; type="application/dicom+json"; boundary=xyz' },
        body: (async function* () {
          yield whole.subarray(0, cut);
        })(),
      });
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([400, 'multipart_malformed']);
    }
    expect(await archive.isEmpty()).toBe(true);
  });

  test('where there is none', async () => {
    const answer = await post(await openArchive(), [json()]);
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([400, 'store_empty']);
  });
});
