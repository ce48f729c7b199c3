import { expect, test } from 'vitest';
import { writePdf } from './pdf.ts';

const text = (pdf: Uint8Array): string => new TextDecoder('latin1').decode(pdf);

test('the cross-reference table says where each object begins', () => {
  const file = text(writePdf('Title', ['one', 'two']));
  const [table = ''] = /xref\n0 7\n(.*?)trailer/s.exec(file)?.slice(1) ?? [];
  const offsets = [...table.matchAll(/(\d{10}) 00000 n/g)].map(([, offset]) => Number(offset));
  expect(offsets).toHaveLength(6);
  for (const [index, offset] of offsets.entries())
    expect(file.slice(offset)).toMatch(new RegExp(`^${index + 1} 0 obj\n`));
  expect(file.slice(Number(/startxref\n(\d+)/.exec(file)?.[1]))).toMatch(/^xref\n/);
});

test('parentheses and backslashes in the text do not end the string they stand in', () => {
  expect(text(writePdf('a (b) \\ c', []))).toContain('(a \\(b\\) \\\\ c)');
});
