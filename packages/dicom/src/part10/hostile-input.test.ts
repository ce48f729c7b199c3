import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DicomError } from '../dicom-error.ts';
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
  sequenceOf,
} from '../test-support/part10-files.ts';
import { randomAccess } from './random-access.ts';
import { readPart10 } from './read-part10.ts';

const fragments = [
  Uint8Array.of(0xff, 0xd8, 0xff, 1),
  Uint8Array.of(2, 3),
  Uint8Array.of(0xff, 0xd8, 0xff, 4),
];

function content(coding: typeof EXPLICIT): Uint8Array {
  const nested = item(element(0x00081155, 'UI', latin('1.2', '\0'), coding), coding, true);
  return concat(
    element(0x00080005, 'CS', latin('\\ISO 2022 IR 87'), coding),
    identity(coding),
    sequenceOf(0x00081140, [nested, nested], coding, true),
    sequenceOf(0x00082218, [item(sequenceOf(0x00081140, [nested], coding), coding)], coding),
    element(0x00100010, 'PN', latin('Yamada^Tarou=\x1b$B;3ED\x1b(B^x'), coding),
    element(0x00091010, 'UN', concat(item(latin('abcdefgh'), IMPLICIT), latin('zz')), coding),
    imageAttributes({ coding, frames: 2 }),
  );
}

const samples: readonly (readonly [string, Uint8Array])[] = [
  [
    'implicit',
    file('1.2.840.10008.1.2', content(IMPLICIT), element(0x7fe00010, 'OW', new Uint8Array(12), IMPLICIT)),
  ],
  ['explicit', file('1.2.840.10008.1.2.1', content(EXPLICIT), element(0x7fe00010, 'OW', new Uint8Array(12)))],
  [
    'big endian',
    file(
      '1.2.840.10008.1.2.2',
      content(BIG_ENDIAN),
      element(0x7fe00010, 'OW', new Uint8Array(12), BIG_ENDIAN),
    ),
  ],
  ['encapsulated', file('1.2.840.10008.1.2.4.70', content(EXPLICIT), encapsulated([0, 22], fragments))],
  [
    'with an extended table',
    file(
      '1.2.840.10008.1.2.4.70',
      content(EXPLICIT),
      element(0x7fe00001, 'OV', concat(integer(0, 4), integer(0, 4), integer(22, 4), integer(0, 4))),
      encapsulated([], fragments),
    ),
  ],
];

/** Read, or refused by our own error: nothing else may come of any bytes. */
function outcome(bytes: Uint8Array): string {
  try {
    read(bytes, {}, (deflated, maxOutputLength) => inflateRawSync(deflated, { maxOutputLength }));
    return 'read';
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    return error.code;
  }
}

describe.each(samples)('a file %s', (_, whole) => {
  it('is read whole', () => expect(outcome(whole)).toBe('read'));

  it('cut at any byte is read in part or refused', () => {
    for (let length = 0; length < whole.length; length += 1) outcome(whole.subarray(0, length));
  });

  it('never passes for complete when its pixel data is cut', () => {
    for (let missing = 9; missing < 20; missing += 1) {
      try {
        expect(read(whole.subarray(0, whole.length - missing)).warnings).not.toEqual([]);
      } catch (error) {
        expect(error).toBeInstanceOf(DicomError);
      }
    }
  });

  it('with any bytes changed is read or refused', () => {
    const change = fc.tuple(
      fc.nat(whole.length - 1),
      fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0xfe, 0xe0, 0x0d, 0xdd),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at] = value;
        outcome(bytes);
      }),
      { seed: 20261121, numRuns: 1500 },
    );
  });
});

it('reads any bytes at all without harm', () => {
  const head = samples[1]![1].subarray(0, 170);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, hasHead) => {
      outcome(hasHead ? concat(head, bytes) : bytes);
    }),
    { seed: 20261121, numRuns: 1500 },
  );
});

