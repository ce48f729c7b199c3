import type { DicomDataset } from '../dicom-json.ts';
import { ByteWindow } from './byte-window.ts';
import { DatasetReader } from './dataset-reader.ts';
import { randomAccess } from './random-access.ts';
import { defaultReadLimits, type ReadLimits } from './read-limits.ts';

/**
 * A data set alone, as DIMSE sends it (PS3.7 6.3.1), in little endian: without file meta information, and not an
 * object, so that no attribute is demanded. Throws DicomError truncated, malformed, too_large.
 */
export function readDataSet(
  bytes: Uint8Array,
  options: { readonly explicit: boolean },
  limits?: Partial<ReadLimits>,
): DicomDataset {
  if (bytes.length === 0) return {};
  const reader = new DatasetReader(new ByteWindow(randomAccess(bytes)), { ...defaultReadLimits, ...limits });
  return reader.readRoot(0, options.explicit);
}
