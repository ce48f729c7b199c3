import { getText } from '../attributes.ts';
import { DicomError } from '../dicom-error.ts';
import type { DicomDataset } from '../dicom-json.ts';
import { Tag } from '../tags.ts';
import { asStoredUid } from '../uid.ts';
import { ByteWindow } from './byte-window.ts';
import { DatasetReader } from './dataset-reader.ts';
import { defaultReadLimits } from './read-limits.ts';

/** What the file meta information of a file says, as far as it is there. */
export interface StatedIdentity {
  readonly sopClassUid?: string;
  readonly sopInstanceUid?: string;
}

const PREAMBLE_BYTES = 128;

/**
 * Who a file says it is, from its first kilobytes alone: for a report about one that cannot be used. Empty where the
 * bytes do not begin as a PS3.10 file does. Never throws.
 */
export function peekIdentity(head: Uint8Array): StatedIdentity {
  if (String.fromCharCode(...head.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + 4)) !== 'DICM') return {};
  const file = {
    size: head.length,
    read: (offset: number, length: number) => head.subarray(offset, offset + length),
  };
  try {
    const { dataset } = new DatasetReader(new ByteWindow(file), defaultReadLimits).readFileMeta(
      PREAMBLE_BYTES + 4,
      true,
    );
    return statedIdentity(dataset, Tag.MediaStorageSOPClassUID, Tag.MediaStorageSOPInstanceUID);
  } catch (error) {
    if (error instanceof DicomError) return {};
    throw error;
  }
}

/** The two UIDs of a data set, where they are there and are UIDs. */
export function statedIdentity(
  dataset: DicomDataset,
  classTag: string = Tag.SOPClassUID,
  instanceTag: string = Tag.SOPInstanceUID,
): StatedIdentity {
  const sopClassUid = asStoredUid(getText(dataset, classTag) ?? '');
  const sopInstanceUid = asStoredUid(getText(dataset, instanceTag) ?? '');
  return {
    ...(sopClassUid !== undefined && { sopClassUid }),
    ...(sopInstanceUid !== undefined && { sopInstanceUid }),
  };
}
