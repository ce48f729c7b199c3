import { describe, expect, it } from 'vitest';
import { colorDataset, cs, imageDataset, ss, us } from '../test-support/image-dataset.ts';
import { describeImage, paddingTest, storedRange } from './image-description.ts';
import * as Tag from './image-tags.ts';

const refused = expect.objectContaining({ code: 'bad_image_attributes' });

describe('describeImage', () => {
  it('reads what the file says, and one frame where it says nothing', () => {
    expect(describeImage(imageDataset())).toEqual({
      rows: 4,
      columns: 4,
      numberOfFrames: 1,
      samplesPerPixel: 1,
      photometricInterpretation: 'MONOCHROME2',
      bitsAllocated: 16,
      bitsStored: 12,
      highBit: 11,
      pixelRepresentation: 0,
      planarConfiguration: 0,
    });
  });

  it.each([
    ['no rows', { [Tag.Rows]: us() }],
    ['zero columns', { [Tag.Columns]: us(0) }],
    ['no photometric interpretation', { [Tag.PhotometricInterpretation]: cs() }],
    ['a retired photometric interpretation', { [Tag.PhotometricInterpretation]: cs('CMYK') }],
    ['three samples of grey', { [Tag.SamplesPerPixel]: us(3) }],
    ['12 bits allocated', { [Tag.BitsAllocated]: us(12) }],
    ['more bits stored than allocated', { [Tag.BitsStored]: us(17) }],
    ['a high bit below the value', { [Tag.HighBit]: us(10) }],
    ['a high bit outside the cell', { [Tag.HighBit]: us(16) }],
    ['grey that may or may not be signed', { [Tag.PixelRepresentation]: us() }],
    ['half a frame', { [Tag.NumberOfFrames]: { vr: 'IS' as const, Value: [1.5] } }],
  ])('refuses %s', (_what, overrides) => {
    expect(() => describeImage(imageDataset(overrides))).toThrow(refused);
  });

  it('takes colour for unsigned and by pixel where the file leaves that out', () => {
    const description = describeImage(
      colorDataset('RGB', { [Tag.PixelRepresentation]: us(), [Tag.PlanarConfiguration]: us() }),
    );
    expect(description).toMatchObject({ pixelRepresentation: 0, planarConfiguration: 0 });
  });

  it('counts one sample where only grey or a palette says how many there are, and never guesses for colour', () => {
    const none = { [Tag.SamplesPerPixel]: us() };
    expect(describeImage(imageDataset(none)).samplesPerPixel).toBe(1);
    expect(() => describeImage(colorDataset('RGB', none))).toThrow(refused);
  });

  it('knows floating point pixels by their element, or by the lack of Bits Stored where that was stripped', () => {
    const stripped = { [Tag.BitsStored]: us(), [Tag.HighBit]: us(), [Tag.PixelRepresentation]: us() };
    const float = { ...stripped, [Tag.BitsAllocated]: us(32) };
    expect(describeImage(imageDataset(float)).float).toBe('float');
    expect(describeImage(imageDataset({ ...stripped, [Tag.BitsAllocated]: us(64) })).float).toBe('double');
    const element = { [Tag.DoubleFloatPixelData]: { vr: 'OD' as const, BulkDataURI: 'x' } };
    expect(describeImage(imageDataset({ [Tag.BitsAllocated]: us(64), ...element })).float).toBe('double');
    expect(() => describeImage(imageDataset({ ...float, ...element }))).toThrow(refused);
  });

  it('reads a padding value with the sign of the pixels, whatever its VR says', () => {
    const signed = { [Tag.PixelRepresentation]: us(1), [Tag.BitsStored]: us(16), [Tag.HighBit]: us(15) };
    const wrong = describeImage(imageDataset({ ...signed, [Tag.PixelPaddingValue]: us(63536) }));
    expect(wrong.pixelPaddingValue).toBe(-2000);
    const unsigned = describeImage(imageDataset({ [Tag.PixelPaddingValue]: ss(-1) }));
    expect(unsigned.pixelPaddingValue).toBe(65535);
  });
});

describe('paddingTest', () => {
  it('covers the range between value and limit, both included, in either order', () => {
    for (const [value, limit] of [
      [-10, -5],
      [-5, -10],
    ]) {
      const isPadding = paddingTest({ pixelPaddingValue: value!, pixelPaddingRangeLimit: limit! });
      expect([-11, -10, -7, -5, -4].map((stored) => isPadding?.(stored))).toEqual([
        false,
        true,
        true,
        true,
        false,
      ]);
    }
  });

  it('is absent where the image declares no padding', () => {
    expect(paddingTest({})).toBeUndefined();
  });
});

describe('storedRange', () => {
  it('follows Bits Stored and the sign', () => {
    expect(storedRange({ bitsStored: 12, pixelRepresentation: 0 })).toEqual({ min: 0, max: 4095 });
    expect(storedRange({ bitsStored: 12, pixelRepresentation: 1 })).toEqual({ min: -2048, max: 2047 });
  });
});
