import { createHash } from 'node:crypto';
import type { DicomDataset, DicomElement } from '@sightline/dicom';
import { expect, test } from 'vitest';
import { REPORT_STYLE, REPORT_STYLE_SHA256 } from '../report/report-html.ts';
import { ask, ROOT, once, openArchive, type Answer } from '../test-support/in-process.ts';
import { pn, synthetic, ui } from '../test-support/synthetic.ts';

const OBJECT = '/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1';

const cs = (value: string): DicomElement => ({ vr: 'CS', Value: [value] });
const lo = (value: string): DicomElement => ({ vr: 'LO', Value: [value] });
const ut = (value: string): DicomElement => ({ vr: 'UT', Value: [value] });
const sq = (...items: readonly DicomDataset[]): DicomElement => ({ vr: 'SQ', Value: items });

const code = (meaning: string, value = '1', scheme = '99T'): DicomElement =>
  sq({
    '00080100': { vr: 'SH', Value: [value] },
    '00080102': { vr: 'SH', Value: [scheme] },
    '00080104': lo(meaning),
  });

const item = (type: string, name: string, rest: DicomDataset, relation = 'CONTAINS'): DicomDataset => ({
  '0040A010': cs(relation),
  '0040A040': cs(type),
  ...(name && { '0040A043': code(name) }),
  ...rest,
});

const reference = (uid: string, frames: readonly number[] = []): DicomDataset => ({
  '00081199': sq({
    '00081150': ui('1.2.840.10008.5.1.4.1.1.2'),
    '00081155': ui(uid),
    ...(frames.length > 0 && { '00081160': { vr: 'IS', Value: frames } }),
  }),
});

const content = (name: string): DicomElement =>
  sq(
    item('TEXT', name, { '0040A160': ut(`first line\nsecond ${name}`) }),
    item('CONTAINER', 'Findings', {
      '0040A730': sq(
        item('NUM', 'Diameter', {
          '0040A300': sq({
            '0040A30A': { vr: 'DS', Value: ['12.5'] },
            '004008EA': code('millimeter', 'mm', 'UCUM'),
          }),
          '0040A730': sq(
            item(
              'SCOORD',
              'Path',
              {
                '00700023': cs('POLYLINE'),
                '00700022': { vr: 'FL', Value: [1, 2, 3.5, 4] },
                '0040A730': sq(item('IMAGE', '', reference('1.2.99', [3, 4]), 'SELECTED FROM')),
              },
              'INFERRED FROM',
            ),
          ),
        }),
        item('NUM', 'Density', { '0040A300': sq(), '0040A301': code('Not a number') }),
        item('CODE', 'Side', { '0040A168': code('Left') }, 'HAS CONCEPT MOD'),
        item('DATE', 'When', { '0040A121': { vr: 'DA', Value: ['20240229'] } }),
        item('PNAME', 'Observer', { '0040A123': pn('Doe^Ann') }, 'HAS OBS CONTEXT'),
        item('UIDREF', 'Of', { '0040A124': ui('1.2.77') }),
        item('TCOORD', 'Beat', { '0040A130': cs('SEGMENT'), '0040A132': { vr: 'UL', Value: [5, 9] } }),
        item('FUTURE', 'New', {}),
        item('TEXT', 'Empty', {}),
        { '0040A010': cs('INFERRED FROM'), '0040DB73': { vr: 'UL', Value: [1, 2, 1] } },
      ),
    }),
  );

const report = (text = 'plain', overrides: DicomDataset = {}): Uint8Array =>
  synthetic({
    attributes: {
      '00080016': ui('1.2.840.10008.5.1.4.1.1.88.33'),
      '00080060': cs('SR'),
      '0040A040': cs('CONTAINER'),
      '0040A043': code('Imaging Report'),
      '0040A491': cs('PARTIAL'),
      '0040A493': cs('UNVERIFIED'),
      '0040A730': content(text),
      ...overrides,
    },
  });

async function asked(file: Uint8Array, accept = '*/*', query?: string): Promise<Answer> {
  const archive = await openArchive();
  expect((await archive.store(once(file))).kind).toBe('stored');
  return ask(archive, `${OBJECT}/rendered`, { headers: { accept }, ...(query && { query }) });
}

