import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseDicomJson } from './dicom-json-reader.ts';

test('reads one data set or several, with tags in upper case and in order', () => {
  const one = { '0008103e': { vr: 'LO', Value: ['x'] }, '00080060': { vr: 'CS', Value: ['CT', '', null] } };
  const read = {
    '00080060': { vr: 'CS', Value: ['CT', null, null] },
    '0008103E': { vr: 'LO', Value: ['x'] },
  };
  expect(parseDicomJson(JSON.stringify(one))).toEqual([read]);
  expect(parseDicomJson(JSON.stringify([one, {}]))).toEqual([read, {}]);
  expect(Object.keys(parseDicomJson(JSON.stringify(one))[0]!)).toEqual(['00080060', '0008103E']);
});

test('gives back what is in its form already', () => {
  const text = readFileSync(new URL('../../../fixtures/native-model/all-vrs.json', import.meta.url), 'utf8');
  expect(parseDicomJson(text)).toEqual([JSON.parse(text)]);
});

test('takes the emptinesses of other programs for one', () => {
  const text = JSON.stringify({
    '00080050': { vr: 'SH', Value: [] },
    '00081110': { vr: 'SQ', Value: [null, {}] },
    '00100010': { vr: 'PN', Value: [{ Alphabetic: '' }, 'Doe^Jane', {}, ''] },
    '00420011': { vr: 'OB', InlineBinary: '' },
  });
  expect(parseDicomJson(text)).toEqual([
    {
      '00080050': { vr: 'SH' },
      '00081110': { vr: 'SQ', Value: [{}, {}] },
      '00100010': { vr: 'PN', Value: [null, 'Doe^Jane', null, null] },
      '00420011': { vr: 'OB' },
    },
  ]);
});

describe('refuses', () => {
  const of = (element: unknown, tag = '00080060') => JSON.stringify({ [tag]: element });
  test.each([
    ['nothing', ''],
    ['what is no JSON', '{'],
    ['a number', '1'],
    ['an array in an array', '[[]]'],
    ['a keyword for a tag', of({ vr: 'CS' }, 'Modality')],
    ['the name of a prototype for a tag', '{"__proto__":{"vr":"CS"}}'],
    ['a tag twice', '{"0008103E":{"vr":"LO"},"0008103e":{"vr":"LO"}}'],
    ['an element that is none', of('CT')],
    ['no VR', of({ Value: ['CT'] })],
    ['a VR that is none', of({ vr: 'toString' })],
    ['two forms of a value', of({ vr: 'OB', InlineBinary: 'AA==', BulkDataURI: 'x' })],
    ['a value that is no list', of({ vr: 'CS', Value: 'CT' })],
    ['values of a binary VR', of({ vr: 'OB', Value: [1] })],
    ['an object for a text', of({ vr: 'CS', Value: [{}] })],
    ['a truth value', of({ vr: 'US', Value: [true] })],
    ['a text for an item', of({ vr: 'SQ', Value: ['x'] })],
    ['an unknown group of a name', of({ vr: 'PN', Value: [{ Latin: 'x' }] })],
    ['a name that is no text', of({ vr: 'PN', Value: [{ Alphabetic: 1 }] })],
    ['what is not base64', of({ vr: 'OB', InlineBinary: '?' })],
    ['an address that is no text', of({ vr: 'OB', BulkDataURI: 1 })],
    ['a sequence elsewhere', of({ vr: 'SQ', BulkDataURI: 'x' })],
    ['a sequence in base64', of({ vr: 'SQ', InlineBinary: 'AA==' })],
  ])('%s', (_name, text) => {
    expect(() => parseDicomJson(text)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  test('items in items without end', () => {
    const nested = (depth: number): string =>
      '{"00081115":{"vr":"SQ","Value":['.repeat(depth) + '{}' + ']}}'.repeat(depth);
    expect(parseDicomJson(nested(32))).toHaveLength(1);
    expect(() => parseDicomJson(nested(33))).toThrow(expect.objectContaining({ code: 'too_large' }));
    expect(() => parseDicomJson(nested(100_000))).toThrow(expect.objectContaining({ code: 'too_large' }));
  });
});
