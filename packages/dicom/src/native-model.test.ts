import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DicomDataset, DicomElement, DicomValue, Vr } from './dicom-json.ts';
import { xmlToDataset } from './native-model-reader.ts';
import { datasetToXml } from './native-model.ts';

const document = (content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel>${content}</NativeDicomModel>`;
const element = (vr: Vr, ...Value: DicomValue[]): DicomElement => ({ vr, Value });

describe('writing', () => {
  test('names attributes by tag, keyword and VR, in the order of their tags', () => {
    const xml = datasetToXml({ '30060010': { vr: 'SQ' }, '00080060': element('CS', 'CT') });
    expect(xml).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM" xml:space="preserve">' +
        '<DicomAttribute tag="00080060" keyword="Modality" vr="CS"><Value number="1">CT</Value></DicomAttribute>' +
        '<DicomAttribute tag="30060010" keyword="ReferencedFrameOfReferenceSequence" vr="SQ"/></NativeDicomModel>',
    );
  });

  test('writes a private tag without its block, beside its creator', () => {
    const xml = datasetToXml({ '00091010': element('LO', 'ACME <1>'), '00090010': element('LO', 'ACME') });
    expect(xml).toContain('<DicomAttribute tag="00090010" vr="LO"><Value number="1">ACME</Value>');
    expect(xml).toContain(
      'tag="00090010" privateCreator="ACME" vr="LO"><Value number="1">ACME &lt;1&gt;</Value>',
    );
  });

  test('replaces what XML cannot hold', () => {
    expect(datasetToXml({ '00104000': element('LT', 'a\u0000b\u001Bc\uD800') })).toContain(
      '>a\uFFFDb\uFFFDc\uFFFD</Value>',
    );
  });
});

describe('reading', () => {
  test('gives a private attribute a block, where the document has none for it', () => {
    const xml = document(
      '<DicomAttribute tag="00091099" vr="LO"><Value number="1">of nobody</Value></DicomAttribute>' +
        '<DicomAttribute tag="00090001" vr="LO" privateCreator="A"><Value number="1">x</Value></DicomAttribute>' +
        '<DicomAttribute tag="00091202" vr="LO" privateCreator="B"><Value number="1">y</Value></DicomAttribute>' +
        '<DicomAttribute tag="00090003" vr="LO" privateCreator="A"><Value number="1">z</Value></DicomAttribute>',
    );
    expect(xmlToDataset(xml)).toEqual({
      '00090011': element('LO', 'A'),
      '00090012': element('LO', 'B'),
      '00091099': element('LO', 'of nobody'),
      '00091101': element('LO', 'x'),
      '00091103': element('LO', 'z'),
      '00091202': element('LO', 'y'),
    });
  });

  test('fills in empty values that a list leaves out', () => {
    const xml = document(
      '<DicomAttribute tag="00080008" vr="CS"><Value number="2">A</Value><Value number="4"></Value></DicomAttribute>',
    );
    expect(xmlToDataset(xml)).toEqual({ '00080008': element('CS', null, 'A', null, null) });
  });

  test('takes CDATA, comments, references and any prefix of the namespace', () => {
    const xml = `<n:NativeDicomModel xmlns:n="http://dicom.nema.org/PS3.19/models/NativeDICOM"><!-- x -->
      <n:DicomAttribute tag="0008103e" vr="LO"><n:Value number="1"><![CDATA[<b>]]>&amp;&#x4E2D;</n:Value></n:DicomAttribute>
    </n:NativeDicomModel>`;
    expect(xmlToDataset(xml)).toEqual({ '0008103E': element('LO', '<b>&中') });
  });

  test('keeps integers beyond 2^53, and what is no number', () => {
    const xml = document(
      '<DicomAttribute tag="00720083" vr="UV"><Value number="1">18446744073709551615</Value></DicomAttribute>' +
        '<DicomAttribute tag="00720076" vr="FL"><Value number="1">-INF</Value><Value number="2">NaN</Value></DicomAttribute>',
    );
    expect(xmlToDataset(xml)).toEqual({
      '00720076': element('FL', '-inf', 'NaN'),
      '00720083': element('UV', '18446744073709551615'),
    });
  });

  test.each([
    ['nothing', ''],
    ['text', 'abc'],
    ['another root', '<html/>'],
    ['a root of another namespace', '<NativeDicomModel xmlns="urn:x"/>'],
    ['an end in the middle', '<NativeDicomModel><DicomAttribute tag="00080060" vr="CS">'],
    ['a tag that is none', document('<DicomAttribute tag="8" vr="CS"/>')],
    ['a VR that is none', document('<DicomAttribute tag="00080060" vr="XX"/>')],
    ['no VR', document('<DicomAttribute tag="00080060"/>')],
    ['an attribute twice', document('<DicomAttribute tag="00080060" vr="CS"/>'.repeat(2))],
    ['an unknown element', document('<DicomAttribute tag="00080060" vr="CS"><Values/></DicomAttribute>')],
    ['text between elements', document('abc')],
    [
      'a value out of order',
      document(
        '<DicomAttribute tag="00080060" vr="CS"><Value number="1">a</Value><Value number="1">b</Value></DicomAttribute>',
      ),
    ],
    [
      'a value without end',
      document('<DicomAttribute tag="00280010" vr="US"><Value number="1">x</Value></DicomAttribute>'),
    ],
    [
      'a name as text',
      document('<DicomAttribute tag="00100010" vr="PN"><Value number="1">x</Value></DicomAttribute>'),
    ],
    [
      'an item in what is no sequence',
      document('<DicomAttribute tag="00100010" vr="PN"><Item number="1"/></DicomAttribute>'),
    ],
    [
      'two forms of a value',
      document(
        '<DicomAttribute tag="00420011" vr="OB"><InlineBinary>AA==</InlineBinary><BulkData uri="x"/></DicomAttribute>',
      ),
    ],
    [
      'bulk data without address',
      document('<DicomAttribute tag="00420011" vr="OB"><BulkData uuid="1.2"/></DicomAttribute>'),
    ],
    [
      'what is not base64',
      document('<DicomAttribute tag="00420011" vr="OB"><InlineBinary>?</InlineBinary></DicomAttribute>'),
    ],
    ['a creator of a public tag', document('<DicomAttribute tag="00080060" vr="CS" privateCreator="A"/>')],
    [
      'an entity that is not declared',
      document('<DicomAttribute tag="00080060" vr="CS"><Value number="1">&x;</Value></DicomAttribute>'),
    ],
    [
      'characters that XML does not have',
      document('<DicomAttribute tag="00080060" vr="CS"><Value number="1">\u0001</Value></DicomAttribute>'),
    ],
  ])('refuses %s', (_name, xml) => {
    expect(() => xmlToDataset(xml)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });
});

describe('S12: hostile documents', () => {
  const inside =
    '<NativeDicomModel><DicomAttribute tag="00080060" vr="CS"><Value number="1">&a;</Value></DicomAttribute></NativeDicomModel>';
  const laughs = Array.from(
    { length: 12 },
    (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`,
  ).join('');

  test.each([
    ['a bare document type', `<!DOCTYPE NativeDicomModel>${inside}`],
    ['an external subset', `<!DOCTYPE NativeDicomModel SYSTEM "http://127.0.0.1:9/x.dtd">${inside}`],
    ['an entity of a file', `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${inside}`],
    ['an entity of the network', `<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]>${inside}`],
    ['a parameter entity', `<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>${inside}`],
    ['billion laughs', `<!DOCTYPE x [<!ENTITY a0 "ha">${laughs}]>${inside}`],
    [
      'a quadratic blow-up',
      `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(100_000)}">]>${inside.replace('&a;', '&a;'.repeat(10_000))}`,
    ],
    ['a declaration after the root', inside.replace('&a;', '') + '<!DOCTYPE x>'],
  ])('refuses %s', (_name, xml) => {
    expect(() => xmlToDataset(xml)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  test('refuses items in items without end', () => {
    const nested = (depth: number): string =>
      depth === 0
        ? ''
        : `<DicomAttribute tag="00081115" vr="SQ"><Item number="1">${nested(depth - 1)}</Item></DicomAttribute>`;
    expect(xmlToDataset(document(nested(32)))).toHaveProperty('00081115');
    expect(() => xmlToDataset(document(nested(33)))).toThrow(expect.objectContaining({ code: 'too_large' }));
  });

  test('refuses a list whose numbers alone would fill the memory', () => {
    const value = (number: number): string =>
      document(`<DicomAttribute tag="00080008" vr="CS"><Value number="${number}">A</Value></DicomAttribute>`);
    expect(() => xmlToDataset(value(9_999_999))).toThrow(expect.objectContaining({ code: 'too_large' }));
    expect(() => xmlToDataset(value(999_999_999))).toThrow(expect.objectContaining({ code: 'malformed' }));
    const many = Array.from(
      { length: 5 },
      (_, at) =>
        `<DicomAttribute tag="0008000${at}" vr="CS"><Value number="1000000">A</Value></DicomAttribute>`,
    );
    expect(() => xmlToDataset(document(many.join('')))).toThrow(
      expect.objectContaining({ code: 'too_large' }),
    );
  });
});

// Made by dcmtk 3.6.7: dcm2xml --native-format --encode-base64 of the data set beside it.
const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/native-model/${name}`, import.meta.url), 'utf8');

test('reads what dcm2xml writes of every kind of value', () => {
  const expected = JSON.parse(fixture('all-vrs.json')) as DicomDataset;
  expect(xmlToDataset(fixture('all-vrs.dcmtk.xml'))).toEqual(expected);
  expect(xmlToDataset(datasetToXml(expected))).toEqual(expected);
});

describe('there and back', () => {
  const text = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 12 })
    .map((value) => value.replaceAll(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?'));
  const plain = text.filter((value) => Number.isNaN(Number(value)) || value.trim() === '');
  const group = text.filter((value) => value.split('^').length <= 6);
  const name = fc
    .record({ Alphabetic: group, Ideographic: group, Phonetic: group }, { requiredKeys: [] })
    .filter((value) => Object.keys(value).length > 0);
  const number = (arbitrary: fc.Arbitrary<number | string>) =>
    fc.array(arbitrary, { minLength: 1, maxLength: 4 });
  const finite = fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0);
  const listOf = (vr: Vr, value: fc.Arbitrary<DicomValue>): fc.Arbitrary<DicomElement> =>
    fc.array(value, { minLength: 1, maxLength: 4 }).map((Value) => ({ vr, Value }));
  const base64 = fc
    .uint8Array({ minLength: 1, maxLength: 9 })
    .map((bytes) => Buffer.from(bytes).toString('base64'));

  const leaf: fc.Arbitrary<DicomElement> = fc.oneof(
    ...(['AE', 'AS', 'CS', 'DA', 'DT', 'LO', 'LT', 'SH', 'ST', 'TM', 'UC', 'UI', 'UR', 'UT'] as const).map(
      (vr) => listOf(vr, fc.option(text)),
    ),
    ...(['DS', 'IS'] as const).map((vr) => listOf(vr, fc.option(fc.oneof(finite, plain)))),
    listOf('PN', fc.option(name)),
    listOf('AT', fc.stringMatching(/^[0-9A-F]{8}$/)),
    number(fc.oneof(finite, fc.constantFrom('NaN', 'inf', '-inf'))).map((Value) => ({
      vr: 'FD' as const,
      Value,
    })),
    number(fc.integer({ min: -32768, max: 32767 })).map((Value) => ({ vr: 'SS' as const, Value })),
    number(fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }).map(String)).map((Value) => ({
      vr: 'UV' as const,
      Value,
    })),
    ...(['OB', 'OW', 'OF', 'UN'] as const).map((vr) => base64.map((InlineBinary) => ({ vr, InlineBinary }))),
    text.map((BulkDataURI) => ({ vr: 'OW' as const, BulkDataURI })),
    fc.constantFrom(...(['CS', 'SQ', 'OB', 'PN', 'US'] as const)).map((vr) => ({ vr })),
  );
  const tag = fc.oneof(
    fc.constantFrom('00080005', '00100010', '60003000', '7FE00010', '30060010', '00291010', '00291101'),
    fc.stringMatching(/^00[0-9A-F]{6}$/),
  );
  const creators = fc.constantFrom<DicomDataset>(
    {},
    { '00290010': element('LO', 'A "&\t\n') },
    { '00290010': element('LO', 'A'), '00290011': element('LO', 'A') },
    { '00290011': element('LO', 'B') },
  );
  const { dataset } = fc.letrec<{ dataset: DicomDataset; element: DicomElement }>((tie) => ({
    element: fc.oneof(
      { maxDepth: 3 },
      { arbitrary: leaf, weight: 6 },
      {
        arbitrary: fc
          .array(tie('dataset'), { minLength: 1, maxLength: 3 })
          .map((Value) => ({ vr: 'SQ' as const, Value })),
        weight: 1,
      },
    ),
    dataset: fc
      .tuple(fc.dictionary(tag, tie('element'), { maxKeys: 6 }), creators)
      .map(([elements, blocks]) => ({ ...elements, ...blocks })),
  }));

  test('is the same data set', () => {
    fc.assert(
      fc.property(dataset, (original) => {
        expect(xmlToDataset(datasetToXml(original))).toEqual(original);
      }),
      { numRuns: 500 },
    );
  });
});
