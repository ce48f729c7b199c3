import { expect, test } from 'vitest';
import { DicomError } from '../dicom-error.ts';
import type { DicomDataset } from '../dicom-json.ts';
import { readDataSet } from './read-data-set.ts';
import { writeDataSet } from './write-data-set.ts';

const identifier: DicomDataset = {
  '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
  '00080020': { vr: 'DA', Value: ['20240101-20240131'] },
  '00080052': { vr: 'CS', Value: ['STUDY'] },
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎' }] },
  '00100020': { vr: 'LO' },
  '0020000D': { vr: 'UI', Value: ['1.2.3', '1.2.4'] },
  '00201208': { vr: 'IS', Value: [3] },
  '00400275': { vr: 'SQ', Value: [{ '00400009': { vr: 'SH', Value: ['S*'] } }, {}] },
};

test.each([true, false])('a data set goes out and comes back the same, explicit: %s', (explicit) => {
  expect(readDataSet(writeDataSet(identifier, { explicit }), { explicit })).toEqual(identifier);
});

test('an empty one has no bytes, and none are an empty one', () => {
  expect(writeDataSet({}, { explicit: true })).toHaveLength(0);
  expect(readDataSet(new Uint8Array(0), { explicit: true })).toEqual({});
});

test('a cut one is refused, and so is what is no element', () => {
  const bytes = writeDataSet(identifier, { explicit: false });
  expect(() => readDataSet(bytes.subarray(0, 21), { explicit: false })).toThrow(new DicomError('truncated'));
  const nonsense = [{ nonsense: { vr: 'CS' } }, { '00400275': { vr: 'SQ', Value: ['x'] } }] as const;
  for (const dataset of nonsense) {
    expect(() => writeDataSet(dataset, { explicit: true })).toThrow(new DicomError('malformed'));
  }
});
