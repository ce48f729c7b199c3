import { describe, expect, it } from 'vitest';
import {
  concat,
  EXPLICIT,
  element,
  encapsulated,
  file,
  identity,
  imageAttributes,
  integer,
  item,
  latin,
  read,
  sequenceOf,
  us,
  pixels,
  pixelData,
} from '../test-support/part10-files.ts';

const LE = '1.2.840.10008.1.2.1';

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
    let nested: Uint8Array = new Uint8Array(0);
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
