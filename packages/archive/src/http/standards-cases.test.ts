import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { vrTraits, writePart10, type DicomDataset, type Vr } from '@sightline/dicom';
import { writeMultipart, type Part } from '@sightline/dicomweb';
import { describe, expect, test } from 'vitest';
import { ask, once, openArchive, type Answer } from '../test-support/in-process.ts';
import { CT, JPEG_2000_LOSSLESS, pn, synthetic, ui } from '../test-support/synthetic.ts';

/**
 * Worked examples of storing, capabilities, commitment and metadata, written down by somebody else. They lie beside the
 * repository, and not everybody has them: the tests of each of these hold the essentials by themselves.
 */
const CASES = fileURLToPath(new URL('../../../../../shared/cases/standards.json', import.meta.url));
const areHere = existsSync(CASES);
if (!areHere) console.warn('No ../shared/cases: the worked examples of store and metadata are left out.');

interface Element {
  readonly tag: string;
  readonly vr: Vr;
  readonly text?: string;
  readonly hex?: string;
  readonly items?: readonly object[];
}
interface Case {
  readonly id: string;
  readonly kind: string;
  readonly input: Partial<Element> & {
    readonly path?: string;
    readonly parts?: readonly string[];
    readonly contentType?: string;
    readonly method?: string;
    readonly accept?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly uid?: string;
    readonly refs?: readonly (readonly [string, string])[];
    readonly elements?: readonly Element[];
    readonly specificCharacterSet?: readonly string[];
  };
  readonly expect: {
    readonly status?: number;
    readonly statusIn?: readonly number[];
    readonly has?: readonly string[];
    readonly failureReason?: number;
    readonly retrievedBytesEqualPixelData?: boolean;
    readonly mentions?: readonly string[];
    readonly rootElement?: string;
    readonly committed?: readonly string[];
    readonly failed?: readonly (readonly [string, number])[];
    readonly text?: string;
  };
}

const cases: readonly Case[] = areHere
  ? (JSON.parse(readFileSync(CASES, 'utf8')) as { cases: Case[] }).cases // the format is described beside the file
  : [];
const of = (kind: string): [string, Case][] =>
  cases.filter((each) => each.kind === kind).map((each) => [each.id, each]);

/** Where this archive does otherwise, and why. */
const otherwise: Readonly<Record<string, { readonly expect: Case['expect']; readonly why: string }>> = {
  'stow-unsupported-ts': {
    expect: { status: 200, has: ['00081199'] },
    why: 'a file is kept byte for byte whatever its transfer syntax is',
  },
  'stow-conflict-dup': {
    expect: { status: 409, failureReason: 45_070 },
    why: 'archives in use answer this to a duplicate, so that a client can tell it from a failure',
  },
};

function checkStatus(answer: Answer, expected: Case['expect']): void {
  if (expected.status !== undefined) expect(answer.status).toBe(expected.status);
  if (expected.statusIn) expect(expected.statusIn).toContain(answer.status);
}

const same = { instance: '2.999.1.1.9' } as const;
const dicom = (body: Uint8Array): Part => ({ headers: { 'Content-Type': 'application/dicom' }, body });
const j2k = Uint8Array.of(0xff, 0x4f, 0xff, 0x51, 1, 2, 3, 4);
const image = synthetic({ ...same, transferSyntaxUid: JPEG_2000_LOSSLESS, frames: [j2k] });
/** Not ours to write: the transfer syntax in the file meta information is replaced by one of the same length. */
const unknownSyntax = Buffer.from(
  Buffer.from(synthetic()).toString('latin1').replace('1.2.840.10008.1.2.1\0', '1.2.840.99999.1.2.1\0'),
  'latin1',
);
const directory = writePart10({
  dataset: { '00080016': ui('1.2.840.10008.1.3.10'), '00080018': ui('2.999.9') },
  transferSyntaxUid: '1.2.840.10008.1.2.1',
});
const described: DicomDataset = {
  '00080016': ui(CT),
  '00080018': ui('2.999.1.1.7'),
  '0020000D': ui('2.999.1'),
  '0020000E': ui('2.999.1.1'),
  '00420011': { vr: 'OB', BulkDataURI: 'bulk/1' },
};
const parts: Readonly<Record<string, Part>> = {
  ok: dicom(synthetic()),
  garbage: dicom(new TextEncoder().encode('no DICOM at all')),
  'unsupported-sop-class': dicom(directory),
  'unsupported-ts': dicom(unknownSyntax),
  'dup-different': dicom(synthetic({ attributes: { '00100010': pn('Other^One') } })),
  jpeg2000: dicom(image),
  'json-array': {
    headers: { 'Content-Type': 'application/dicom+json' },
    body: new TextEncoder().encode(JSON.stringify([described])),
  },
  bulkdata: {
    headers: { 'Content-Type': 'application/octet-stream', 'Content-Location': 'bulk/1' },
    body: Uint8Array.of(1, 2),
  },
};

