import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  BIG_ENDIAN,
  concat,
  EXPLICIT,
  element,
  encapsulated,
  file,
  fileMeta,
  IMPLICIT,
  identity,
  imageAttributes,
  integer,
  item,
  latin,
  PREAMBLE,
  read,
  sequenceEnd,
  sequenceOf,
  us,
} from '../test-support/part10-files.ts';
import { readWarnings } from './read-warnings.ts';

const LE = '1.2.840.10008.1.2.1';
const pixels = (count: number) => Uint8Array.from({ length: count }, (_, index) => index);
const pixelData = (bytes: Uint8Array, coding = EXPLICIT) => element(0x7fe00010, 'OW', bytes, coding);

describe('transfer syntaxes', () => {
  it.each([
    ['implicit little endian', '1.2.840.10008.1.2', IMPLICIT],
    ['explicit little endian', LE, EXPLICIT],
    ['explicit big endian', '1.2.840.10008.1.2.2', BIG_ENDIAN],
  ])('reads %s', (_, uid, coding) => {
    const part10 = read(
      file(uid, identity(coding), imageAttributes({ coding }), pixelData(pixels(6), coding)),
    );
    expect(part10.transferSyntaxUid).toBe(uid);
    expect(part10.identity).toEqual({
      studyInstanceUid: '1.2.3',
      seriesInstanceUid: '1.2.3.0',
      sopInstanceUid: '1.2.3.4',
      sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    });
    expect(part10.dataset['00280010']).toEqual({ vr: 'US', Value: [2] });
    expect(part10.dataset['00280004']).toEqual({ vr: 'CS', Value: ['MONOCHROME2'] });
    expect(part10.dataset['7FE00010']).toBeUndefined();
    expect(part10.frames).toMatchObject({
      kind: 'native',
      frameBits: 48,
      count: 1,
      bigEndian: coding.bigEndian,
    });
    expect(part10.warnings).toEqual([]);
  });

  it('inflates a deflated data set, to which all offsets refer', () => {
    const dataSet = concat(identity(), imageAttributes(), pixelData(pixels(6)));
    const bytes = file('1.2.840.10008.1.2.1.99', new Uint8Array(deflateRawSync(dataSet)));
    const part10 = read(
      bytes,
      {},
      (deflated, maxOutputLength) => new Uint8Array(inflateRawSync(deflated, { maxOutputLength })),
    );
    expect(part10.inflated).toEqual(dataSet);
    expect(part10.frames).toMatchObject({ kind: 'native', offset: dataSet.length - 6, count: 1 });
  });

  it('refuses a deflated data set that inflates beyond the limit, or not at all', () => {
    const bytes = file('1.2.840.10008.1.2.1.99', new Uint8Array(deflateRawSync(new Uint8Array(5000))));
    const inflate = (deflated: Uint8Array) => inflateRawSync(deflated);
    expect(() => read(bytes, { maxInflatedBytes: 4999 }, inflate)).toThrowError(/more data/);
    expect(() => read(bytes.subarray(0, -8), {}, inflate)).toThrowError(/breaks the rules/);
  });

  it.each([
    ['explicit', 'implicit', LE, IMPLICIT, '1.2.840.10008.1.2'],
    ['implicit', 'explicit', '1.2.840.10008.1.2', EXPLICIT, LE],
    ['little endian', 'big endian', LE, BIG_ENDIAN, '1.2.840.10008.1.2.2'],
  ])('believes the data when %s is stated and %s is there', (_, __, stated, coding, actual) => {
    const part10 = read(file(stated, identity(coding)));
    expect(part10.transferSyntaxUid).toBe(actual);
    expect(part10.warnings).toEqual([readWarnings.transferSyntaxWrong]);
  });

  it('reads native pixel data under a compressed syntax, and names the native one', () => {
    const part10 = read(file('1.2.840.10008.1.2.4.80', identity(), imageAttributes(), pixelData(pixels(6))));
    expect(part10.transferSyntaxUid).toBe(LE);
    expect(part10.frames).toMatchObject({ kind: 'native', count: 1 });
  });

  it('recognises coded pixel data under a native syntax', () => {
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xc3, 0, 4, 0, 0);
    const part10 = read(file(LE, identity(), imageAttributes(), encapsulated([], [jpeg])));
    expect(part10.transferSyntaxUid).toBe('1.2.840.10008.1.2.4.57');
  });

  it('keeps a private syntax, and takes it for explicit little endian', () => {
    const part10 = read(file('1.2.3.999', identity()));
    expect(part10.transferSyntaxUid).toBe('1.2.3.999');
    expect(part10.warnings).toEqual([readWarnings.transferSyntaxUnknown]);
  });
});

