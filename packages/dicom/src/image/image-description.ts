import { getNumber, getText } from '../attributes.ts';
import { DicomError } from '../dicom-error.ts';
import type { DicomDataset } from '../dicom-json.ts';
import * as Tag from './image-tags.ts';

/** The photometric interpretations of PS3.3 C.7.6.3.1.2 that can be drawn. Retired ARGB, CMYK and HSV cannot. */
export const photometricInterpretations = [
  'MONOCHROME1',
  'MONOCHROME2',
  'PALETTE COLOR',
  'RGB',
  'YBR_FULL',
  'YBR_FULL_422',
  'YBR_PARTIAL_422',
  'YBR_PARTIAL_420',
  'YBR_ICT',
  'YBR_RCT',
] as const;

export type PhotometricInterpretation = (typeof photometricInterpretations)[number];

/** How the pixels of an image are laid out, PS3.3 C.7.6.3 and C.7.6.24. Everything in it has been checked. */
export interface ImageDescription {
  readonly rows: number;
  readonly columns: number;
  readonly numberOfFrames: number;
  readonly samplesPerPixel: 1 | 3;
  readonly photometricInterpretation: PhotometricInterpretation;
  readonly bitsAllocated: 1 | 8 | 16 | 32 | 64;
  readonly bitsStored: number;
  readonly highBit: number;
  /** 0 unsigned, 1 two's complement. */
  readonly pixelRepresentation: 0 | 1;
  /** 0 samples by pixel (R1G1B1R2...), 1 by plane (R1R2...); 0 where there is one sample. */
  readonly planarConfiguration: 0 | 1;
  /** In stored values, already of the sign that Pixel Representation says, PS3.3 C.7.5.1.1.2. */
  readonly pixelPaddingValue?: number;
  /** The other end of the range of padding values, inclusive; may be above or below the value. */
  readonly pixelPaddingRangeLimit?: number;
  /** Present: samples are IEEE 754 numbers and bitsStored means nothing. */
  readonly float?: 'float' | 'double';
}

/**
 * Reads the attributes that describe the pixels of an image.
 *
 * A missing or contradicting one is refused rather than guessed: a wrong guess draws a wrong image. Four absences
 * are harmless and tolerated because real files have them: High Bit (then BitsStored - 1), Planar Configuration (then 0),
 * Pixel Representation of colour (never signed), and Samples per Pixel where the photometric interpretation is of one
 * sample only (then 1).
 *
 * @throws DicomError bad_image_attributes
 */
export function describeImage(ds: DicomDataset): ImageDescription {
  const photometricInterpretation = photometricOf(ds);
  const samplesPerPixel = samplesOf(ds, photometricInterpretation);
  const depth = depthOf(ds, samplesPerPixel);
  return {
    rows: integer(ds, Tag.Rows, 1, 65535),
    columns: integer(ds, Tag.Columns, 1, 65535),
    // Some writers put 0 where there is one frame.
    numberOfFrames: Math.max(1, integer(ds, Tag.NumberOfFrames, 0, 0x7fffffff, 1)),
    samplesPerPixel,
    photometricInterpretation,
    planarConfiguration: samplesPerPixel === 3 ? flag(ds, Tag.PlanarConfiguration, 0) : 0,
    ...depth,
    ...paddingOf(ds, depth),
  };
}

/** True where the pixels are intensities that go through the grayscale pipeline of PS3.4 N.2. */
export function isGrey(description: Pick<ImageDescription, 'photometricInterpretation'>): boolean {
  return description.photometricInterpretation.startsWith('MONOCHROME');
}

/** The smallest and largest value that BitsStored and Pixel Representation allow. Integers only. */
export function storedRange(description: Pick<ImageDescription, 'bitsStored' | 'pixelRepresentation'>): {
  readonly min: number;
  readonly max: number;
} {
  const values = 2 ** description.bitsStored;
  return description.pixelRepresentation === 1
    ? { min: -values / 2, max: values / 2 - 1 }
    : { min: 0, max: values - 1 };
}

type Padding = Pick<ImageDescription, 'pixelPaddingValue' | 'pixelPaddingRangeLimit'>;

/** The stored values that are padding, both ends included; undefined where the image declares none. */
export function paddingRange(
  description: Padding,
): { readonly low: number; readonly high: number } | undefined {
  const value = description.pixelPaddingValue;
  if (value === undefined) return undefined;
  const limit = description.pixelPaddingRangeLimit ?? value;
  return { low: Math.min(value, limit), high: Math.max(value, limit) };
}

