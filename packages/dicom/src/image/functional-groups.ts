import { getItems } from '../attributes.ts';
import type { DicomDataset } from '../dicom-json.ts';
import * as Tag from './image-tags.ts';

/**
 * The item of a functional group macro that holds for one frame, PS3.3 C.7.6.16: the frame's own, else the shared one.
 * Undefined for an image that is not enhanced, or has no such group. Frames count from 1, as in DICOM.
 */
export function functionalGroup(ds: DicomDataset, frame: number, sequence: string): DicomDataset | undefined {
  const own = getItems(ds, Tag.PerFrameFunctionalGroupsSequence)[frame - 1];
  const shared = getItems(ds, Tag.SharedFunctionalGroupsSequence)[0];
  for (const group of [own, shared]) {
    const item = group && getItems(group, sequence)[0];
    if (item !== undefined) return item;
  }
  return undefined;
}