describe('files with something missing', () => {
  it.each([
    ['explicit little endian', LE, EXPLICIT],
    ['implicit little endian', '1.2.840.10008.1.2', IMPLICIT],
    ['explicit big endian', '1.2.840.10008.1.2.2', BIG_ENDIAN],
  ])('reads a bare data set in %s', (_, uid, coding) => {
    const part10 = read(concat(identity(coding), imageAttributes({ coding }), pixelData(pixels(6), coding)));
    expect(part10.transferSyntaxUid).toBe(uid);
    expect(part10.fileMeta).toEqual({});
    expect(part10.warnings).toContain(readWarnings.noFileMeta);
  });

  it('reads file meta information without preamble', () => {
    expect(read(concat(fileMeta(LE), identity())).warnings).toEqual([readWarnings.noPreamble]);
    expect(read(concat(latin('DICM'), fileMeta(LE), identity())).warnings).toEqual([readWarnings.noPreamble]);
  });

  it('reads file meta information in implicit VR', () => {
    const part10 = read(concat(PREAMBLE, fileMeta('1.2.840.10008.1.2', IMPLICIT), identity(IMPLICIT)));
    expect(part10.fileMeta['00020010']).toEqual({ vr: 'UI', Value: ['1.2.840.10008.1.2'] });
    expect(part10.warnings).toEqual([readWarnings.implicitFileMeta]);
  });

  it('does not trust the length of the file meta information', () => {
    const meta = concat(
      element(0x00020000, 'UL', integer(9999, 4)),
      element(0x00020010, 'UI', latin(LE, '\0')),
    );
    expect(read(concat(PREAMBLE, meta, identity())).identity.sopInstanceUid).toBe('1.2.3.4');
  });

  it('takes the SOP UIDs from the file meta information when the data set has none', () => {
    const meta = concat(
      element(0x00020002, 'UI', latin('1.2.840.10008.5.1.4.1.1.7', '\0')),
      element(0x00020003, 'UI', latin('1.2.9', '\0')),
      element(0x00020010, 'UI', latin(LE, '\0')),
    );
    const rest = concat(
      element(0x0020000d, 'UI', latin('1.2.3', '\0')),
      element(0x0020000e, 'UI', latin('1.2.4', '\0')),
    );
    const part10 = read(concat(PREAMBLE, meta, rest));
    expect(part10.identity.sopInstanceUid).toBe('1.2.9');
    expect(part10.warnings).toEqual([readWarnings.uidFromFileMeta]);
  });

  it('says that an image without pixel data has none', () => {
    const part10 = read(file(LE, identity(), imageAttributes()));
    expect(part10.frames).toBeUndefined();
    expect(part10.warnings).toEqual([readWarnings.pixelDataMissing]);
  });
});

