import type { DicomDataset } from '../dicom-json.ts';
import { describeImage, type ImageDescription, isGrey } from './image-description.ts';
import { neededBulk } from './needed-bulk.ts';

/**
 * What a frame looks like that was asked for uncompressed (Explicit VR Little Endian), where the metadata of the stored
 * form alone says so; undefined where it does not. Grey values stay what they are. Our archive gives colour as the metadata
 * names it (docs/adr/0010); others give YBR or planar colour as it was or as a codec left it, so whoever cannot tell asks for
 * the stored form. Palettes and tables that are bulk data need requests of their own.
 *
 * @param frame counts from 1.
 * @throws DicomError bad_image_attributes
 */
export function describeUncompressed(ds: DicomDataset, frame: number): ImageDescription | undefined {
  const description = describeImage(ds);
  const { photometricInterpretation: color, planarConfiguration } = description;
  if (neededBulk(ds, frame).length > 0) return undefined;
  if (isGrey(description) || (color === 'RGB' && planarConfiguration === 0)) return description;
  // Names that only a codec uses, and undoes.
  const isOfCodec = color === 'YBR_ICT' || color === 'YBR_RCT';
  return isOfCodec ? { ...description, photometricInterpretation: 'RGB' } : undefined;
}
