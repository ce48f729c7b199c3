import { DicomError } from '../dicom-error.ts';
import type { FramePixels } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';
import { transferSyntax } from '../transfer-syntax.ts';
import type { Codecs } from './codecs.ts';
import { decodeDeflatedFrame } from './deflated-frame.ts';
import { decodeJpeg2000Frame } from './jpeg2000-frame.ts';
import { decodeJpegXlFrame } from './jpeg-xl-frame.ts';
import { decodeJpegFrame } from './jpeg-frame.ts';
import { decodeJpegLsFrame } from './jpeg-ls-frame.ts';
import { decodeNative } from './native-frame.ts';
import { decodeRle } from './rle-frame.ts';

/**
 * Decodes one frame to stored values.
 *
 * @param bytes a native frame, beginning at its first byte (a big-endian one of 8 bits as OB, not swapped); or the joined
 *   fragments of a compressed frame. Padding behind either is ignored.
 * @throws DicomError unsupported_transfer_syntax; frame_missing for too few native bytes; decode_failed where the
 *   stream is damaged or shows another image than the description announces; bad_image_attributes
 */
export async function decodeFrame(
  bytes: Uint8Array,
  description: ImageDescription,
  transferSyntaxUid: string,
  codecs: Codecs,
): Promise<FramePixels> {
  const syntax = transferSyntax(transferSyntaxUid);
  switch (syntax?.family) {
    case 'native':
      return decodeNative(bytes, description, syntax.bigEndian);
    case 'rle':
      return decodeRle(bytes, description);
    case 'jpeg':
    case 'jpeg-lossless':
      return decodeJpegFrame(bytes, description, codecs);
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