describe('refusals', () => {
  const code = (bytes: Uint8Array, limits = {}) => {
    try {
      read(bytes, limits);
    } catch (error) {
      return (error as { code?: string }).code;
    }
    return 'read';
  };

  it.each([
    ['nothing', new Uint8Array(0)],
    ['text', latin('Patient: Jane Doe, born 1970. The quick brown fox jumps over the lazy dog.')],
    ['a picture', concat(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), new Uint8Array(200))],
    ['zeros', new Uint8Array(1000)],
    ['a TIFF', concat(Uint8Array.of(0x49, 0x49, 0x2a, 0, 8, 0, 0, 0), new Uint8Array(200))],
    [
      'something that starts like a data set',
      concat(integer(8, 2), integer(5, 2), latin('CS'), latin('\xff\xff')),
    ],
  ])('says that %s is not DICOM', (_, bytes) => expect(code(bytes)).toMatch(/not_dicom|truncated/));

  it('wants Study, Series and SOP Instance UID', () => {
    expect(code(file(LE, element(0x00080018, 'UI', latin('1.2.3.4', '\0'))))).toBe('missing_uid');
  });

  it.each(['../../etc/passwd', '1.2.3/4', '1..2', `1.${'2'.repeat(64)}`, '1.2.3 OR 1'])(
    'refuses the hostile UID %s',
    (uid) => {
      const study = element(0x0020000d, 'UI', latin(uid, '\0'));
      const rest = identity().subarray(0, 8 + 26 + 8 + 8);
      expect(code(file(LE, rest, study, element(0x0020000e, 'UI', latin('1.2'))))).toMatch(
        /bad_uid|missing_uid/,
      );
    },
  );

  it('refuses absurd dimensions before anything is allocated', () => {
    const huge = concat(
      us(0x00280002, 65535),
      element(0x00280008, 'IS', latin('2147483646')),
      us(0x00280010, 65535),
      us(0x00280011, 65535),
      us(0x00280100, 65535),
    );
    expect(code(file(LE, identity(), huge, pixelData(pixels(6))))).toBe('too_large');
    expect(code(file(LE, identity(), huge, encapsulated([], [pixels(6)])))).toBe('too_large');
  });

  it('refuses sizes that are none', () => {
    const zero = concat(us(0x00280010, 0), us(0x00280011, 5), us(0x00280100, 8));
    expect(code(file(LE, identity(), zero, pixelData(pixels(6))))).toBe('bad_image_attributes');
    const negative = concat(element(0x00280008, 'IS', latin('-3')), imageAttributes());
    expect(code(file(LE, identity(), negative, pixelData(pixels(6))))).toBe('bad_image_attributes');
  });

  it('refuses an image that is smaller than its attributes say', () => {
    expect(code(file(LE, identity(), imageAttributes(), pixelData(pixels(4))))).toBe('bad_image_attributes');
  });

  it('refuses nesting without end', () => {
    let nested = new Uint8Array(0);
    for (let depth = 0; depth < 200; depth += 1) nested = sequenceOf(0x00081140, [item(nested)]);
    expect(code(file(LE, nested))).toBe('too_large');
    const open = Array.from({ length: 5000 }, () =>
      concat(
        element(0x00081140, 'SQ', new Uint8Array(0), EXPLICIT, 0xffffffff),
        integer(0xfffe, 2),
        integer(0xe000, 2),
        integer(0xffffffff, 4),
      ),
    );
    expect(code(file(LE, ...open))).toBe('too_large');
  });

  it('refuses more elements and more text than its limits', () => {
    const many = Array.from({ length: 20 }, (_, index) => us(0x00280010 + index, 1));
    expect(code(file(LE, identity(), ...many), { maxElements: 20 })).toBe('too_large');
    expect(code(file(LE, identity()), { maxValueBytes: 10 })).toBe('too_large');
  });

  it('refuses a length that goes beyond the file', () => {
    const long = element(0x00420011, 'OB', new Uint8Array(4), EXPLICIT, 0xfffffff0);
    expect(code(file(LE, identity(), long))).toBe('truncated');
  });
});

