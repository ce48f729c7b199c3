import { describe, expect, it } from 'vitest';
import type { FramePixels } from '../image/frame-pixels.ts';
import { describeImage } from '../image/image-description.ts';
import { colorDataset, imageDataset, us } from '../test-support/image-dataset.ts';
import { describedBytes, describedPixels } from './described-bytes.ts';
import { decodeNative } from './native-frame.ts';

const size = (rows: number, columns: number) => ({ '00280010': us(rows), '00280011': us(columns) });
const pixels = (
  photometricInterpretation: 'RGB' | 'YBR_FULL',
  data: number[],
  columns: number,
): FramePixels => ({
  rows: 1,
  columns,
  samplesPerPixel: 3,
  photometricInterpretation,
  data: Uint8Array.from(data),
});
/** Red, and its YCbCr by PS3.3 C.7.6.3.1.2. */
const RED = [255, 0, 0];
const RED_YBR = [76, 85, 255];

describe('the bytes of a colour frame', () => {
  it.each([
    ['RGB', 'RGB', RED, RED],
    ['RGB', 'YBR_FULL', RED_YBR, [254, 0, 0]],
    ['YBR_FULL', 'RGB', RED, RED_YBR],
    ['YBR_FULL', 'YBR_FULL', RED_YBR, RED_YBR],
    ['YBR_ICT', 'RGB', RED, RED],
    ['YBR_RCT', 'RGB', RED, RED],
  ] as const)(
    'described as %s and decoded as %s are what the description says',
    (name, decoded, data, expected) => {
      const description = describeImage(colorDataset(name, size(1, 1)));
      expect([...describedBytes(pixels(decoded, [...data], 1), description)]).toEqual([...expected]);
    },
  );

  it('lie by plane where the description says so', () => {
    const description = describeImage(colorDataset('RGB', { ...size(1, 2), '00280006': us(1) }));
    const frame = pixels('RGB', [1, 2, 3, 4, 5, 6], 2);
    expect([...describedBytes(frame, description)]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('have one chroma for two pixels in YBR_FULL_422, as a reader of native frames expects it', () => {
    const description = describeImage(colorDataset('YBR_FULL_422', size(1, 2)));
    const bytes = describedBytes(pixels('YBR_FULL', [10, 100, 200, 20, 103, 202], 2), description);
    expect([...bytes]).toEqual([10, 20, 102, 201]);
    expect([...decodeNative(bytes, description).data]).toEqual([10, 102, 201, 20, 102, 201]);
  });

  it('do not exist in YBR_FULL_422 of an odd width, and no codec is given that colour', () => {
    const description = describeImage(colorDataset('YBR_FULL_422', size(1, 1)));
    const frame = pixels('YBR_FULL', RED_YBR, 1);
    const refusal = expect.objectContaining({ code: 'unsupported_transfer_syntax' });
    expect(() => describedBytes(frame, description)).toThrow(refusal);
    expect(() => describedPixels(frame, description)).toThrow(refusal);
  });
});

it('grey is what it is', () => {
  const description = describeImage(imageDataset(size(1, 2)));
  const frame: FramePixels = {
    rows: 1,
    columns: 2,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    data: Uint16Array.of(1, 258),
  };
  expect([...describedBytes(frame, description)]).toEqual([1, 0, 2, 1]);
  expect(describedPixels(frame, description)).toBe(frame);
});
