import { getItems, getNumber, getNumbers, getText } from '../attributes.ts';
import type { DicomDataset } from '../dicom-json.ts';
import { functionalGroup } from './functional-groups.ts';
import * as Tag from './image-tags.ts';

export type Vector3 = readonly [x: number, y: number, z: number];

/** Distances between the centres of neighbouring pixels. */
export interface PixelDistance {
  /** Down a column, from row to row. */
  readonly row: number;
  /** Along a row, from column to column. */
  readonly column: number;
}

/**
 * Where a distance comes from, because that decides what may be measured with it: `PixelSpacing` is in the patient,
 * `ImagerPixelSpacing` and `NominalScannedPixelSpacing` are not (PS3.3 10.7.1), and `PixelAspectRatio` is only a ratio:
 * row and column are then without unit.
 */
export interface PixelSpacing extends PixelDistance {
  readonly kind: 'PixelSpacing' | 'ImagerPixelSpacing' | 'NominalScannedPixelSpacing' | 'PixelAspectRatio';
}

/** A calibrated part of an ultrasound image, PS3.3 C.8.5.5; bounds in pixels from 0, inclusive. */
export interface CalibratedRegion {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  /** Millimetres. */
  readonly spacing: PixelDistance & { readonly kind: 'SequenceOfUltrasoundRegions' };
}

/** The place of a frame in the patient, and the size of its pixels. Millimetres. Whatever the file lacks is absent. */
export interface FramePlane {
  /** Centre of the first pixel. */
  readonly imagePositionPatient?: Vector3;
  /** Unit vectors along a row (rightwards on screen) and down a column, checked to be perpendicular. */
  readonly imageOrientationPatient?: { readonly row: Vector3; readonly column: Vector3 };
  /** Of the whole frame. */
  readonly spacing?: PixelSpacing;
  /** Inside a region, its spacing is the one that holds; empty unless ultrasound. */
  readonly regions: readonly CalibratedRegion[];
  readonly sliceThickness?: number;
  readonly frameOfReferenceUid?: string;
}

/**
 * Reads plane and spacing of one frame: PS3.3 C.7.6.2, of enhanced images from the functional groups (per-frame before
 * shared), of RT Dose with the Grid Frame Offset Vector (C.8.8.3).
 * @param frame counts from 1.
 */
export function framePlane(ds: DicomDataset, frame: number): FramePlane {
  const measures = functionalGroup(ds, frame, Tag.PixelMeasuresSequence) ?? ds;
  const orientation = orientationOf(functionalGroup(ds, frame, Tag.PlaneOrientationSequence) ?? ds);
  const position = positionOf(ds, frame, orientation);
  const spacing = spacingOf(ds, measures);
  const thickness = getNumber(measures, Tag.SliceThickness);
  const frameOfReferenceUid = getText(ds, Tag.FrameOfReferenceUID);
  return {
    ...(position && { imagePositionPatient: position }),
    ...(orientation && { imageOrientationPatient: orientation }),
    ...(spacing && { spacing }),
    regions: getItems(ds, Tag.SequenceOfUltrasoundRegions).flatMap(calibratedRegion),
    ...(thickness !== undefined && thickness > 0 ? { sliceThickness: thickness } : {}),
    ...(frameOfReferenceUid !== undefined && { frameOfReferenceUid }),
  };
}

type Orientation = NonNullable<FramePlane['imageOrientationPatient']>;

function positionOf(ds: DicomDataset, frame: number, orientation?: Orientation): Vector3 | undefined {
  const group = functionalGroup(ds, frame, Tag.PlanePositionSequence) ?? ds;
  const position = vector(getNumbers(group, Tag.ImagePositionPatient), 0);
  const offset = getNumbers(ds, Tag.GridFrameOffsetVector)?.[frame - 1];
  if (group !== ds || position === undefined || offset === undefined) return position;
  return doseFramePosition(ds, position, offset, orientation);
}

