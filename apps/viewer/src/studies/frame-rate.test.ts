import type { DicomDataset } from '@sightline/dicom';
import { expect, it } from 'vitest';
import { DEFAULT_FRAMES_PER_SECOND, framesPerSecond } from './frame-rate.ts';

const is = (value: number) => ({ vr: 'IS', Value: [value] }) as const;
const ds = (...value: (number | string)[]) => ({ vr: 'DS', Value: value }) as const;

const cases: readonly (readonly [string, DicomDataset, number])[] = [
  ['what the file recommends for display', { '00082144': is(12), '00181063': ds(10) }, 12],
  ['the frame time', { '00181063': ds('33.333') }, 30],
  ['the mean of a frame time vector, without its leading 0', { '00181065': ds(0, 40, 60) }, 20],
  ['the cine rate', { '00180040': is(24) }, 24],
  ['a default where the file says nothing', {}, DEFAULT_FRAMES_PER_SECOND],
  ['a default where the file says 0', { '00181063': ds(0), '00180040': is(0) }, DEFAULT_FRAMES_PER_SECOND],
  ['the next source where the first is empty', { '00082144': { vr: 'IS' }, '00181063': ds(50) }, 20],
  ['at most 60', { '00181063': ds(1) }, 60],
  ['at least 1', { '00181063': ds(5000) }, 1],
];

it.each(cases)('plays at %s', (_, dataset, expected) => {
  expect(framesPerSecond(dataset)).toBeCloseTo(expected, 1);
});
