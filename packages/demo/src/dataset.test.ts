import { expect, test } from 'vitest';
import { code, dataset } from './dataset.ts';

test('keywords become tags in ascending order, with the VR of the dictionary', () => {
  expect(Object.entries(dataset({ Rows: 2, PatientID: 'A', PixelSpacing: [0.5, 0.5] }))).toEqual([
    ['00100020', { vr: 'LO', Value: ['A'] }],
    ['00280010', { vr: 'US', Value: [2] }],
    ['00280030', { vr: 'DS', Value: [0.5, 0.5] }],
  ]);
});

test('a VR that depends on the sign of the pixels follows it', () => {
  expect(dataset({ PixelRepresentation: 1, PixelPaddingValue: -2000 })['00280120']?.vr).toBe('SS');
  expect(dataset({ PixelRepresentation: 0, PixelPaddingValue: 0 })['00280120']?.vr).toBe('US');
});

test('names are written as component groups, empty lists as empty elements, items as items', () => {
  expect(dataset({ PatientName: 'DEMO^A' })['00100010']).toEqual({
    vr: 'PN',
    Value: [{ Alphabetic: 'DEMO^A' }],
  });
  expect(dataset({ PatientOrientation: [] })['00200020']).toEqual({ vr: 'CS' });
  const item = code('1', 'SCT', 'x');
  expect(dataset({ ViewCodeSequence: item })['00540220']).toEqual({ vr: 'SQ', Value: [item] });
});

test('a misspelt keyword is refused', () => {
  expect(() => dataset({ PatientNome: 'x' })).toThrow(RangeError);
});