/** The first offset is 0 where they are distances from the first frame; else they are z coordinates, C.8.8.3.2. */
function doseFramePosition(
  ds: DicomDataset,
  first: Vector3,
  offset: number,
  orientation?: Orientation,
): Vector3 | undefined {
  if (getNumbers(ds, Tag.GridFrameOffsetVector)?.[0] !== 0) return [first[0], first[1], offset];
  if (orientation === undefined) return undefined;
  const normal = cross(orientation.row, orientation.column);
  return [first[0] + normal[0] * offset, first[1] + normal[1] * offset, first[2] + normal[2] * offset];
}

/** Refused where the vectors are not of unit length or not perpendicular: a plane drawn from them would be wrong. */
function orientationOf(ds: DicomDataset): Orientation | undefined {
  const numbers = getNumbers(ds, Tag.ImageOrientationPatient);
  const row = vector(numbers, 0);
  const column = vector(numbers, 3);
  if (row === undefined || column === undefined) return undefined;
  // PS3.3 C.7.6.2 demands orthonormal vectors; files round them to a few decimals.
  const isRight = [dot(row, row) - 1, dot(column, column) - 1, dot(row, column)].every(
    (error) => Math.abs(error) < 0.01,
  );
  return isRight ? { row, column } : undefined;
}

function spacingOf(ds: DicomDataset, measures: DicomDataset): PixelSpacing | undefined {
  const patient = distance(measures, Tag.PixelSpacing);
  const imager = distance(ds, Tag.ImagerPixelSpacing);
  if (patient !== undefined && !isDetectorPlane(ds, patient, imager))
    return { kind: 'PixelSpacing', ...patient };
  if (imager !== undefined) return { kind: 'ImagerPixelSpacing', ...imager };
  const scanned = distance(ds, Tag.NominalScannedPixelSpacing);
  if (scanned !== undefined) return { kind: 'NominalScannedPixelSpacing', ...scanned };
  const ratio = distance(ds, Tag.PixelAspectRatio);
  return ratio && { kind: 'PixelAspectRatio', ...ratio };
}

/** PS3.3 10.7.1.3: equal values without a calibration type say that nothing was corrected for magnification. */
function isDetectorPlane(ds: DicomDataset, patient: PixelDistance, imager?: PixelDistance): boolean {
  const isSame = patient.row === imager?.row && patient.column === imager.column;
  return isSame && getText(ds, Tag.PixelSpacingCalibrationType) === undefined;
}

const CENTIMETRES = 3;

/** Regions that measure time, velocity or angles have other units and no distance. */
function calibratedRegion(region: DicomDataset): CalibratedRegion[] {
  const number = (tag: string): number => getNumber(region, tag) ?? Number.NaN;
  if (number(Tag.PhysicalUnitsXDirection) !== CENTIMETRES) return [];
  if (number(Tag.PhysicalUnitsYDirection) !== CENTIMETRES) return [];
  const bounds = {
    minX: number(Tag.RegionLocationMinX0),
    minY: number(Tag.RegionLocationMinY0),
    maxX: number(Tag.RegionLocationMaxX1),
    maxY: number(Tag.RegionLocationMaxY1),
  };
  // Deltas may be negative, where the axis runs the other way.
  const row = Math.abs(number(Tag.PhysicalDeltaY)) * 10;
  const column = Math.abs(number(Tag.PhysicalDeltaX)) * 10;
  const isUsable = Object.values(bounds).every(Number.isFinite) && row > 0 && column > 0;
  return isUsable ? [{ ...bounds, spacing: { kind: 'SequenceOfUltrasoundRegions', row, column } }] : [];
}

function distance(ds: DicomDataset, tag: string): PixelDistance | undefined {
  const [row, column] = getNumbers(ds, tag) ?? [];
  if (row === undefined || column === undefined || row <= 0 || column <= 0) return undefined;
  return { row, column };
}

function vector(numbers: readonly number[] | undefined, from: number): Vector3 | undefined {
  const [x, y, z] = numbers?.slice(from, from + 3) ?? [];
  return x === undefined || y === undefined || z === undefined ? undefined : [x, y, z];
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
