import { describe, expect, it } from 'vitest';
import type { DicomDataset } from '../dicom-json.ts';
import { cs, ds, lo, sq, us } from '../test-support/image-dataset.ts';
import { framePlane } from './frame-plane.ts';
import * as Tag from './image-tags.ts';

const axial = { [Tag.ImageOrientationPatient]: ds(1, 0, 0, 0, 1, 0) };
const spacing = (image: DicomDataset) => framePlane(image, 1).spacing;

describe('framePlane', () => {
  it('is empty where the file says nothing', () => {
    expect(framePlane({}, 1)).toEqual({ regions: [] });
  });

  it('reads the plane of a classic image', () => {
    const plane = framePlane(
      {
        ...axial,
        [Tag.ImagePositionPatient]: ds(-10, -20, 30.5),
        [Tag.PixelSpacing]: ds(0.5, 0.25),
        [Tag.SliceThickness]: ds(5),
        [Tag.FrameOfReferenceUID]: { vr: 'UI', Value: ['1.2.3'] },
      },
      1,
    );
    expect(plane).toEqual({
      imagePositionPatient: [-10, -20, 30.5],
      imageOrientationPatient: { row: [1, 0, 0], column: [0, 1, 0] },
      spacing: { kind: 'PixelSpacing', row: 0.5, column: 0.25 },
      regions: [],
      sliceThickness: 5,
      frameOfReferenceUid: '1.2.3',
    });
  });

  it('reads each frame of an enhanced image from its own groups, else the shared ones', () => {
    const position = (z: number) => ({
      [Tag.PlanePositionSequence]: sq({ [Tag.ImagePositionPatient]: ds(0, 0, z) }),
    });
    const image = {
      [Tag.SharedFunctionalGroupsSequence]: sq({
        [Tag.PlaneOrientationSequence]: sq(axial),
        [Tag.PixelMeasuresSequence]: sq({ [Tag.PixelSpacing]: ds(1, 2), [Tag.SliceThickness]: ds(3) }),
      }),
      [Tag.PerFrameFunctionalGroupsSequence]: sq(position(1), position(2)),
    };
    expect(framePlane(image, 2)).toMatchObject({
      imagePositionPatient: [0, 0, 2],
      imageOrientationPatient: { row: [1, 0, 0] },
      spacing: { kind: 'PixelSpacing', row: 1, column: 2 },
      sliceThickness: 3,
    });
  });

  it('leaves out a plane whose vectors are no right angle', () => {
    expect(
      framePlane({ [Tag.ImageOrientationPatient]: ds(1, 0, 0, 1, 0, 0) }, 1).imageOrientationPatient,
    ).toBeUndefined();
    expect(
      framePlane({ [Tag.ImageOrientationPatient]: ds(1, 0, 0) }, 1).imageOrientationPatient,
    ).toBeUndefined();
  });

  it('moves the frames of a dose grid along the normal, or to given heights', () => {
    const dose = (...offsets: number[]) => ({
      ...axial,
      [Tag.ImagePositionPatient]: ds(1, 2, 100),
      [Tag.GridFrameOffsetVector]: ds(...offsets),
    });
    expect(framePlane(dose(0, 2.5), 2).imagePositionPatient).toEqual([1, 2, 102.5]);
    expect(framePlane(dose(100, 97.5), 2).imagePositionPatient).toEqual([1, 2, 97.5]);
  });

  it('says of every spacing what it is', () => {
    expect(spacing({ [Tag.ImagerPixelSpacing]: ds(0.2, 0.1) })).toEqual({
      kind: 'ImagerPixelSpacing',
      row: 0.2,
      column: 0.1,
    });
    expect(spacing({ [Tag.NominalScannedPixelSpacing]: ds(1, 1) })?.kind).toBe('NominalScannedPixelSpacing');
    const ratio = { [Tag.PixelAspectRatio]: { vr: 'IS' as const, Value: [4, 3] } };
    expect(spacing(ratio)).toEqual({ kind: 'PixelAspectRatio', row: 4, column: 3 });
  });

  it('takes Pixel Spacing that only repeats the detector for what it is', () => {
    const same = { [Tag.PixelSpacing]: ds(0.1, 0.1), [Tag.ImagerPixelSpacing]: ds(0.1, 0.1) };
    expect(spacing(same)?.kind).toBe('ImagerPixelSpacing');
    expect(spacing({ ...same, [Tag.PixelSpacingCalibrationType]: cs('FIDUCIAL') })?.kind).toBe(
      'PixelSpacing',
    );
    expect(spacing({ ...same, [Tag.PixelSpacing]: ds(0.08, 0.08) })?.kind).toBe('PixelSpacing');
  });

  it('ignores a spacing that is zero, negative or half', () => {
    for (const wrong of [ds(0, 1), ds(1, -1), ds(1), lo('x', 'y')]) {
      expect(spacing({ [Tag.PixelSpacing]: wrong })).toBeUndefined();
    }
  });

  it('gives ultrasound spacing only inside its regions, and only where they are distances', () => {
    const region = (unitsX: number) => ({
      [Tag.RegionLocationMinX0]: us(10),
      [Tag.RegionLocationMinY0]: us(20),
      [Tag.RegionLocationMaxX1]: us(300),
      [Tag.RegionLocationMaxY1]: us(400),
      [Tag.PhysicalUnitsXDirection]: us(unitsX),
      [Tag.PhysicalUnitsYDirection]: us(3),
      [Tag.PhysicalDeltaX]: { vr: 'FD' as const, Value: [0.05] },
      [Tag.PhysicalDeltaY]: { vr: 'FD' as const, Value: [-0.02] },
    });
    const plane = framePlane({ [Tag.SequenceOfUltrasoundRegions]: sq(region(3), region(4), {}) }, 1);
    expect(plane.spacing).toBeUndefined();
    expect(plane.regions).toEqual([
      {
        minX: 10,
        minY: 20,
        maxX: 300,
        maxY: 400,
        spacing: { kind: 'SequenceOfUltrasoundRegions', row: 0.2, column: 0.5 },
      },
    ]);
  });
});
