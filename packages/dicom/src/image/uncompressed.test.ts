import { describe, expect, it } from 'vitest';
import { cs, imageDataset, us } from '../test-support/image-dataset.ts';
import * as Tag from './image-tags.ts';
import { describeUncompressed } from './uncompressed.ts';

const color = (photometric: string, planar: 0 | 1) =>
  imageDataset({
    [Tag.SamplesPerPixel]: us(3),
    [Tag.PhotometricInterpretation]: cs(photometric),
    [Tag.PlanarConfiguration]: us(planar),
    [Tag.BitsAllocated]: us(8),
    [Tag.BitsStored]: us(8),
    [Tag.HighBit]: us(7),
  });

describe('describeUncompressed', () => {
  it('leaves grey and RGB by pixel as they are', () => {
    expect(describeUncompressed(imageDataset({}), 1)?.photometricInterpretation).toBe('MONOCHROME2');
    expect(describeUncompressed(color('RGB', 0), 1)?.photometricInterpretation).toBe('RGB');
  });

  it('knows that a colour transform of JPEG 2000 is undone', () => {
    for (const planar of [0, 1] as const) {
      expect(describeUncompressed(color('YBR_RCT', planar), 1)).toMatchObject({
        photometricInterpretation: 'RGB',
        planarConfiguration: planar,
      });
    }
  });

  it.each([
    ['YBR_FULL', 0],
    ['YBR_FULL_422', 0],
    ['RGB', 1],
  ] as const)('does not guess at %s with planar configuration %i', (photometric, planar) => {
    expect(describeUncompressed(color(photometric, planar), 1)).toBeUndefined();
  });
});
