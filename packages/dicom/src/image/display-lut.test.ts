import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { cs, ds, imageDataset, ow, sq, us } from '../test-support/image-dataset.ts';
import { defaultWindow } from './default-window.ts';
import { buildDisplayLut, displayValue } from './display-lut.ts';
import { frameTransform, type GreyTransform } from './grey-transform.ts';
import { describeImage, type ImageDescription } from './image-description.ts';
import * as Tag from './image-tags.ts';
import type { VoiChoice, VoiWindow } from './voi.ts';

const window: VoiWindow = { kind: 'window', function: 'LINEAR', center: 2048, width: 4096, origin: 'user' };

function lutOf(overrides: Parameters<typeof imageDataset>[0], voi: VoiWindow = window) {
  const image = imageDataset(overrides);
  const lut = buildDisplayLut(describeImage(image), frameTransform(image, 1), voi);
  return (stored: number) => lut.data[stored - lut.firstStored];
}

describe('buildDisplayLut', () => {
  it('rounds the real-valued output of the standard to the nearest level', () => {
    const at = lutOf({});
    // 8.03 / 4095 * 255 = 0.5: 8 stays below half a level, 9 is above.
    expect([0, 8, 9, 2048, 4094, 4095].map(at)).toEqual([0, 0, 1, 128, 255, 255]);
  });

  it('has an entry for every stored value of a signed image', () => {
    const image = imageDataset({ [Tag.PixelRepresentation]: us(1) });
    const lut = buildDisplayLut(describeImage(image), frameTransform(image, 1), { ...window, center: 0 });
    expect([lut.firstStored, lut.data.length]).toEqual([-2048, 4096]);
    expect([lut.data[0], lut.data[2048], lut.data[4095]]).toEqual([0, 128, 255]);
  });

  it('applies rescale before the window', () => {
    const at = lutOf(
      { [Tag.RescaleSlope]: ds(2), [Tag.RescaleIntercept]: ds(-1000) },
      { ...window, center: 0, width: 100 },
    );
    // 475 -> -50 HU, 524.5 -> 49 HU
    expect([475, 500, 525].map(at)).toEqual([0, 129, 255]);
  });

  it('gives MONOCHROME1 the exact complement', () => {
    const normal = lutOf({});
    const inverse = lutOf({ [Tag.PhotometricInterpretation]: cs('MONOCHROME1') });
    for (let stored = 0; stored < 4096; stored += 7)
      expect(inverse(stored)).toBe(255 - (normal(stored) ?? 0));
  });

  it('draws padding black, also where the image is inverted', () => {
    const padding = { [Tag.PixelPaddingValue]: us(4090), [Tag.PixelPaddingRangeLimit]: us(4095) };
    expect([4089, 4090, 4095].map(lutOf(padding))).toEqual([255, 0, 0]);
    const inverted = lutOf({ ...padding, [Tag.PhotometricInterpretation]: cs('MONOCHROME1') });
    expect([0, 4095].map(inverted)).toEqual([255, 0]);
  });

  it('sends the output of the VOI stage over the whole input of a presentation table', () => {
    const table = sq({ [Tag.LUTDescriptor]: us(3, 0, 8), [Tag.LUTData]: ow([10, 0, 200, 0, 30, 0]) });
    const at = lutOf({
      [Tag.PresentationLUTSequence]: table,
      [Tag.PhotometricInterpretation]: cs('MONOCHROME1'),
    });
    expect([0, 2048, 4095].map(at)).toEqual([10, 200, 30]);
  });

  it('refuses pixels that no table of 16 bits can hold', () => {
    const image = imageDataset({
      [Tag.BitsAllocated]: us(32),
      [Tag.BitsStored]: us(32),
      [Tag.HighBit]: us(31),
    });
    expect(() => buildDisplayLut(describeImage(image), frameTransform(image, 1), window)).toThrow(
      expect.objectContaining({ code: 'bad_image_attributes' }),
    );
  });
});

