import { encodeBase64 } from '../base64.ts';
import type { DicomDataset, DicomElement } from '../dicom-json.ts';
import * as Tag from '../image/image-tags.ts';

/** A data set that describes an image, from just what a test is about: 16 bits allocated, 12 stored, unsigned, 4 x 4. */
export function imageDataset(overrides: DicomDataset = {}): DicomDataset {
  return {
    [Tag.SamplesPerPixel]: us(1),
    [Tag.PhotometricInterpretation]: cs('MONOCHROME2'),
    [Tag.Rows]: us(4),
    [Tag.Columns]: us(4),
    [Tag.BitsAllocated]: us(16),
    [Tag.BitsStored]: us(12),
    [Tag.HighBit]: us(11),
    [Tag.PixelRepresentation]: us(0),
    ...overrides,
  };
}

/** The same for 8-bit colour. */
export function colorDataset(photometric: string, overrides: DicomDataset = {}): DicomDataset {
  return imageDataset({
    [Tag.SamplesPerPixel]: us(3),
    [Tag.PhotometricInterpretation]: cs(photometric),
    [Tag.PlanarConfiguration]: us(0),
    [Tag.BitsAllocated]: us(8),
    [Tag.BitsStored]: us(8),
    [Tag.HighBit]: us(7),
    ...overrides,
  });
}

export const us = (...values: number[]): DicomElement => ({ vr: 'US', Value: values });
export const ss = (...values: number[]): DicomElement => ({ vr: 'SS', Value: values });
export const ds = (...values: number[]): DicomElement => ({ vr: 'DS', Value: values });
export const cs = (...values: string[]): DicomElement => ({ vr: 'CS', Value: values });
export const lo = (...values: string[]): DicomElement => ({ vr: 'LO', Value: values });
export const sq = (...items: DicomDataset[]): DicomElement => ({ vr: 'SQ', Value: items });
export const ow = (bytes: ArrayLike<number>): DicomElement => ({
  vr: 'OW',
  InlineBinary: encodeBase64(Uint8Array.from(bytes)),
});
export const bulkOw = (uri: string): DicomElement => ({ vr: 'OW', BulkDataURI: uri });
