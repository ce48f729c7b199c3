import type { DicomDataset } from '@sightline/dicom';
import { describe, expect, it } from 'vitest';
import { annotationText } from './annotations.ts';
import { type Glyph, glyphsOf } from './glyphs.ts';
import { writeOnPicture } from './write-on-picture.ts';

const dataset: DicomDataset = {
  '00080020': { vr: 'DA', Value: ['20240229'] },
  '00080030': { vr: 'TM', Value: ['091530.25'] },
  '00080060': { vr: 'CS', Value: ['CT'] },
  '0008103E': { vr: 'LO', Value: ['Thorax'] },
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎' }] },
  '00100020': { vr: 'LO', Value: ['P-1'] },
  '00100030': { vr: 'DA', Value: ['19600229'] },
  '00100040': { vr: 'CS', Value: ['M'] },
  '00180050': { vr: 'DS', Value: [2.5] },
  '00200011': { vr: 'IS', Value: [3] },
  '00200013': { vr: 'IS', Value: [7] },
  '00280008': { vr: 'IS', Value: [20] },
  '00282110': { vr: 'CS', Value: ['01'] },
  '00282112': { vr: 'DS', Value: [12] },
};

describe('annotationText', () => {
  it('names patient and technique, each where it is asked for', () => {
    const voi = { kind: 'window', center: 40, width: 400.126, function: 'LINEAR', origin: 'file' } as const;
    expect(annotationText(dataset, ['patient'], { frame: 2 })).toEqual({
      above: ['Yamada, Tarou', 'ID P-1', 'born 1960-02-29  M'],
      below: [],
    });
    expect(annotationText(dataset, ['technique'], { frame: 2, voi })).toEqual({
      above: [],
      below: [
        'CT  2024-02-29  09:15:30',
        'Thorax',
        'Series 3  Image 7  Frame 2/20  2.5 mm',
        'C 40 W 400.13  lossy 12:1',
      ],
    });
  });

  it('says what is missing of a patient, and shows what is no date as it is', () => {
    expect(annotationText({}, ['patient', 'technique'], { frame: 1 })).toEqual({
      above: ['No patient name', 'ID missing'],
      below: [],
    });
    const odd = annotationText({ '00100030': { vr: 'DA', Value: ['spring'] } }, ['patient'], { frame: 1 });
    expect(odd.above[2]).toBe('born spring');
  });
});

const dotsOf = ({ rows }: Glyph): string =>
  rows.map((row) => [0, 1, 2, 3, 4].map((x) => (row & (1 << x) ? '#' : '.')).join('')).join('\n');

const drawn = (text: string): readonly string[] => glyphsOf(text).map(dotsOf);

describe('glyphsOf', () => {
  it('draws every printable letter of ASCII, each unlike all others', () => {
    const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, at) => at + 32));
    expect(new Set(drawn(ascii)).size).toBe(95);
  });

  it('draws an A as one knows it', () => {
    expect(drawn('A')[0]!.split('\n').slice(3, 10)).toEqual([
      '..#..',
      '.#.#.',
      '#...#',
      '#...#',
      '#####',
      '#...#',
      '#...#',
    ]);
  });

  it('keeps the marks of letters, composed or not, and spells what has none', () => {
    const marked = 'ÀÁÂÃÄÅÇÈÉÊËÑÖŠŽČąęőşţ';
    expect(new Set([...drawn(marked), ...drawn('AACENOSZCaeost')]).size).toBe(marked.length + 12);
    expect(drawn('e\u0301')).toEqual(drawn('é'));
    expect(drawn('Straße Øre')).toEqual(drawn('Strasse OEre'));
  });

  it('draws a box for what it cannot draw, and never another letter', () => {
    const [box] = drawn('山');
    expect(drawn('山田Ωя🙂')).toEqual([box, box, box, box, box]);
    expect(drawn('x\u0331')).toEqual([box]);
    expect(drawn('a\u0000\tb')).toEqual(drawn('a  b'));
  });
});

describe('writeOnPicture', () => {
  const picture = (columns: number, rows: number, channels: 1 | 3 = 1) => ({
    columns,
    rows,
    channels,
    data: new Uint8Array(columns * rows * channels).fill(100),
  });
  const touched = (columns: number, { data }: { data: Uint8Array }, from: number, to: number): boolean =>
    data.subarray(from * columns, to * columns).some((level) => level !== 100);

  it('writes above and below, white with a black edge, on a copy', () => {
    const before = picture(120, 100);
    const after = writeOnPicture(before, { above: ['Ab'], below: ['c', 'd'] });
    expect(before.data.every((level) => level === 100)).toBe(true);
    expect(new Set(after.data)).toEqual(new Set([0, 100, 255]));
    expect(touched(120, after, 0, 14)).toBe(true);
    expect(touched(120, after, 14, 70)).toBe(false);
    expect(touched(120, after, 74, 100)).toBe(true);
  });

  it('writes twice as large on twice the picture, and on colour', () => {
    const count = (size: number, channels: 1 | 3): number =>
      writeOnPicture(picture(size, size, channels), { above: ['Name'], below: [] }).data.filter(
        (level) => level === 255,
      ).length;
    expect(count(512, 1)).toBe(4 * count(256, 1));
    expect(count(256, 3)).toBe(3 * count(256, 1));
  });

  it('breaks lines, leaves out the lower ones first, and marks what is cut', () => {
    const lines = { above: ['ABCDEFGH'], below: ['below'] };
    // Four letters to a line and two lines: the name, and nothing else.
    const small = writeOnPicture(picture(26, 26), lines);
    const nameOnly = writeOnPicture(picture(26, 26), { above: ['ABCD', 'EFGH'], below: [] });
    expect(small.data).toEqual(nameOnly.data);
    const cut = writeOnPicture(picture(26, 14), lines);
    expect(cut.data).toEqual(writeOnPicture(picture(26, 14), { above: ['A...'], below: [] }).data);
    const none = writeOnPicture(picture(4, 4), lines);
    expect(none.data.every((level) => level === 100)).toBe(true);
  });
});
