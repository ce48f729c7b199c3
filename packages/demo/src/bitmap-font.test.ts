import { expect, test } from 'vitest';
import { drawText, textWidth } from './bitmap-font.ts';

function cells(text: string, scale: number): string {
  const width = textWidth(text, scale);
  const lines = Array.from({ length: 7 * scale }, () => Array.from({ length: width }, () => '.'));
  drawText(text, { x: 0, y: 0, scale }, (x, y) => {
    lines[y]![x] = '#';
  });
  return lines.map((line) => line.join('')).join('\n');
}

test('letters stand side by side with one empty column between them', () => {
  expect(cells('TL', 1).split('\n')[6]).toBe('..#...#####');
});

test('a larger text is the same text', () => {
  const large = cells('D', 3).split('\n');
  expect(
    large
      .filter((_, i) => i % 3 === 0)
      .map((line) => line.replaceAll(/(.)../g, '$1'))
      .join('\n'),
  ).toBe(cells('D', 1));
});

test('an empty text draws nothing; a character outside the font is refused', () => {
  expect(() => drawText('', { x: 0, y: 0, scale: 1 }, () => expect.fail())).not.toThrow();
  expect(() => drawText('é', { x: 0, y: 0, scale: 1 }, () => undefined)).toThrow(RangeError);
});