describe('defaultWindow', () => {
  const of = (data: Uint16Array | Int16Array | Float32Array, overrides = {}) => {
    const image = imageDataset(overrides);
    return defaultWindow(data, describeImage(image), frameTransform(image, 1));
  };

  it('spans the smallest to the largest value and says where it comes from', () => {
    expect(of(Uint16Array.of(100, 300, 200))).toEqual({
      kind: 'window',
      origin: 'pixels',
      function: 'LINEAR',
      center: 200.5,
      width: 201,
    });
  });

  it('never counts padding', () => {
    const padded = of(Uint16Array.of(0, 100, 300), { [Tag.PixelPaddingValue]: us(0) });
    expect(padded).toMatchObject({ center: 200.5, width: 201 });
  });

  it('is in rescaled units, also with a negative slope', () => {
    const rescaled = of(Uint16Array.of(0, 10), { [Tag.RescaleSlope]: ds(-2), [Tag.RescaleIntercept]: ds(5) });
    expect(rescaled).toMatchObject({ center: -4.5, width: 21 });
  });

  it('is exact where rescaling leaves fractions', () => {
    const dose = of(Uint16Array.of(0, 1000), { [Tag.RescaleSlope]: ds(0.001) });
    expect(dose).toMatchObject({ function: 'LINEAR_EXACT', center: 0.5, width: 1 });
  });

  it('is exact for floats, ignores what is no number, and survives one value', () => {
    const floats = { [Tag.BitsAllocated]: us(32), [Tag.BitsStored]: us() };
    expect(of(Float32Array.of(Number.NaN, 0.25, 0.75, Number.POSITIVE_INFINITY), floats)).toMatchObject({
      function: 'LINEAR_EXACT',
      center: 0.5,
      width: 0.5,
    });
    expect(of(Float32Array.of(3, 3), floats)).toMatchObject({ center: 3, width: 1 });
    expect(of(new Uint16Array(0))).toMatchObject({ width: 1 });
  });
});

test('the table is the pipeline, value by value, whatever the window, slope, polarity and padding', () => {
  const bits = fc.constantFrom(8, 10, 12);
  const real = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
  fc.assert(
    fc.property(
      bits,
      fc.constantFrom(0 as const, 1 as const),
      real(50),
      real(2000),
      real(5000),
      fc.double({ min: 1, max: 6000, noNaN: true }),
      fc.constantFrom('LINEAR' as const, 'LINEAR_EXACT' as const, 'SIGMOID' as const),
      fc.constantFrom('IDENTITY' as const, 'INVERSE' as const),
      fc.option(fc.tuple(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: -5000, max: 5000 })), {
        nil: undefined,
      }),
      (
        bitsStored,
        pixelRepresentation,
        slope,
        intercept,
        center,
        width,
        voiFunction,
        presentation,
        padding,
      ) => {
        const description: ImageDescription = {
          rows: 1,
          columns: 1,
          numberOfFrames: 1,
          samplesPerPixel: 1,
          photometricInterpretation: 'MONOCHROME2',
          planarConfiguration: 0,
          bitsAllocated: 16,
          bitsStored,
          highBit: bitsStored - 1,
          pixelRepresentation,
          ...(padding && { pixelPaddingValue: padding[0], pixelPaddingRangeLimit: padding[1] }),
        };
        const transform: GreyTransform = {
          modality: { kind: 'linear', slope, intercept },
          voi: [],
          presentation,
        };
        const voi: VoiChoice = { kind: 'window', center, width, function: voiFunction, origin: 'user' };
        const { firstStored, data } = buildDisplayLut(description, transform, voi);
        const toDisplay = displayValue(description, transform, voi);
        expect([...data]).toEqual(Array.from(data, (_, index) => toDisplay(firstStored + index)));
      },
    ),
    { numRuns: 150 },
  );
});