test('a report is given whole, to be read', async () => {
  const html = await asked(report());
  expect(html.headers['content-type']).toBe('text/html; charset=utf-8');
  const plain = await asked(report(), 'text/plain');
  expect(plain.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(plain.text).toBe(`Imaging Report
==============
THIS REPORT IS NOT COMPLETE.
THIS REPORT IS NOT VERIFIED.
Patient: Doe, Jane
Patient ID: P1
Study date: 2024-01-02
Study time: 10:30

plain: first line
  second plain
Findings
  Diameter: 12.5 mm
    (inferred from) Path: POLYLINE: 1, 2, 3.5, 4
      (selected from): object 1.2.99, frame 3, 4
  Density: Not a number
  (modifier) Side: Left
  When: 2024-02-29
  (context) Observer: Doe, Ann
  Of: 1.2.77
  Beat: SEGMENT: 5, 9
  New: (a value of type FUTURE, which is not shown here)
  Empty: (no value)
  (inferred from): see item 2.1
`);
  // The same words in the same order.
  const words = (text: string): string => text.replaceAll(/\W+/g, ' ').trim().toLowerCase();
  const body = html.text.slice(html.text.indexOf('<h1>')).replaceAll(/<[^>]*>/g, ' ');
  expect(words(body)).toBe(words(plain.text));
});

test('a report is given as XML, and its series and study as itself', async () => {
  const xml = await asked(report(), 'text/xml');
  expect(xml.text).toContain('NativeDicomModel');
  expect(xml.text).toContain('keyword="ContentSequence"');
  const archive = await openArchive();
  await archive.store(once(report()));
  for (const path of ['/studies/1.2.3', '/studies/1.2.3/series/1.2.3.1'])
    expect((await ask(archive, `${path}/rendered`, { headers: { accept: 'text/*' } })).text).toContain(
      '<h1>',
    );
  expect((await asked(report(), 'image/jpeg')).status).toBe(406);
  expect((await asked(report(), 'text/html', 'charset=utf-8')).status).toBe(200);
  expect((await asked(report(), 'text/html', 'charset=iso-8859-5')).status).toBe(406);
});

test('several reports of a series come as parts, none is left out', async () => {
  const archive = await openArchive();
  await archive.store(once(report('one')));
  await archive.store(
    once(report('two', { '00080018': ui('1.2.3.1.2'), '00200013': { vr: 'IS', Value: [2] } })),
  );
  const series = '/studies/1.2.3/series/1.2.3.1/rendered';
  const html = await ask(archive, series);
  expect(html.headers['content-type']).toMatch(/^multipart\/related; type="text\/html"; boundary=/);
  expect(
    [...html.text.matchAll(/Content-Location: \S+\/instances\/(\S+)\/rendered/g)].map(([, uid]) => uid),
  ).toEqual(['1.2.3.1.1', '1.2.3.1.2']);
  expect(html.text.indexOf('second one')).toBeLessThan(html.text.indexOf('second two'));
  const plain = await ask(archive, series, { headers: { accept: 'multipart/related; type="text/plain"' } });
  expect(plain.text).toContain('second two');
  expect((await ask(archive, series, { headers: { accept: 'text/html' } })).status).toBe(406);
});

/** What has been tried on others, in every place that takes text. */
const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</span></li></ul><iframe srcdoc="<script>alert(1)</script>">',
  '<svg/onload=alert(1)>',
  '<!--><script>alert(1)//-->',
  ']]><x xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  'javascript:alert(1)',
  '<a href="jav\tascript:alert(1)">x</a>',
  '</title><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '\u202e<script>gpj.exe',
  '\ufeff<script>',
  '<\u0000script>alert(1)</script>',
  '{{constructor.constructor("alert(1)")()}}',
  '<meta http-equiv="refresh" content="0;url=//evil.example">',
  '<base href="//evil.example/">',
];