interface Reasons {
  readonly [tag: string]: {
    readonly Value: readonly { readonly '00081197'?: { readonly Value: readonly number[] } }[];
  };
}

describe.skipIf(!areHere)('store', () => {
  test.each(of('stow'))('%s', async (id, { input, expect: wanted }) => {
    const expected = otherwise[id]?.expect ?? wanted;
    const archive = await openArchive();
    if (input.parts?.includes('dup-different')) await archive.store(once(synthetic()));
    const { contentType = 'multipart/related; type="application/dicom"' } = input;
    const answer = await ask(archive, input.path ?? '/studies', {
      method: 'POST',
      headers: { 'content-type': `${contentType}; boundary=b` },
      body: writeMultipart(
        'b',
        (input.parts ?? []).map((name) => parts[name]!),
      ),
    });
    checkStatus(answer, expected);
    const response = answer.json<Reasons>();
    for (const tag of expected.has ?? []) expect(response).toHaveProperty(tag);
    if (expected.failureReason !== undefined) {
      const items = ['00081198', '0008119A'].flatMap((tag) => response[tag]?.Value ?? []);
      expect(items.flatMap((item) => item['00081197']?.Value ?? [])).toContain(expected.failureReason);
    }
    if (!expected.retrievedBytesEqualPixelData) return;
    const frame = await ask(archive, `/studies/1.2.3/series/1.2.3.1/instances/${same.instance}/frames/1`, {
      headers: { accept: 'image/jp2; transfer-syntax=*' },
    });
    expect([...frame.bytes]).toEqual([...j2k]);
  });
});

describe.skipIf(!areHere)('capabilities', () => {
  test.each(of('capabilities'))('%s', async (_id, { input, expect: expected }) => {
    const { method = 'OPTIONS', path = '/', accept, headers } = input;
    const sent = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
    const question = {
      method,
      headers: { ...Object.fromEntries(sent), ...(accept !== undefined && { accept }) },
    };
    const answer = await ask(await openArchive(), path, question);
    checkStatus(answer, expected);
    // A preflight is answered, and no site is let in by it.
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    for (const word of expected.mentions ?? []) expect(answer.text).toContain(word);
    if (expected.rootElement !== undefined)
      expect(answer.text).toMatch(new RegExp(`^<\\?xml[^>]*>\\s*<${expected.rootElement}[ >]`));
    if (accept === 'application/json') expect(answer.json<object>()).toHaveProperty('application');
  });
});

describe.skipIf(!areHere)('commitment', () => {
  test.each(of('commitment'))('%s', async (_id, { input, expect: expected }) => {
    const archive = await openArchive();
    await archive.store(once(synthetic({ study: '2.999.1', series: '2.999.1.1', instance: '2.999.1.1.1' })));
    const items = (input.refs ?? []).map(([sopClass, sopInstance]) => ({
      '00081150': ui(sopClass),
      '00081155': ui(sopInstance),
    }));
    const answer = await ask(archive, `/commitment-requests/${input.uid}`, {
      method: input.method ?? 'GET',
      headers: { 'content-type': 'application/dicom+json' },
      body: once(new TextEncoder().encode(JSON.stringify({ '00081199': { vr: 'SQ', Value: items } }))),
    });
    checkStatus(answer, expected);
    const result = answer.json<Readonly<Record<string, { readonly Value: readonly DicomDataset[] }>>>();
    const uids = (tag: string) => (result[tag]?.Value ?? []).map((item) => item['00081155']!.Value![0]);
    if (expected.committed) expect(uids('00081199')).toEqual(expected.committed);
    if (expected.failed) {
      const reasons = (result['00081198']?.Value ?? []).map((item) => item['00081197']!.Value![0]);
      expect(uids('00081198').map((uid, at) => [uid, reasons[at]])).toEqual(expected.failed);
    }
  });
});

