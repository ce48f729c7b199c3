import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementTexts } from './json-elements.ts';

const tag = fc
  .integer({ min: 0, max: 0xffffffff })
  .map((number) => number.toString(16).toUpperCase().padStart(8, '0'));
const text = fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', 'ä', 'x') });
const item = fc.dictionary(tag, fc.record({ vr: fc.constant('LO'), Value: fc.array(text) }));
const element = fc.oneof(
  fc.record({ vr: fc.constant('LO'), Value: fc.array(text) }),
  fc.record({ vr: fc.constant('OB'), InlineBinary: fc.base64String() }),
  fc.record({ vr: fc.constant('SQ'), Value: fc.array(item) }),
  fc.constant({ vr: 'UN' }),
);
const dataset = fc
  .dictionary(tag, element)
  .map((elements) => Object.entries(elements).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Not by JSON.stringify of an object: its integer-like keys would go first. */
const write = (entries: readonly (readonly [string, unknown])[]): string =>
  `{${entries.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join(',')}}`;

test('each attribute comes out as its own text, whatever its values hold', () => {
  fc.assert(
    fc.property(dataset, (entries) => {
      const found = elementTexts(write(entries), 'all');
      expect([...found]).toEqual(entries.map(([name, value]) => [name, JSON.stringify(value)]));
    }),
  );
});

test('only those asked for, and those that are not there are left out', () => {
  const json = write([
    ['00080018', { vr: 'UI', Value: ['1.2'] }],
    ['00100010', { vr: 'PN', Value: [{ Alphabetic: 'A\\"}^B' }] }],
    ['7FE00010', { vr: 'OW' }],
  ]);
  expect([...elementTexts(json, new Set(['00100010', '00100020'])).keys()]).toEqual(['00100010']);
  expect(elementTexts(json, new Set()).size).toBe(0);
  expect(elementTexts('{}', 'all').size).toBe(0);
});

test('a text that ends too early is no attribute', () => {
  for (const cut of ['{"00080018":{"vr":"UI"', '{"00080018":{"vr":"UI', '{"00080018":{"vr":"UI\\"']) {
    expect(() => elementTexts(cut, 'all')).toThrow('no JSON');
  }
});
