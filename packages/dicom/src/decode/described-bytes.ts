import { DicomError } from '../dicom-error.ts';
import type { FramePixels, PixelArray } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';
import { nativeBytes } from './native-bytes.ts';

/**
 * The bytes of a decoded frame in Explicit VR Little Endian as its data set describes them: what goes with metadata that
 * speaks of the stored form. YBR_FULL is YCbCr, YBR_FULL_422 two luminances and one pair of chroma, planes are planes.
 * YBR_ICT and YBR_RCT are names that only a codec uses, and mean RGB here (PS3.3 C.7.6.3.1.2). docs/adr/0010 says why.
 *
 * @throws DicomError unsupported_transfer_syntax for YBR_FULL_422 of an odd width, which has no uncompressed form
 */
export function describedBytes(pixels: FramePixels, description: ImageDescription): Uint8Array {
  if (description.samplesPerPixel === 1) return nativeBytes(pixels, description);
  const { data } = inDescribedColor(pixels, description);
  const laidOut =
    description.photometricInterpretation === 'YBR_FULL_422'
      ? halved(data, description)
      : description.planarConfiguration === 1
        ? byPlane(data)
        : data;
  return nativeBytes({ ...pixels, data: laidOut }, description);
}

/**
 * The frame in the colour that its data set names, samples of a pixel side by side: what a codec is given whose output is
 * then read with that data set.
 *
 * @throws DicomError unsupported_transfer_syntax for YBR_FULL_422, whose chroma such a codec does not halve
 */
export function describedPixels(pixels: FramePixels, description: ImageDescription): FramePixels {
  if (description.samplesPerPixel === 1) return pixels;
  if (description.photometricInterpretation === 'YBR_FULL_422')
    throw new DicomError('unsupported_transfer_syntax');
  return inDescribedColor(pixels, description);
}

function inDescribedColor(pixels: FramePixels, description: ImageDescription): FramePixels {
  const isYbr = description.photometricInterpretation.startsWith('YBR_FULL');
  const photometricInterpretation = isYbr ? 'YBR_FULL' : 'RGB';
  return {
    ...pixels,
    photometricInterpretation,
    data: inColor(pixels, photometricInterpretation, description),
  };
}

function inColor(
  { data, photometricInterpretation }: FramePixels,
  wanted: 'RGB' | 'YBR_FULL',
  { bitsStored }: ImageDescription,
): PixelArray {
  if (photometricInterpretation === wanted) return data;
  return wanted === 'RGB' ? ybrToRgb(data, bitsStored) : rgbToYbr(data, bitsStored);
}

/** The YBR_FULL matrix of PS3.3 C.7.6.3.1.2. */
export function rgbToYbr(data: PixelArray, bitsStored: number): PixelArray {
  const out = data.slice();
  const middle = 2 ** (bitsStored - 1);
  const clamp = clampTo(bitsStored);
  for (let i = 0; i + 2 < data.length; i += 3) {
    const [r, g, b] = [data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0];
    out[i] = clamp(0.299 * r + 0.587 * g + 0.114 * b);
    out[i + 1] = clamp(-0.168736 * r - 0.331264 * g + 0.5 * b + middle);
    out[i + 2] = clamp(0.5 * r - 0.418688 * g - 0.081312 * b + middle);
  }
  return out;
}

function ybrToRgb(data: PixelArray, bitsStored: number): PixelArray {
  const out = data.slice();
  const middle = 2 ** (bitsStored - 1);
  const clamp = clampTo(bitsStored);
  for (let i = 0; i + 2 < data.length; i += 3) {
    const y = data[i] ?? 0;
    const cb = (data[i + 1] ?? 0) - middle;
    const cr = (data[i + 2] ?? 0) - middle;
    out[i] = clamp(y + 1.402 * cr);
    out[i + 1] = clamp(y - 0.344136 * cb - 0.714136 * cr);
    out[i + 2] = clamp(y + 1.772 * cb);
  }
  return out;
}

const clampTo = (bitsStored: number): ((value: number) => number) => {
  const most = 2 ** bitsStored - 1;
  return (value) => Math.min(most, Math.max(0, Math.round(value)));
};

/** Y CB CR for each pixel, to Y1 Y2 CB CR for every two; the pair has the mean of their chroma. */
function halved(samples: PixelArray, { columns }: ImageDescription): PixelArray {
  if (columns % 2 === 1) throw new DicomError('unsupported_transfer_syntax');
  const out = samples.slice(0, (samples.length / 3) * 2);
  const at = (i: number): number => samples[i] ?? 0;
  for (let from = 0, to = 0; from + 5 < samples.length; from += 6, to += 4) {
    out[to] = at(from);
    out[to + 1] = at(from + 3);
    out[to + 2] = (at(from + 1) + at(from + 4) + 1) >> 1;
    out[to + 3] = (at(from + 2) + at(from + 5) + 1) >> 1;
  }
  return out;
}

function byPlane(samples: PixelArray): PixelArray {
  const out = samples.slice();
  const pixels = samples.length / 3;
  for (let i = 0; i < pixels; i++) {
    out[i] = samples[i * 3] ?? 0;
    out[i + pixels] = samples[i * 3 + 1] ?? 0;
    out[i + pixels * 2] = samples[i * 3 + 2] ?? 0;
  }
  return out;
}
