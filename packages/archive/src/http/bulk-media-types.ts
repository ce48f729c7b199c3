import type { PixelCoding, TransferSyntax } from '@sightline/dicom';

/** PS3.18 table 8.7.3-4: the media type of a compressed frame. Absent: only octets. */
const byCoding: Readonly<Partial<Record<PixelCoding, string>>> = {
  jpeg: 'image/jpeg',
  'jpeg-lossless': 'image/jpeg',
  'jpeg-ls': 'image/jls',
  jpeg2000: 'image/jp2',
  htj2k: 'image/jphc',
  'jpeg-xl': 'image/jxl',
  rle: 'image/dicom-rle',
  video: 'video/mp4',
};

/** Those that differ from the others of their coding: multi-component JPEG 2000, MPEG-2, HEVC. */
const bySyntax: readonly (readonly [RegExp, string])[] = [
  [/\.4\.9[23]$/, 'image/jpx'],
  [/\.4\.10[01](\.1)?$/, 'video/mpeg'],
  [/\.4\.10[78]$/, 'video/H265'],
];

export const mediaTypeOf = ({ uid, family }: TransferSyntax): string | undefined =>
  bySyntax.find(([pattern]) => pattern.test(uid))?.[1]?.toLowerCase() ?? byCoding[family];

/** What frames are compressed to on request, and the transfer syntax that the type means when it names none. */
export const madeTypes: readonly (readonly [mediaType: string, transferSyntaxes: readonly string[]])[] = [
  ['image/jls', ['1.2.840.10008.1.2.4.80']],
  ['image/jphc', ['1.2.840.10008.1.2.4.201', '1.2.840.10008.1.2.4.202']],
  ['image/jp2', ['1.2.840.10008.1.2.4.90']],
  ['image/dicom-rle', ['1.2.840.10008.1.2.5']],
];
