import { describeImage, frameTransform, type DicomDataset, type VoiChoice } from '@sightline/dicom';
import { describe, expect, it } from 'vitest';
import { nativeGrey } from '../decode/decoded-frame.ts';
import { displayTable } from './display-table.ts';

const voi: VoiChoice = { kind: 'window', center: 0, width: 255, function: 'LINEAR_EXACT', origin: 'file' };

function image(
  bitsAllocated: number,
  bitsStored: number,
  signed: 0 | 1,
  highBit = bitsStored - 1,
): DicomDataset {
  const us = (value: number) => ({ vr: 'US', Value: [value] }) as const;
  return {
    '00280002': us(1),
    '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
    '00280010': us(1),
    '00280011': us(2),
    '00280100': us(bitsAllocated),
    '00280101': us(bitsStored),
    '00280102': us(highBit),
    '00280103': us(signed),
  };
}

function tableOf(dataset: DicomDataset) {
  return displayTable(describeImage(dataset), frameTransform(dataset, 1), voi);
}

describe('displayTable', () => {
  it('finds negative values at their two’s complement', () => {
    const table = tableOf(image(16, 12, 1));
    expect([table[0xffff], table[0x0fff]]).toEqual([table[0x0fff], table[0xffff]]);
    expect(table[0xffff]).toBe(127);
    expect(table[0x0001]).toBeGreaterThan(table[0xffff]!);
  });

  it('does not let overlays in the unused bits change a value', () => {
    const table = tableOf(image(16, 12, 0));
    expect(table[0xf005]).toBe(table[0x0005]);
  });

  it('has an entry for every pattern of 8 and of 16 bits', () => {
    expect(tableOf(image(8, 8, 0))).toHaveLength(256);
    expect(tableOf(image(16, 16, 1))).toHaveLength(65536);
  });

  it('gives the same object for the same question', () => {
    expect(tableOf(image(16, 12, 0))).toBe(tableOf(image(16, 12, 0)));
  });
});

describe('nativeGrey', () => {
  it('reads words without changing them', () => {
    const frame = nativeGrey(Uint8Array.of(1, 0, 0xff, 0xff), describeImage(image(16, 16, 1)));
    expect(frame).toMatchObject({ kind: 'stored', bits: Uint16Array.of(1, 0xffff) });
  });

  it('ignores the padding byte behind an odd frame', () => {
    expect(nativeGrey(Uint8Array.of(7, 8, 0), describeImage(image(8, 8, 0)))).toMatchObject({
      bits: Uint8Array.of(7, 8),
    });
  });

  it('refuses a frame that is cut', () => {
    expect(() => nativeGrey(Uint8Array.of(1, 0, 2), describeImage(image(16, 16, 0)))).toThrow(
      'The pixel data of this frame is missing or incomplete.',
    );
  });

  it('leaves values that do not end at bit 0 to the decoder', () => {
    expect(nativeGrey(new Uint8Array(4), describeImage(image(16, 12, 0, 15)))).toBeUndefined();
  });
});
