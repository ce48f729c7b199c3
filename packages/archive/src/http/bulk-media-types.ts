import type { PixelCoding } from '@sightline/dicom';

/** PS3.18 table 8.7.3-4: the media type of a compressed frame. Absent: only octets. */
export const mediaTypeOf: Readonly<Partial<Record<PixelCoding, string>>> = {
  jpeg: 'image/jpeg',
  'jpeg-lossless': 'image/jpeg',
  'jpeg-ls': 'image/jls',
  jpeg2000: 'image/jp2',
  htj2k: 'image/jphc',
  'jpeg-xl': 'image/jxl',
  rle: 'image/dicom-rle',
  video: 'video/mp4',
};
