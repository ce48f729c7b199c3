import { expect, it } from 'vitest';
import { formatDicomJson } from './dicom-json-text.ts';

it('writes keys in ascending order, whatever JavaScript makes of them', () => {
  const dataset = {
    '30060010': {
      vr: 'SQ',
      Value: [{ '30060024': { vr: 'UI', Value: ['1.2'] }, '00081150': { vr: 'UI' } }, {}],
    },
    '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
    '7FE00010': { vr: 'OW', BulkDataURI: 'x' },
    '300A0002': { vr: 'SH', Value: ['"plan"'] },
  } as const;
  const text = formatDicomJson(dataset);
  expect(JSON.parse(text)).toEqual(dataset);
  expect([...text.matchAll(/"([0-9A-F]{8})":/g)].map((match) => match[1])).toEqual([
    '00080005',
    '30060010',
    '00081150',
    '30060024',
    '300A0002',
    '7FE00010',
  ]);
});

it('writes an empty data set', () => {
  expect(formatDicomJson({})).toBe('{}');
});
