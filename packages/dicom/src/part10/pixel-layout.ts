import { getNumber, getText } from '../attributes.ts';
import { DicomError } from '../dicom-error.ts';
import type { DicomDataset } from '../dicom-json.ts';
import { Tag } from '../tags.ts';
import type { ReadLimits } from './read-limits.ts';

/** What the attributes say of the stored pixels, before any of them is looked at. */
export interface PixelLayout {
  readonly frames: number;
  readonly bitsAllocated: number;
  /** Bits of one frame in a native transfer syntax. */
  readonly frameBits: number;
}

/** Bits allocated that the pixel data element itself fixes. */
const fixedBits: Readonly<Record<string, number>> = {
  [Tag.FloatPixelData]: 32,
  [Tag.DoubleFloatPixelData]: 64,
};

/**
 * Undefined when Rows, Columns or Bits Allocated are missing: then nothing can be said of frames. Throws DicomError
 * bad_image_attributes when they are no sizes, and too_large beyond the limits, before anything is allocated.
 */
export function pixelLayout(
  dataset: DicomDataset,
  pixelTag: string,
  limits: ReadLimits,
): PixelLayout | undefined {
  const rows = getNumber(dataset, Tag.Rows);
  const columns = getNumber(dataset, Tag.Columns);
  const bitsAllocated = fixedBits[pixelTag] ?? getNumber(dataset, Tag.BitsAllocated);
  if (rows === undefined || columns === undefined || bitsAllocated === undefined) return undefined;
  const samples = getNumber(dataset, Tag.SamplesPerPixel) ?? 1;
  const frames = getNumber(dataset, Tag.NumberOfFrames) ?? 1;
  for (const size of [rows, columns, bitsAllocated, samples]) {
    if (!Number.isSafeInteger(size) || size < 1 || size > 0xffff)
      throw new DicomError('bad_image_attributes');
  }
  if (!Number.isSafeInteger(frames) || frames < 0) throw new DicomError('bad_image_attributes');
  if (frames > limits.maxFrames) throw new DicomError('too_large');
  // Four 16-bit factors may pass 2^53.
  const bits = BigInt(rows) * BigInt(columns) * BigInt(samples) * BigInt(bitsAllocated);
  if (bits > BigInt(limits.maxFrameBytes) * 8n) throw new DicomError('too_large');
  // Zero frames occur where one is meant (the attribute is there, its value 0).
  return {
    frames: Math.max(frames, 1),
    bitsAllocated,
    frameBits: subsampled(Number(bits), dataset, samples),
  };
}

/** PS3.3 C.7.6.3.1.2: native YBR_FULL_422 stores two samples a pixel, the 420 forms one and a half. */
function subsampled(frameBits: number, dataset: DicomDataset, samples: number): number {
  if (samples !== 3) return frameBits;
  const photometric = getText(dataset, Tag.PhotometricInterpretation);
  if (photometric === 'YBR_FULL_422' || photometric === 'YBR_PARTIAL_422') return (frameBits / 3) * 2;
  return photometric === 'YBR_PARTIAL_420' ? frameBits / 2 : frameBits;
}