describe('sequences', () => {
  const uidItem = (coding: typeof EXPLICIT, open: boolean) =>
    item(element(0x00081155, 'UI', latin('1.2', '\0'), coding), coding, open);
  const expected = { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['1.2'] } }, {}] };

  it.each([
    ['explicit', LE, EXPLICIT],
    ['implicit', '1.2.840.10008.1.2', IMPLICIT],
    ['big endian', '1.2.840.10008.1.2.2', BIG_ENDIAN],
  ])('reads stated and undefined lengths in %s', (_, uid, coding) => {
    for (const openSequence of [false, true]) {
      for (const openItem of [false, true]) {
        const items = [uidItem(coding, openItem), item(new Uint8Array(0), coding, openItem)];
        const sequence = sequenceOf(0x00081140, items, coding, openSequence);
        const part10 = read(file(uid, identity(coding), sequence));
        expect(part10.dataset['00081140']).toEqual(expected);
      }
    }
  });

  it('reads an empty sequence as one without value', () => {
    expect(
      read(file(LE, identity(), sequenceOf(0x00081140, [], EXPLICIT, true))).dataset['00081140'],
    ).toEqual({
      vr: 'SQ',
    });
  });

  it('reads UN of undefined length as a sequence in implicit VR little endian, even in a big endian file', () => {
    const content = concat(uidItem(IMPLICIT, true), sequenceEnd());
    const un = (coding: typeof EXPLICIT) => element(0x00091010, 'UN', content, coding, 0xffffffff);
    const value = { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['1.2'] } }] };
    expect(read(file(LE, identity(), un(EXPLICIT))).dataset['00091010']).toEqual(value);
  });

  it('reads a private sequence of undefined length in implicit VR', () => {
    const content = concat(uidItem(IMPLICIT, false), sequenceEnd());
    const bytes = file(
      '1.2.840.10008.1.2',
      identity(IMPLICIT),
      element(0x00091010, '', content, IMPLICIT, 0xffffffff),
    );
    expect(read(bytes).dataset['00091010']).toMatchObject({ vr: 'SQ' });
  });

  it('reads UN that the dictionary knows as what it is', () => {
    const un = concat(
      element(0x00081140, 'UN', uidItem(IMPLICIT, false)),
      element(0x00100020, 'UN', latin('P1')),
      element(0x00110010, 'UN', latin('ACME')),
      element(0x00111001, 'UN', latin('ab')),
    );
    const { dataset } = read(file(LE, identity(), un));
    expect(dataset['00081140']).toMatchObject({ vr: 'SQ' });
    expect(dataset['00100020']).toEqual({ vr: 'LO', Value: ['P1'] });
    expect(dataset['00110010']).toEqual({ vr: 'LO', Value: ['ACME'] });
    expect(dataset['00111001']).toEqual({ vr: 'UN', InlineBinary: 'YWI=' });
  });

  it('keeps as bytes what only claims to be a sequence', () => {
    const part10 = read(file(LE, identity(), element(0x00081140, 'UN', latin('no items here!'))));
    expect(part10.dataset['00081140']).toMatchObject({ vr: 'UN' });
    expect(part10.warnings).toContain(readWarnings.brokenSequence);
  });

  it('keeps the path of long values inside items', () => {
    const icon = item(element(0x7fe00010, 'OW', pixels(2000)));
    const part10 = read(file(LE, identity(), sequenceOf(0x00880200, [item(new Uint8Array(0)), icon])));
    expect(part10.dataset['00880200']?.Value?.[1]).toEqual({
      '7FE00010': { vr: 'OW', BulkDataURI: 'bulkdata/00880200.2.7FE00010' },
    });
    expect(part10.bulk).toMatchObject([{ path: '00880200.2.7FE00010', vr: 'OW', length: 2000 }]);
  });

  it('does not take an encapsulated icon for the image', () => {
    const icon = item(encapsulated([], [pixels(4)]), EXPLICIT, true);
    const bytes = file(
      '1.2.840.10008.1.2.5',
      identity(),
      imageAttributes(),
      sequenceOf(0x00880200, [icon], EXPLICIT, true),
      encapsulated([], [pixels(8)]),
    );
    const part10 = read(bytes);
    expect(part10.frames).toMatchObject({ kind: 'encapsulated', frames: [[{ length: 8 }]] });
    expect(part10.bulk).toHaveLength(1);
  });
});