it('reads neither pixel data nor long values, and little else', () => {
  const size = 40_000_000;
  const head = file(
    '1.2.840.10008.1.2.1',
    identity(),
    element(0x00420011, 'OB', new Uint8Array(0), EXPLICIT, size),
  );
  const tail = concat(
    imageAttributes({ frames: 1000 }),
    element(0x7fe00010, 'OW', new Uint8Array(0), EXPLICIT, 6000),
  );
  let bytesRead = 0;
  const sparse = {
    size: head.length + size + tail.length + 6000,
    read(offset: number, length: number) {
      bytesRead += length;
      const bytes = new Uint8Array(Math.min(length, this.size - offset));
      const place = (part: Uint8Array, at: number) => {
        for (const [index, value] of part.entries()) {
          const position = at + index - offset;
          if (position >= 0 && position < bytes.length) bytes[position] = value;
        }
      };
      place(head, 0);
      place(tail, head.length + size);
      return bytes;
    },
  };
  const part10 = readPart10(sparse, { inflateRaw: (bytes) => bytes });
  expect(part10.frames).toMatchObject({ count: 1000 });
  expect(part10.bulk).toMatchObject([{ path: '00420011', offset: head.length, length: size }]);
  expect(bytesRead).toBeLessThan(300_000);
});

it('takes time in proportion to the file where a sequence has many items', () => {
  const one = item(element(0x00081155, 'UI', latin('1.2', '\0')), EXPLICIT, true);
  const many = file(
    '1.2.840.10008.1.2.1',
    identity(),
    sequenceOf(
      0x00081140,
      Array.from({ length: 20_000 }, () => one),
      EXPLICIT,
      true,
    ),
  );
  let reads = 0;
  const counted = {
    size: many.length,
    read: (offset: number, length: number) => (reads++, randomAccess(many).read(offset, length)),
  };
  const { dataset } = readPart10(counted, { inflateRaw: (bytes) => bytes });
  expect(dataset['00081140']?.Value).toHaveLength(20_000);
  expect(reads).toBeLessThan(many.length / 30_000);
});

describe('sizes of an image', () => {
  const number = (vr: 'US' | 'UL' | 'SS', value: number) => (tag: number) =>
    element(tag, vr, integer(value, vr === 'UL' ? 4 : 2));
  const described = (rows: Uint8Array, columns: Uint8Array, frames = '1') =>
    file(
      '1.2.840.10008.1.2.1',
      identity(),
      element(0x00280002, 'US', integer(1, 2)),
      element(0x00280008, 'IS', latin(frames)),
      rows,
      columns,
      element(0x00280100, 'US', integer(16, 2)),
      element(0x7fe00010, 'OW', new Uint8Array(64)),
    );
  const [ROWS, COLUMNS] = [0x00280010, 0x00280011];
  const most = number('US', 65535);
  const four = number('US', 4);

  it.each([
    ['65535 x 65535', described(most(ROWS), most(COLUMNS)), 'too_large'],
    ['65535 x 65535 of 2147483647 frames', described(most(ROWS), most(COLUMNS), '2147483647'), 'too_large'],
    ['2147483647 frames', described(four(ROWS), four(COLUMNS), '2147483647'), 'too_large'],
    ['UL rows of 2^32 - 1', described(number('UL', 0xffffffff)(ROWS), four(COLUMNS)), 'bad_image_attributes'],
    ['UL rows of 2^16 + 4', described(number('UL', 65540)(ROWS), four(COLUMNS)), 'bad_image_attributes'],
    [
      'UL rows and columns of 2^16',
      described(number('UL', 65536)(ROWS), number('UL', 65536)(COLUMNS)),
      'bad_image_attributes',
    ],
    ['no rows', described(number('US', 0)(ROWS), four(COLUMNS)), 'bad_image_attributes'],
    ['negative frames', described(four(ROWS), four(COLUMNS), '-1'), 'bad_image_attributes'],
    ['rows in the sign bit', described(number('SS', 0xfffc)(ROWS), four(COLUMNS)), 'bad_image_attributes'],
  ])('of %s are refused, and nothing is read for them', (_what, bytes, code) => {
    let bytesRead = 0;
    const counted = {
      size: bytes.length,
      read: (offset: number, length: number) => {
        bytesRead += length;
        return randomAccess(bytes).read(offset, length);
      },
    };
    expect(() => readPart10(counted, { inflateRaw: (raw) => raw })).toThrowError(
      expect.objectContaining({ code }),
    );
    expect(bytesRead).toBeLessThanOrEqual(2 * bytes.length);
  });

  it('may be stated as UL where they are sizes', () => {
    const { frames } = read(described(number('UL', 4)(ROWS), number('UL', 8)(COLUMNS)));
    expect(frames).toMatchObject({ count: 1, frameBits: 4 * 8 * 16 });
  });
});
