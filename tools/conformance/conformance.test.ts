import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { conformanceDocument } from './document.ts';
import { table } from './markdown.ts';

test('CONFORMANCE.md is what the tables say: run node tools/generate-conformance.ts', () => {
  const file = readFileSync(new URL('../../CONFORMANCE.md', import.meta.url), 'utf8');
  expect(file).toBe(conformanceDocument());
});

test('a cell of a table cannot end it', () => {
  expect(table(['a', 'bc'], [['x|y', 'z']])).toBe('| a    | bc |\n| ---- | -- |\n| x\\|y | z  |');
});