describe('values', () => {
  const value = (tag: number, vr: string, bytes: Uint8Array, coding = EXPLICIT) => {
    const uid = coding === BIG_ENDIAN ? '1.2.840.10008.1.2.2' : LE;
    const key = tag.toString(16).toUpperCase().padStart(8, '0');
    return read(file(uid, identity(coding), element(tag, vr, bytes, coding))).dataset[key];
  };

  it('makes numbers of IS and DS, and keeps what is none', () => {
    expect(value(0x00280030, 'DS', latin('0.50\\ 1e-3'))).toEqual({ vr: 'DS', Value: [0.5, 0.001] });
    expect(value(0x00280030, 'DS', latin('0,5\\\\1'))).toEqual({ vr: 'DS', Value: ['0,5', null, 1] });
    expect(value(0x00200013, 'IS', latin('+7'))).toEqual({ vr: 'IS', Value: [7] });
    expect(value(0x00200013, 'IS', latin('1A'))).toEqual({ vr: 'IS', Value: ['1A'] });
    expect(value(0x00280030, 'DS', latin('1e999'))).toEqual({ vr: 'DS', Value: ['1e999'] });
  });

  it('gives an empty element only its VR', () => {
    expect(value(0x00280030, 'DS', new Uint8Array(0))).toEqual({ vr: 'DS' });
    expect(value(0x00100010, 'PN', latin('^^^^'))).toEqual({ vr: 'PN' });
  });

  it('reads binary numbers of every kind in both byte orders', () => {
    const eight = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe);
    expect(value(0x00280010, 'SV', eight, BIG_ENDIAN)).toEqual({ vr: 'SV', Value: [-2] });
    expect(value(0x00280010, 'UV', eight, BIG_ENDIAN)).toEqual({ vr: 'UV', Value: ['18446744073709551614'] });
    expect(value(0x00280010, 'SL', eight.slice(4), BIG_ENDIAN)).toEqual({ vr: 'SL', Value: [-2] });
    expect(value(0x00280010, 'FL', Uint8Array.of(0, 0, 0x80, 0x3f))).toEqual({ vr: 'FL', Value: [1] });
    expect(value(0x00280010, 'FD', Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf0, 0x7f))).toEqual({
      vr: 'FD',
      Value: ['inf'],
    });
    expect(value(0x00280009, 'AT', Uint8Array.of(0x18, 0, 0x63, 0x10))).toEqual({
      vr: 'AT',
      Value: ['00181063'],
    });
  });

  it('gives short binary inline and little endian, longer by location', () => {
    expect(value(0x00281201, 'OW', Uint8Array.of(1, 2, 3, 4), BIG_ENDIAN)).toEqual({
      vr: 'OW',
      InlineBinary: 'AgEEAw==',
    });
    expect(value(0x00281201, 'OB', Uint8Array.of(1, 2), BIG_ENDIAN)).toEqual({
      vr: 'OB',
      InlineBinary: 'AQI=',
    });
    expect(value(0x00281201, 'OW', new Uint8Array(1025))).toEqual({
      vr: 'OW',
      BulkDataURI: 'bulkdata/00281201',
    });
  });

  it('keeps leading spaces of texts and trims those of the rest', () => {
    expect(value(0x00204000, 'LT', latin('  a\\b  '))).toEqual({ vr: 'LT', Value: ['  a\\b'] });
    expect(value(0x00100020, 'LO', latin(' P1 '))).toEqual({ vr: 'LO', Value: ['P1'] });
  });

  it('decides between US and SS by the pixel representation, also where it comes later', () => {
    const signed = (tag: number) => element(tag, '', integer(0xfffe, 2), IMPLICIT);
    const bytes = concat(
      identity(IMPLICIT).subarray(0, 0),
      signed(0x00189810),
      identity(IMPLICIT),
      us(0x00280103, 1, IMPLICIT),
      signed(0x00280106),
    );
    const { dataset } = read(file('1.2.840.10008.1.2', bytes));
    expect(dataset['00280106']).toEqual({ vr: 'SS', Value: [-2] });
    expect(dataset['00189810']).toEqual({ vr: 'SS', Value: [-2] });
  });

  it('leaves out group lengths and keeps the first of two equal tags', () => {
    const part10 = read(
      file(
        LE,
        element(0x00080000, 'UL', integer(4, 4)),
        identity(),
        element(0x00200010, 'SH', latin('A')),
        element(0x00200010, 'SH', latin('B')),
      ),
    );
    expect(Object.keys(part10.dataset)).toEqual(['00080016', '00080018', '0020000D', '0020000E', '00200010']);
    expect(part10.dataset['00200010']).toEqual({ vr: 'SH', Value: ['A'] });
    expect(part10.warnings).toContain(readWarnings.duplicate);
  });

  it('sorts elements that are out of order', () => {
    const part10 = read(file(LE, identity(), us(0x00280010, 1), element(0x00080060, 'CS', latin('CT'))));
    expect(Object.keys(part10.dataset).at(2)).toBe('00080060');
    expect(part10.warnings).toEqual([readWarnings.order, readWarnings.pixelDataMissing]);
  });

  it('reads odd lengths', () => {
    const odd = concat(element(0x00200010, 'SH', Uint8Array.of(0x41, 0x42, 0x43)), us(0x00200013, 1));
    const part10 = read(file(LE, identity(), odd));
    expect(part10.dataset['00200010']).toEqual({ vr: 'SH', Value: ['ABC'] });
    expect(part10.warnings).toContain(readWarnings.oddLength);
  });

  it('reads implicit elements and unknown VRs inside explicit VR', () => {
    const strange = concat(
      element(0x00100020, '', latin('P1'), IMPLICIT),
      element(0x00110010, 'OX'.replace('OX', 'UN'), latin('ab')),
      concat(integer(0x0011, 2), integer(0x1002, 2), latin('ZZ'), integer(0, 2), integer(2, 4), latin('cd')),
    );
    const { dataset } = read(file(LE, identity(), strange));
    expect(dataset['00100020']).toEqual({ vr: 'LO', Value: ['P1'] });
    expect(dataset['00111002']).toEqual({ vr: 'UN', InlineBinary: 'Y2Q=' });
  });

  it('stops at padding and at bytes after the pixel data', () => {
    const image = concat(identity(), imageAttributes(), pixelData(pixels(6)));
    const padding = element(0xfffcfffc, 'OB', new Uint8Array(10));
    expect(read(file(LE, image, padding)).dataset['FFFCFFFC']).toMatchObject({ vr: 'OB' });
    expect(read(file(LE, image, new Uint8Array(512))).warnings).toEqual([readWarnings.trailingBytes]);
    expect(read(file(LE, image, latin('garbage!!! and more'))).warnings).toEqual([
      readWarnings.trailingBytes,
    ]);
  });
});
