import { describe, expect, it } from 'vitest';
import {
  BIG_ENDIAN,
  concat,
  EXPLICIT,
  element,
  encapsulated,
  file,
  IMPLICIT,
  identity,
  imageAttributes,
  integer,
  item,
  latin,
  read,
  sequenceEnd,
  sequenceOf,
  us,
  pixels,
  pixelData,
} from '../test-support/part10-files.ts';
import { readWarnings } from './read-warnings.ts';

const LE = '1.2.840.10008.1.2.1';

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
    const bytes = file(
      '1.2.840.10008.1.2.2',
      identity(BIG_ENDIAN),
      un(BIG_ENDIAN),
      us(0x00280010, 5, BIG_ENDIAN),
    );
    expect(read(bytes).dataset).toMatchObject({ '00091010': value, '00280010': { Value: [5] } });
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
