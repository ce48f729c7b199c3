import { DicomError } from '../dicom-error.ts';
import type { FramePixels, PixelArray } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';

/**
 * What the samples mean once chroma has been spread out and a codec's own colour transformation (YBR_ICT, YBR_RCT) has
 * been undone. YBR_FULL stays: turning it into RGB loses precision, which is for drawing only.
 */
export function decodedColor(description: ImageDescription): FramePixels['photometricInterpretation'] {
  switch (description.photometricInterpretation) {
    case 'YBR_FULL_422':
      return 'YBR_FULL';
    case 'YBR_ICT':
    case 'YBR_RCT':
      return 'RGB';
    case 'YBR_PARTIAL_422':
    case 'YBR_PARTIAL_420':
      // Studio-range colour is turned into RGB where it is met: native frames, and video, which is not decoded here.
      throw new DicomError('unsupported_transfer_syntax');
    case 'MONOCHROME1':
    case 'MONOCHROME2':
    case 'PALETTE COLOR':
    case 'RGB':
    case 'YBR_FULL':
      return description.photometricInterpretation;
  }
}

/** Planes one after the other, to samples of a pixel side by side. */
export function interleavePlanes(planes: PixelArray, samplesPerPixel: 1 | 3): PixelArray {
  if (samplesPerPixel === 1) return planes;
  const out = planes.slice();
  const pixels = planes.length / 3;
  for (let i = 0; i < pixels; i++) {
    out[i * 3] = planes[i] ?? 0;
    out[i * 3 + 1] = planes[i + pixels] ?? 0;
    out[i * 3 + 2] = planes[i + pixels * 2] ?? 0;
  }
  return out;
}

/** The inverse of the YBR_PARTIAL matrix in PS3.3 C.7.6.3.1.2: 8 bits, luminance 16 to 235, chroma 16 to 240. */
export function ybrPartialToRgb(samples: PixelArray): Uint8Array {
  const out = new Uint8ClampedArray(samples.length);
  for (let i = 0; i + 2 < samples.length; i += 3) {
    const y = 1.16438 * ((samples[i] ?? 0) - 16);
    const cb = (samples[i + 1] ?? 0) - 128;
    const cr = (samples[i + 2] ?? 0) - 128;
    out[i] = y + 1.59603 * cr;
    out[i + 1] = y - 0.39176 * cb - 0.81297 * cr;
    out[i + 2] = y + 2.01723 * cb;
  }
  return new Uint8Array(out.buffer);
}
