import { DicomError } from '../dicom-error.ts';
import { inflatedLength } from './inflated-length.ts';
import { type RandomAccess, randomAccess } from './random-access.ts';
import type { ReadLimits } from './read-limits.ts';

/** What reading needs and a pure package has not. */
export interface ReadServices {
  /** RFC 1951. Throws when the result would be longer than `maxBytes`, or the stream is damaged. */
  inflateRaw(bytes: Uint8Array, maxBytes: number): Uint8Array;
}

/** Data sets up to this size may be deflated as well as deflate can. */
const UNSUSPICIOUS_BYTES = 64 * 2 ** 20;

/** RFC 1951: two bits stand for 258 bytes at best. */
const MOST_THAT_DEFLATE_CAN = 1032;

/**
 * The data set of a deflated transfer syntax (PS3.5 A.5), which runs from `start` to the end of the file. Throws
 * DicomError too_large beyond the limits, malformed for a damaged stream, truncated for one that ends too soon.
 */
export function inflateDataSet(
  file: RandomAccess,
  start: number,
  services: ReadServices,
  limits: ReadLimits,
): { bytes: Uint8Array; file: RandomAccess } {
  const deflatedBytes = file.size - start;
  if (deflatedBytes > limits.maxInflatedBytes) throw new DicomError('too_large');
  const ratioBytes = Math.max(UNSUSPICIOUS_BYTES, deflatedBytes * limits.maxInflateRatio);
  const maxBytes = Math.min(limits.maxInflatedBytes, ratioBytes);
  const deflated = file.read(start, deflatedBytes);
  // An inflater that stops at a limit has by then taken that much memory.
  if (deflatedBytes * MOST_THAT_DEFLATE_CAN > maxBytes && inflatedLength(deflated, maxBytes) > maxBytes)
    throw new DicomError('too_large');
  const bytes = inflate(deflated, maxBytes, services);
  if (bytes.length > maxBytes) throw new DicomError('too_large');
  return { bytes, file: randomAccess(bytes) };
}

function inflate(deflated: Uint8Array, maxBytes: number, services: ReadServices): Uint8Array {
  try {
    return services.inflateRaw(deflated, maxBytes);
  } catch (error) {
    if (error instanceof DicomError) throw error;
    throw new DicomError('malformed', { cause: error });
  }
}
