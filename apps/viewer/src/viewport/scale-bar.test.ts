import { describe, expect, it } from 'vitest';
import { scaleBar } from './scale-bar.ts';
import { imageSize, INITIAL_VIEW, placeImage, rotateClockwise } from './view.ts';

const viewport = { width: 1000, height: 1000 };
const image = imageSize(500, 500, undefined);
const placed = placeImage(image, viewport, INITIAL_VIEW);
const plane = (
  kind: 'PixelSpacing' | 'ImagerPixelSpacing' | 'PixelAspectRatio',
  row: number,
  column = row,
) => ({
  regions: [],
  spacing: { kind, row, column },
});

describe('scaleBar', () => {
  it('takes the longest round length within a quarter of the viewport', () => {
    expect(scaleBar(plane('PixelSpacing', 0.5), placed, 1000, false)).toEqual({
      length: 200,
      amount: 5,
      unit: 'cm',
      plane: 'patient',
    });
  });

  it('says where a length is measured when that is not in the patient', () => {
    expect(scaleBar(plane('ImagerPixelSpacing', 0.01), placed, 1000, false)).toMatchObject({
      amount: 1,
      unit: 'mm',
      plane: 'detector',
    });
  });

  it('counts pixels where there is no size', () => {
    expect(scaleBar({ regions: [] }, placed, 1000, false)).toMatchObject({ amount: 100, unit: 'px' });
    expect(scaleBar(plane('PixelAspectRatio', 2), placed, 1000, false)).toMatchObject({ unit: 'px' });
  });

  it('measures along the rows of the file once the image is turned', () => {
    const turned = placeImage(image, viewport, rotateClockwise(INITIAL_VIEW));
    expect(scaleBar(plane('PixelSpacing', 1, 0.5), turned, 1000, false)?.length).toBe(200);
  });

  it('draws nothing in an ultrasound image without a calibrated region', () => {
    expect(scaleBar(plane('PixelSpacing', 0.5), placed, 1000, true)).toBeUndefined();
  });

  it('takes the largest region of an ultrasound image', () => {
    const region = (maxX: number, mm: number) => ({
      minX: 0,
      minY: 0,
      maxX,
      maxY: 100,
      spacing: { kind: 'SequenceOfUltrasoundRegions' as const, row: mm, column: mm },
    });
    const bar = scaleBar({ regions: [region(10, 9), region(100, 0.5)] }, placed, 1000, true);
    expect(bar).toMatchObject({ amount: 5, unit: 'cm' });
  });
});
