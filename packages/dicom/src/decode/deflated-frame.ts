import { Inflate } from 'fflate';
import { DicomError } from '../dicom-error.ts';
import type { FramePixels } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';
import { decodeNative, nativeFrameBytes } from './native-frame.ts';

/**
 * Decodes Deflated Image Frame Compression, PS3.5 A.4.16 (one raw deflate stream a frame). Never inflates more than the
 * frame may hold.
 * @throws DicomError decode_failed
 */
export function decodeDeflatedFrame(bytes: Uint8Array, description: ImageDescription): FramePixels {
  const frame = new Uint8Array(nativeFrameBytes(description));
  let length = 0;
  const inflate = new Inflate((chunk) => {
    frame.set(chunk.subarray(0, frame.length - length), length);
    length = Math.min(frame.length, length + chunk.length);
  });
  // In pieces, so that a stream that says more than the frame holds is left when the frame is full.
  const PIECE = 4096;
  try {
    for (let at = 0; at < bytes.length && length < frame.length; at += PIECE) {
      inflate.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
    }
  } catch {
    throw new DicomError('decode_failed');
  }
  if (length < frame.length) throw new DicomError('decode_failed');
  return decodeNative(frame, description);
}
