import { describeImage } from '@sightline/dicom';
import { describe, expect, it } from 'vitest';
import { nativeGrey } from './decoded-frame.ts';

const us = (value: number) => ({ vr: 'US', Value: [value] }) as const;
const description = describeImage({
  '00280002': us(1),
  '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
  '00280010': us(3),
  '00280011': us(3),
  '00280100': us(8),
  '00280101': us(8),
  '00280102': us(7),
  '00280103': us(0),
});

describe('nativeGrey', () => {
  it.each([9, 10])('takes a frame of 9 pixels in %i bytes', (length) => {
    expect(nativeGrey(new Uint8Array(length), description)).toMatchObject({ columns: 3, rows: 3 });
  });

  it.each([0, 8, 11, 18])('refuses %i bytes: they are not this image', (length) => {
    expect(() => nativeGrey(new Uint8Array(length), description)).toThrow();
  });
});