test.each(hostile)('nothing of a hostile report becomes markup: %j', async (text) => {
  const file = report(text.replaceAll('\u0000', ''), {
    '00100010': pn(text.slice(0, 60).replaceAll(/[\\=^]|\p{Cc}/gu, '')),
    '0008103E': lo(text.slice(0, 60).replaceAll(/\\|\p{Cc}/gu, '')),
    '0040A043': code(text.replaceAll(/\\|\p{Cc}/gu, '')),
  });
  const { text: html, headers } = await asked(file);
  const ours =
    /^<(!doctype html|\/?(html|head|title|style|body|h1|h2|dl|dt|dd|ul|li|b|i|span|strong)|html lang="en"|meta charset="utf-8"|dl class="head"|br)>$/;
  const tags = html.match(/<[^>]*>/g) ?? [];
  expect(tags.filter((tag) => !ours.test(tag))).toEqual([]);
  // An entity of ours is the only thing that an ampersand begins.
  expect(html.match(/&(?!(amp|lt|gt|quot|#39);)/g)).toBeNull();
  expect(html).not.toContain('\u202e');
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+';.*; sandbox$/,
  );
  expect(headers['content-security-policy']).not.toContain('allow-');
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test('the policy of a report allows its own style and no other', () => {
  expect(createHash('sha256').update(REPORT_STYLE).digest('base64')).toBe(REPORT_STYLE_SHA256);
});

const documentOf = (sopClass: string, mimeType: string, bytes: Uint8Array, length?: number): Uint8Array =>
  synthetic({
    attributes: {
      '00080016': ui(sopClass),
      '00420011': { vr: 'OB', InlineBinary: Buffer.from(bytes).toString('base64') },
      '00420012': lo(mimeType),
      ...(length !== undefined && { '00420015': { vr: 'UL', Value: [length] } }),
    },
  });

const PDF = '1.2.840.10008.5.1.4.1.1.104.1';
const CDA = '1.2.840.10008.5.1.4.1.1.104.2';

test.each([
  ['short', 21],
  ['long', 5001],
])('a %s PDF comes as it was put in, to be saved and not to be run', async (_what, length) => {
  const bytes = Buffer.alloc(length + (length % 2), '%PDF-1.7 ');
  const answer = await asked(documentOf(PDF, 'application/pdf', bytes, length));
  expect(answer.headers).toMatchObject({
    'content-type': 'application/pdf',
    'content-length': String(length),
    'content-disposition': 'attachment; filename="document.pdf"',
    'x-content-type-options': 'nosniff',
  });
  expect(answer.headers['content-security-policy']).toMatch(/sandbox$/);
  expect(Buffer.from(answer.bytes).equals(bytes.subarray(0, length))).toBe(true);
});

test('a document is never of a type that only its file claims', async () => {
  expect((await asked(documentOf(PDF, 'text/html', Buffer.from('<script>')))).status).toBe(404);
  expect((await asked(documentOf(CDA, 'constructor', Buffer.from('<x/>')))).status).toBe(404);
  const cda = await asked(documentOf(CDA, 'text/XML', Buffer.from('<ClinicalDocument/>.'), 19));
  expect([cda.headers['content-type'], cda.text]).toEqual(['text/xml', '<ClinicalDocument/>']);
  expect((await asked(documentOf(PDF, 'application/pdf', Buffer.from('%PDF')), 'text/html')).status).toBe(
    406,
  );
});

const MP4 = '1.2.840.10008.1.2.4.102';
const video = (fragments: readonly Uint8Array[], transferSyntaxUid = MP4): Uint8Array =>
  synthetic({
    transferSyntaxUid,
    frames: fragments,
    attributes: {
      '00080016': ui('1.2.840.10008.5.1.4.1.1.77.1.1.1'),
      '00280008': { vr: 'IS', Value: [250] },
    },
  });

const mp4 = Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42', 'latin1'), Buffer.alloc(988, 'abcdefg')]);

test('a video comes as it is stored, its fragments joined', async () => {
  const answer = await asked(video([mp4.subarray(0, 300), mp4.subarray(300, 302), mp4.subarray(302)]));
  expect(answer.headers).toMatchObject({ 'content-type': 'video/mp4', 'accept-ranges': 'bytes' });
  expect(Buffer.from(answer.bytes).equals(mp4)).toBe(true);
  expect((await asked(video([mp4]), 'image/jpeg')).status).toBe(406);
});

test('metadata says where a video is, and it is there as octets', async () => {
  const archive = await openArchive();
  await archive.store(once(video([mp4.subarray(0, 300), mp4.subarray(300)])));
  const [metadata] = (await ask(archive, `${OBJECT}/metadata`)).json();
  const uri = metadata?.['7FE00010']?.BulkDataURI ?? '';
  expect(uri).toMatch(/^https:\/\/host\/dicom-web\/studies\/.*\/bulkdata\/7FE00010$/);
  const answer = await ask(archive, uri.slice(ROOT.length), {
    headers: { accept: 'application/octet-stream; transfer-syntax=*' },
  });
  expect(answer.status).toBe(200);
  expect(Buffer.from(answer.bytes).equals(mp4)).toBe(true);
});

test.each([
  ['bytes=0-9', 0, 10],
  ['bytes=298-303', 298, 304],
  ['bytes=990-', 990, 1000],
  ['bytes=-5', 995, 1000],
  ['bytes=5-99999', 5, 1000],
])('a player seeks in it: %s', async (range, from, to) => {
  const archive = await openArchive();
  await archive.store(once(video([mp4.subarray(0, 300), mp4.subarray(300, 302), mp4.subarray(302)])));
  const answer = await ask(archive, `${OBJECT}/rendered`, { headers: { range } });
  expect([answer.status, answer.headers['content-range']]).toEqual([206, `bytes ${from}-${to - 1}/1000`]);
  expect(Buffer.from(answer.bytes).equals(mp4.subarray(from, to))).toBe(true);
});

test('the media type of a video is that of its bytes', async () => {
  const packets = Buffer.alloc(188 * 4);
  for (let at = 0; at < packets.length; at += 188) packets[at] = 0x47;
  expect((await asked(video([packets]))).headers['content-type']).toBe('video/mp2t');
  const pack = Buffer.concat([Buffer.of(0, 0, 1, 0xba), Buffer.alloc(400)]);
  expect((await asked(video([pack], '1.2.840.10008.1.2.4.100'))).headers['content-type']).toBe('video/mpeg');
});

test('a video has no frames that were drawn, and a range beyond it is none', async () => {
  const archive = await openArchive();
  await archive.store(once(video([mp4])));
  expect((await ask(archive, `${OBJECT}/frames/1/rendered`)).status).toBe(404);
  expect((await ask(archive, `${OBJECT}/thumbnail`)).status).toBe(404);
  const beyond = await ask(archive, `${OBJECT}/rendered`, { headers: { range: 'bytes=1000-' } });
  expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */1000']);
});
