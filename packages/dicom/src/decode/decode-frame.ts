import { DicomError } from '../dicom-error.ts';
import type { FramePixels } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';
import { type PixelCoding, transferSyntax } from '../transfer-syntax.ts';
import type { Codecs } from './codecs.ts';
import { decodeDeflatedFrame } from './deflated-frame.ts';
import { decodeJpeg2000Frame } from './jpeg2000-frame.ts';
import { decodeJpegXlFrame } from './jpeg-xl-frame.ts';
import { decodeJpegFrame } from './jpeg-frame.ts';
import { decodeJpegLsFrame } from './jpeg-ls-frame.ts';
import { decodeNative } from './native-frame.ts';
import { decodeRle } from './rle-frame.ts';

/** 16384 x 16384 in grey or colour. A few bytes of a compressed frame may announce any size that memory has to back. */
const COMPRESSED_SAMPLES_AT_MOST = 3 * 2 ** 28;

/**
 * Decodes one frame to stored values.
 *
 * @param bytes a native frame, beginning at its first byte (a big-endian one of 8 bits as OB, not swapped); or the joined
 *   fragments of a compressed frame. Padding behind either is ignored.
 * @param keepsYbr whether YCbCr stays what it is where the description says so, instead of RGB from codecs that offer it
 * @param givesBytes whether the memory of `bytes` may be changed and become that of the frame, which saves copying it
 * @throws DicomError unsupported_transfer_syntax; frame_missing for too few native bytes; too_large; decode_failed where
 *   the stream is damaged or shows another image than the description announces; bad_image_attributes
 * @throws whatever the loader of a codec throws, where it cannot be loaded
 */
export async function decodeFrame(
  bytes: Uint8Array,
  description: ImageDescription,
  transferSyntaxUid: string,
  codecs: Codecs,
  keepsYbr = false,
  givesBytes = false,
): Promise<FramePixels> {
  const syntax = transferSyntax(transferSyntaxUid);
  if (syntax?.family === 'native') return decodeNative(bytes, description, syntax.bigEndian, givesBytes);
  const samples = description.rows * description.columns * description.samplesPerPixel;
  if (samples > COMPRESSED_SAMPLES_AT_MOST) throw new DicomError('too_large');
  try {
    return await decodeCompressed(bytes, description, syntax?.family, codecs, keepsYbr);
  } catch (error) {
    // No memory for what a damaged stream announces.
    throw error instanceof RangeError ? new DicomError('decode_failed') : error;
  }
}

async function decodeCompressed(
  bytes: Uint8Array,
  description: ImageDescription,
  family: Exclude<PixelCoding, 'native'> | undefined,
  codecs: Codecs,
  keepsYbr: boolean,
): Promise<FramePixels> {
  switch (family) {
    case 'rle':
      return decodeRle(bytes, description);
    case 'jpeg':
    case 'jpeg-lossless':
      return decodeJpegFrame(bytes, description, codecs, keepsYbr);
    case 'jpeg-ls':
      return decodeJpegLsFrame(bytes, description, codecs);
    case 'jpeg2000':
      return decodeJpeg2000Frame(bytes, description, codecs, 'openjpeg');
    case 'htj2k':
      return decodeJpeg2000Frame(bytes, description, codecs, 'openjph');
    case 'deflated-frame':
      return decodeDeflatedFrame(bytes, description);
    case 'jpeg-xl':
      return decodeJpegXlFrame(bytes, description, codecs);
    case 'video':
    case undefined:
      throw new DicomError('unsupported_transfer_syntax');
  }
}