/** Explicit VR little endian, by hand: our own writer says UTF-8 and normalizes, which is what is tried here. */
function rawElement({ tag, vr, text, hex, items }: Element): Buffer {
  const item = Buffer.from('feff00e000000000', 'hex');
  const value = items
    ? Buffer.concat(items.map(() => item))
    : hex === undefined
      ? Buffer.from(text ?? '', 'utf8')
      : Buffer.from(hex, 'hex');
  const even = Buffer.concat([value, Buffer.alloc(value.length % 2, vr === 'UI' ? 0 : 0x20)]);
  const head = Buffer.alloc(vrTraits[vr].longLength ? 12 : 8);
  head.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
  head.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2);
  head.write(vr, 4, 'latin1');
  if (vrTraits[vr].longLength) head.writeUInt32LE(even.length, 8);
  else head.writeUInt16LE(even.length, 6);
  if (vr === 'UL' && text !== undefined) {
    even.fill(0);
    even[0] = Number(text);
  }
  return Buffer.concat([head, even]);
}

/** A file with these elements, and the UIDs that every file needs. */
function rawFile(elements: readonly Element[]): Buffer {
  const uids: Readonly<Record<string, string>> = {
    '00080016': CT,
    '00080018': '1.2.3',
    '0020000D': '1.2',
    '0020000E': '1.2.1',
  };
  const head = Buffer.from(
    writePart10({
      dataset: { '00080016': ui(CT), '00080018': ui('1.2.3') },
      transferSyntaxUid: '1.2.840.10008.1.2.1',
    }),
  );
  const start = 132 + 12 + head.readUInt32LE(140);
  const others = Object.entries(uids)
    .filter(([tag]) => !elements.some((each) => each.tag === tag))
    .map(([tag, text]): Element => ({ tag, vr: 'UI', text }));
  const all = [...elements, ...others].toSorted((a, b) => (a.tag < b.tag ? -1 : 1));
  return Buffer.concat([head.subarray(0, start), ...all.map(rawElement)]);
}

async function metadataOf(elements: readonly Element[]): Promise<DicomDataset> {
  const archive = await openArchive();
  expect(await archive.store(once(rawFile(elements)))).toMatchObject({ kind: 'stored' });
  const [dataset = {}] = (await ask(archive, '/studies/1.2/metadata')).json();
  return dataset;
}

/** What the archive adds to every object, or every object must have. */
const usual = /^(00080005|0008001[68]|00083002|0020000[DE])$/;

describe.skipIf(!areHere)('DICOM JSON', () => {
  test.each(of('dicomjson'))('%s', async (id, { input, expect: expected }) => {
    const elements = input.elements ?? [input as Element];
    const charset: Element = { tag: '00080005', vr: 'CS', text: 'ISO_IR 192' };
    // Pixel data has a place of its own: what is told of OW is tried on another attribute.
    const moved = elements.map((each) => (each.tag === '7FE00010' ? { ...each, tag: '00660016' } : each));
    const dataset = await metadataOf([charset, ...moved]);
    const wanted = JSON.parse(JSON.stringify(expected).replace('7FE00010', '00660016')) as DicomDataset; // as above
    expect(dataset, id).toMatchObject(wanted);
    const others = Object.keys(dataset).filter((tag) => !usual.test(tag) && !(tag in wanted));
    expect(others).toEqual([]);
  });
});

describe.skipIf(!areHere)('character sets', () => {
  test.each(of('charset'))('%s', async (_id, { input, expect: expected }) => {
    const dataset = await metadataOf([
      { tag: '00080005', vr: 'CS', text: (input.specificCharacterSet ?? []).join('\\') },
      { tag: '00100010', vr: 'PN', hex: input.hex ?? '' },
    ]);
    const [name] = dataset['00100010']!.Value as readonly Readonly<Record<string, string>>[];
    expect(
      ['Alphabetic', 'Ideographic', 'Phonetic']
        .map((group) => name![group] ?? '')
        .join('=')
        .replace(/=+$/, ''),
    ).toBe(expected.text);
  });
});

test('what is otherwise here is so for a reason', () => {
  for (const [id, { why }] of Object.entries(otherwise)) {
    expect(why.length).toBeGreaterThan(20);
    if (areHere) expect(cases.map((each) => each.id)).toContain(id);
  }
});