/** Tells padding from image, or undefined where the image declares none. The argument is a stored value. */
export function paddingTest(description: Padding): ((stored: number) => boolean) | undefined {
  const range = paddingRange(description);
  return range && ((stored) => stored >= range.low && stored <= range.high);
}

function photometricOf(ds: DicomDataset): PhotometricInterpretation {
  const text = getText(ds, Tag.PhotometricInterpretation);
  return photometricInterpretations.find((known) => known === text) ?? refuse();
}

function samplesOf(ds: DicomDataset, photometric: PhotometricInterpretation): 1 | 3 {
  const expected = photometric.startsWith('MONOCHROME') || photometric === 'PALETTE COLOR' ? 1 : 3;
  const absent = expected === 1 ? 1 : undefined;
  return integer(ds, Tag.SamplesPerPixel, 1, 3, absent) === expected ? expected : refuse();
}

type Depth = Pick<
  ImageDescription,
  'bitsAllocated' | 'bitsStored' | 'highBit' | 'pixelRepresentation' | 'float'
>;

function depthOf(ds: DicomDataset, samplesPerPixel: 1 | 3): Depth {
  const allocated = integer(ds, Tag.BitsAllocated, 1, 64);
  const float = floatOf(ds, allocated);
  if (float !== undefined) {
    const bits = float === 'float' ? 32 : 64;
    if (samplesPerPixel !== 1 || allocated !== bits) return refuse();
    return { bitsAllocated: bits, bitsStored: bits, highBit: bits - 1, pixelRepresentation: 1, float };
  }
  if (allocated !== 1 && allocated !== 8 && allocated !== 16 && allocated !== 32) return refuse();
  const bitsStored = integer(ds, Tag.BitsStored, 1, allocated);
  return {
    bitsAllocated: allocated,
    bitsStored,
    highBit: integer(ds, Tag.HighBit, bitsStored - 1, allocated - 1, bitsStored - 1),
    pixelRepresentation: flag(ds, Tag.PixelRepresentation, samplesPerPixel === 3 ? 0 : undefined),
  };
}

/** The pixel data element says it; where that was stripped, only float images lack Bits Stored, PS3.3 C.7.6.24. */
function floatOf(ds: DicomDataset, allocated: number): ImageDescription['float'] {
  if (ds[Tag.FloatPixelData] !== undefined) return 'float';
  if (ds[Tag.DoubleFloatPixelData] !== undefined) return 'double';
  if (getNumber(ds, Tag.BitsStored) !== undefined) return undefined;
  if (allocated === 32) return 'float';
  return allocated === 64 ? 'double' : undefined;
}

function paddingOf(
  ds: DicomDataset,
  depth: Depth,
): Pick<ImageDescription, 'pixelPaddingValue' | 'pixelPaddingRangeLimit'> {
  const [valueTag, limitTag] =
    depth.float === 'float'
      ? [Tag.FloatPixelPaddingValue, Tag.FloatPixelPaddingRangeLimit]
      : depth.float === 'double'
        ? [Tag.DoubleFloatPixelPaddingValue, Tag.DoubleFloatPixelPaddingRangeLimit]
        : [Tag.PixelPaddingValue, Tag.PixelPaddingRangeLimit];
  const value = getNumber(ds, valueTag);
  if (value === undefined) return {};
  const limit = getNumber(ds, limitTag);
  return {
    pixelPaddingValue: ofSign(value, depth),
    ...(limit === undefined ? {} : { pixelPaddingRangeLimit: ofSign(limit, depth) }),
  };
}

/** US and SS are confused in real files (63536 for -2000); Pixel Representation decides, PS3.3 C.7.5.1.1.2. */
function ofSign(value: number, depth: Depth): number {
  if (depth.float !== undefined || depth.bitsAllocated === 32) return value;
  const word = value & 0xffff;
  return depth.pixelRepresentation === 1 && word > 0x7fff ? word - 0x10000 : word;
}

function flag(ds: DicomDataset, tag: string, absent?: 0): 0 | 1 {
  const value = getNumber(ds, tag) ?? absent;
  return value === 0 || value === 1 ? value : refuse();
}

function integer(ds: DicomDataset, tag: string, min: number, max: number, absent?: number): number {
  const value = getNumber(ds, tag) ?? absent;
  return value !== undefined && Number.isInteger(value) && value >= min && value <= max ? value : refuse();
}

function refuse(): never {
  throw new DicomError('bad_image_attributes');
}
