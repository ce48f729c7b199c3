import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase64 } from '../base64.ts';
import type { DicomDataset, DicomElement } from '../dicom-json.ts';
import { read } from '../test-support/part10-files.ts';
import { writePart10 } from './write-part10.ts';

const LE = '1.2.840.10008.1.2.1';
const uids: DicomDataset = {
  '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.7'] },
  '00080018': { vr: 'UI', Value: ['1.2.3.4'] },
  '0020000D': { vr: 'UI', Value: ['1.2.3'] },
  '0020000E': { vr: 'UI', Value: ['1.2.3.0'] },
};
const image: DicomDataset = {
  ...uids,
  '00280002': { vr: 'US', Value: [1] },
  '00280010': { vr: 'US', Value: [1] },
  '00280011': { vr: 'US', Value: [3] },
  '00280100': { vr: 'US', Value: [8] },
};
const written = (dataset: DicomDataset) => writePart10({ dataset, transferSyntaxUid: LE });
const rewritten = (tag: string, element: DicomElement) =>
  read(written({ ...uids, [tag]: element })).dataset[tag];

describe('writing Part 10', () => {
  it('writes file meta information of its own', () => {
    const { fileMeta, transferSyntaxUid } = read(written(uids));
    expect(transferSyntaxUid).toBe(LE);
    expect(fileMeta).toMatchObject({
      '00020001': { vr: 'OB', InlineBinary: 'AAE=' },
      '00020002': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.7'] },
      '00020003': { vr: 'UI', Value: ['1.2.3.4'] },
      '00020010': { vr: 'UI', Value: [LE] },
      '00020012': { vr: 'UI', Value: [expect.stringMatching(/^2\.25\.\d+$/)] },
      '00020013': { vr: 'SH', Value: ['SIGHTLINE'] },
    });
  });

  it('writes text as UTF-8, and says so whatever the data set says', () => {
    const name = { vr: 'PN', Value: [{ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎' }] } as const;
    const nested = { '00080005': { vr: 'CS', Value: ['ISO_IR 100'] }, '00100010': name } as const;
    const { dataset, warnings } = read(
      written({
        ...uids,
        '00080005': { vr: 'CS', Value: ['GB18030'] },
        '00100010': name,
        '00081140': { vr: 'SQ', Value: [nested] },
      }),
    );
    expect(dataset['00080005']).toEqual({ vr: 'CS', Value: ['ISO_IR 192'] });
    expect(dataset['00100010']).toEqual(name);
    expect(dataset['00081140']?.Value).toEqual([{ '00100010': name }]);
    expect(warnings).toEqual([]);
  });

  it('keeps native pixel data where it belongs and pads it', () => {
    const bytes = writePart10({
      dataset: { ...image, FFFCFFFC: { vr: 'OB', InlineBinary: 'AAA=' } },
      transferSyntaxUid: LE,
      pixelData: Uint8Array.of(1, 2, 3),
    });
    const { frames, dataset, warnings } = read(bytes);
    if (frames?.kind !== 'native') throw new Error('not native');
    expect(bytes.subarray(frames.offset, frames.offset + 4)).toEqual(Uint8Array.of(1, 2, 3, 0));
    expect(dataset['FFFCFFFC']).toEqual({ vr: 'OB', InlineBinary: 'AAA=' });
    expect(warnings).toEqual([]);
  });

  it('writes one fragment a frame with an offset table', () => {
    const bytes = writePart10({
      dataset: { ...image, '00280008': { vr: 'IS', Value: [2] } },
      transferSyntaxUid: '1.2.840.10008.1.2.5',
      pixelData: [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5)],
    });
    const { frames, warnings } = read(bytes);
    if (frames?.kind !== 'encapsulated') throw new Error('not encapsulated');
    expect(
      frames.frames.map((frame) =>
        frame.map(({ offset, length }) => [...bytes.subarray(offset, offset + length)]),
      ),
    ).toEqual([[[1, 2, 3, 0]], [[4, 5]]]);
    expect(warnings).toEqual([]);
  });

  it('writes a video as one stream without offset table', () => {
    const bytes = writePart10({
      dataset: { ...image, '00280008': { vr: 'IS', Value: [50] } },
      transferSyntaxUid: '1.2.840.10008.1.2.4.102',
      pixelData: Uint8Array.of(1, 2, 3, 4),
    });
    expect(read(bytes)).toMatchObject({ warnings: [], frames: { frames: [[{ length: 4 }]] } });
  });

  it('fits numbers into the 16 characters of DS', () => {
    expect(rewritten('00281050', { vr: 'DS', Value: [1 / 3, -1e-30 / 3, 40, -1024.5] })).toEqual({
      vr: 'DS',
      Value: [0.33333333333333, -3.333333333e-31, 40, -1024.5],
    });
  });

  it('writes values too long for their VR as UN, which reads back as they were', () => {
    const long = { vr: 'DS', Value: Array.from({ length: 20_000 }, (_, index) => index) } as const;
    expect(rewritten('30060050', long)).toEqual(long);
  });

  it('leaves out group lengths and file meta information', () => {
    const { dataset } = read(
      written({ ...uids, '00020010': { vr: 'UI', Value: ['9.9'] }, '00080000': { vr: 'UL', Value: [5] } }),
    );
    expect(Object.keys(dataset)).toEqual(['00080005', ...Object.keys(uids)]);
  });

  it.each([
    ['a number that is too large', { vr: 'US', Value: [65536] }],
    ['a negative number where none can be', { vr: 'UL', Value: [-1] }],
    ['a fraction in an integer', { vr: 'SS', Value: [1.5] }],
    ['text in a number', { vr: 'FD', Value: ['one'] }],
    ['no value among numbers', { vr: 'US', Value: [1, null] }],
    ['a tag that is none', { vr: 'AT', Value: ['PatientID'] }],
    ['a number without end', { vr: 'DS', Value: [Number.NaN] }],
    ['an object that is no name', { vr: 'LO', Value: [{ Alphabetic: 'x' }] }],
    ['text that is no base64', { vr: 'OB', InlineBinary: '%%%' }],
    ['values in a binary VR', { vr: 'OB', Value: [1] }],
    ['an item that is none', { vr: 'SQ', Value: ['x'] }],
    ['a VR that is none', { vr: 'ZZ', Value: ['x'] } as unknown as DicomElement],
  ] as const)('refuses %s', (_, element) => {
    expect(() => written({ ...uids, '00091010': element as DicomElement })).toThrowError(/breaks the rules/);
  });

  it('refuses tags that are none, bulk data that is elsewhere, and syntaxes it does not write', () => {
    expect(() => written({ ...uids, PatientID: { vr: 'LO' } })).toThrowError(/breaks the rules/);
    expect(() => written({ ...uids, '00420011': { vr: 'OB', BulkDataURI: 'x' } })).toThrowError(
      /BulkDataURI/,
    );
    for (const transferSyntaxUid of [
      '1.2.840.10008.1.2',
      '1.2.840.10008.1.2.2',
      '1.2.840.10008.1.2.1.99',
      '9.9',
    ]) {
      expect(() => writePart10({ dataset: uids, transferSyntaxUid })).toThrowError(/not supported/);
    }
  });

  it('wants SOP Class and Instance UID', () => {
    expect(() => written({})).toThrowError(/lacks a Study/);
  });
});

/** Elements as the reader gives them: what it writes, it reads back the same. */
const text = fc.stringMatching(/^[A-Za-zÀ-ÿ山田ㄱ]([A-Za-z0-9 À-ÿ山田ㄱ]{0,20}[A-Za-z0-9À-ÿ山田ㄱ])?$/u);
const optional = <T>(value: fc.Arbitrary<T>) =>
  fc
    .array(fc.oneof(value, fc.constant(null)), { minLength: 1, maxLength: 4 })
    .filter((values) => values.length > 1 || values[0] !== null);
const list = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 5 });
const bytes = fc.uint8Array({ minLength: 2, maxLength: 64 }).filter((value) => value.length % 2 === 0);
const plain: fc.Arbitrary<DicomElement> = fc.oneof(
  fc.record({ vr: fc.constantFrom('LO', 'SH', 'UC'), Value: optional(text) }),
  fc.record({ vr: fc.constantFrom('UT', 'LT', 'ST'), Value: text.map((value) => [value]) }),
  fc.record({
    vr: fc.constant('PN'),
    Value: optional(fc.record({ Alphabetic: text, Ideographic: text }, { requiredKeys: ['Alphabetic'] })),
  }),
  fc.record({ vr: fc.constant('IS'), Value: optional(fc.integer()) }),
  fc.record({
    vr: fc.constant('DS'),
    Value: optional(fc.integer({ min: -99999, max: 99999 }).map((value) => value / 100)),
  }),
  fc.record({ vr: fc.constant('US'), Value: list(fc.integer({ min: 0, max: 65535 })) }),
  fc.record({ vr: fc.constant('SL'), Value: list(fc.integer()) }),
  fc.record({
    vr: fc.constant('UV'),
    Value: list(fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }).map(String))),
  }),
  fc.record({
    vr: fc.constant('FD'),
    Value: list(
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom('NaN', 'inf', '-inf')),
    ),
  }),
  fc.record({ vr: fc.constant('AT'), Value: list(fc.constantFrom('00100010', '7FE00010')) }),
  fc.record({ vr: fc.constantFrom('OB', 'OW', 'UN'), InlineBinary: bytes.map(encodeBase64) }),
  fc.record({ vr: fc.constantFrom('DA', 'SQ', 'OB', 'LO') }),
) as fc.Arbitrary<DicomElement>; // the union of these records is what an element is
const tag = fc.integer({ min: 0x1001, max: 0x10ff }).map((low) => `0009${low.toString(16).toUpperCase()}`);
const { dataset } = fc.letrec<{ dataset: DicomDataset; element: DicomElement }>((tie) => ({
  element: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    plain,
    fc.record({
      vr: fc.constant('SQ' as const),
      Value: fc.array(tie('dataset'), { minLength: 1, maxLength: 3 }),
    }),
  ),
  dataset: fc.dictionary(tag, tie('element'), { maxKeys: 6, noNullPrototype: true }),
}));

it('reads back whatever it has written', () => {
  fc.assert(
    fc.property(dataset, (elements) => {
      const { '00080005': charset, ...rest } = read(written({ ...uids, ...elements })).dataset;
      expect(charset).toEqual({ vr: 'CS', Value: ['ISO_IR 192'] });
      expect(rest).toEqual({ ...uids, ...elements });
    }),
    { numRuns: 100 },
  );
});
