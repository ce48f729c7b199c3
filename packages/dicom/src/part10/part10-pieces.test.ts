import { describe, expect, test } from 'vitest';
import type { DicomDataset } from '../dicom-json.ts';
import { read } from '../test-support/part10-files.ts';
import { part10Pieces } from './part10-pieces.ts';
import { writePart10 } from './write-part10.ts';

const LE = '1.2.840.10008.1.2.1';
const JPEG = '1.2.840.10008.1.2.4.50';
const MPEG4 = '1.2.840.10008.1.2.4.102';
const uids: DicomDataset = {
  '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.7'] },
  '00080018': { vr: 'UI', Value: ['1.2.3.4'] },
  '0020000D': { vr: 'UI', Value: ['1.2.3'] },
  '0020000E': { vr: 'UI', Value: ['1.2.3.0'] },
};
const image = (bits: number, frames = 1): DicomDataset => ({
  ...uids,
  '00280002': { vr: 'US', Value: [1] },
  '00280008': { vr: 'IS', Value: [frames] },
  '00280010': { vr: 'US', Value: [1] },
  '00280011': { vr: 'US', Value: [3] },
  '00280100': { vr: 'US', Value: [bits] },
});
const pixels = { '7FE00010': { vr: 'OW', BulkDataURI: 'pixels' } } as const;

/** What is written when the bulk data is put where it goes. */
function file(
  dataset: DicomDataset,
  bulk: Readonly<Record<string, readonly Uint8Array[]>>,
  transferSyntaxUid = LE,
): Uint8Array {
  const sizesOf = (uri: string) => bulk[uri]!.map(({ length }) => length);
  const pieces = part10Pieces({ dataset, transferSyntaxUid, sizesOf });
  return Buffer.concat(
    pieces.map((piece) => (piece.kind === 'bytes' ? piece.bytes : bulk[piece.uri]![piece.place]!)),
  );
}

describe('a file in pieces', () => {
  test('is the file that is written whole, where nothing is elsewhere', () => {
    const dataset = {
      ...uids,
      '00081110': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['1.2'] } }] },
      '00090000': { vr: 'UL', Value: [8] },
    } as const;
    expect(file(dataset, {})).toEqual(Buffer.from(writePart10({ dataset, transferSyntaxUid: LE })));
  });

  test.each([8, 16])('has native pixels of %i bits as the whole one has them', (bits) => {
    const bytes = Uint8Array.from({ length: (3 * bits) / 8 }, (_, at) => at + 1);
    const whole = writePart10({ dataset: image(bits), transferSyntaxUid: LE, pixelData: bytes });
    expect(file({ ...image(bits), ...pixels }, { pixels: [bytes] })).toEqual(Buffer.from(whole));
  });

  test('has coded frames as the whole one has them', () => {
    const frames = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5), Uint8Array.of(6)];
    const whole = writePart10({ dataset: image(8, 3), transferSyntaxUid: JPEG, pixelData: frames });
    expect(file({ ...image(8, 3), ...pixels }, { pixels: frames }, JPEG)).toEqual(Buffer.from(whole));
    const video = writePart10({ dataset: image(8, 3), transferSyntaxUid: MPEG4, pixelData: [frames[0]!] });
    expect(file({ ...image(8, 3), ...pixels }, { pixels: [frames[0]!] }, MPEG4)).toEqual(Buffer.from(video));
  });

  test('has values of every kind where they belong, in sequences too', () => {
    const long = new Uint8Array(70_000).fill(3);
    const bytes = file(
      {
        ...uids,
        '00080005': { vr: 'CS', Value: ['ISO_IR 100'] },
        '00081110': {
          vr: 'SQ',
          Value: [
            {},
            {
              '00080005': { vr: 'CS', Value: ['ISO_IR 100'] },
              '00203000': { vr: 'LT', BulkDataURI: 'text' },
              '00081155': { vr: 'UI', BulkDataURI: 'uid' },
              '00283006': { vr: 'US', BulkDataURI: 'long' },
              '00283010': { vr: 'SQ', Value: [{ '00283006': { vr: 'OW', BulkDataURI: 'empty' } }] },
            },
          ],
        },
        '00420011': { vr: 'OB', BulkDataURI: 'document' },
        '00420012': { vr: 'LO', Value: ['application/pdf'] },
      },
      {
        text: [new TextEncoder().encode('Brücke ')],
        uid: [new TextEncoder().encode('1.2.3')],
        long: [long],
        empty: [new Uint8Array(0)],
        document: [Uint8Array.of(1, 2, 3)],
      },
    );
    const { dataset, bulk, warnings } = read(bytes);
    expect(warnings).toEqual([]);
    expect(dataset['00080005']).toEqual({ vr: 'CS', Value: ['ISO_IR 192'] });
    expect(dataset['00420011']).toEqual({ vr: 'OB', InlineBinary: 'AQIDAA==' });
    expect(dataset['00420012']).toEqual({ vr: 'LO', Value: ['application/pdf'] });
    const [first, second] = dataset['00081110']!.Value as DicomDataset[];
    expect(first).toEqual({});
    expect(second).toMatchObject({
      '00081155': { vr: 'UI', Value: ['1.2.3'] },
      '00203000': { vr: 'LT', Value: ['Brücke'] },
      '00283010': { vr: 'SQ', Value: [{ '00283006': { vr: 'OW' } }] },
    });
    expect(bulk.map(({ length }) => length)).toEqual([70_000]);
  });

  test.each([
    ['bulk data in two parts', { '00420011': { vr: 'OB', BulkDataURI: 'two' } }],
    ['a number of half a word', { '00283006': { vr: 'US', BulkDataURI: 'odd' } }],
    [
      'an item that is none',
      { '00081110': { vr: 'SQ', Value: ['x', { '00420011': { vr: 'OB', BulkDataURI: 'odd' } }] } },
    ],
  ] as const)('refuses %s', (_name, elements) => {
    const bulk = { two: [new Uint8Array(2), new Uint8Array(2)], odd: [new Uint8Array(3)] };
    expect(() => file({ ...uids, ...elements }, bulk)).toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
  });

  test('refuses what would call pixels something that they are not', () => {
    const inline = { '7FE00010': { vr: 'OW', InlineBinary: 'AAAA' } } as const;
    for (const dataset of [uids, { ...image(8), ...inline }]) {
      expect(() => file(dataset, {}, JPEG)).toThrow(expect.objectContaining({ code: 'malformed' }));
    }
    for (const syntax of ['1.2.840.10008.1.2', '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99', '1.9']) {
      expect(() => file(uids, {}, syntax)).toThrow(
        expect.objectContaining({ code: 'unsupported_transfer_syntax' }),
      );
    }
  });

  test('refuses native pixels of 4 GiB, and leaves the table of more than 4 GiB of frames empty', () => {
    const huge = (transferSyntaxUid: string, sizes: number[]) =>
      part10Pieces({ dataset: { ...image(8), ...pixels }, transferSyntaxUid, sizesOf: () => sizes });
    expect(() => huge(LE, [2 ** 32])).toThrow(expect.objectContaining({ code: 'too_large' }));
    expect(() => huge(JPEG, [2 ** 32])).toThrow(expect.objectContaining({ code: 'too_large' }));
    const [head] = huge(JPEG, [2 ** 31, 2 ** 31, 2 ** 31, 10]);
    const bytes = head!.kind === 'bytes' ? head!.bytes : new Uint8Array(0);
    // The item of the table is empty, and the first fragment follows.
    expect(Buffer.from(bytes.subarray(-16)).toString('hex')).toBe('feff00e000000000feff00e000000080');
  });
});
