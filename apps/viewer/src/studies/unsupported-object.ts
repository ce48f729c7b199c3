import { imageKind } from '@sightline/dicom';
import type { Instance } from './instance.ts';

/** What an object is when this viewer does not show it; the message catalogue has a sentence for each. */
export type UnsupportedObject =
  | 'pdf'
  | 'document'
  | 'model'
  | 'report'
  | 'keyObjects'
  | 'presentationState'
  | 'waveform'
  | 'audio'
  | 'segmentation'
  | 'slide'
  | 'video'
  | 'structureSet'
  | 'plan'
  | 'spectroscopy'
  | 'noImage';

const STORAGE = '1.2.840.10008.5.1.4.1.1.';

/** SOP classes below the storage root by the beginning of their UID; the first match counts. PS3.4 table B.5-1. */
const objects: readonly (readonly [prefix: string, object: UnsupportedObject])[] = [
  ['104.1', 'pdf'],
  ['104.2', 'document'],
  ['104.', 'model'],
  ['88.59', 'keyObjects'],
  ['88.', 'report'],
  ['11.', 'presentationState'],
  ['9.4', 'audio'],
  ['9.', 'waveform'],
  ['66.4', 'segmentation'],
  ['66.7', 'segmentation'],
  ['77.1.6', 'slide'],
  ['77.1.1.1', 'video'],
  ['77.1.2.1', 'video'],
  ['77.1.4.1', 'video'],
  ['481.3', 'structureSet'],
  ['481.5', 'plan'],
  ['481.8', 'plan'],
  ['4.2', 'spectroscopy'],
];

/** Undefined for everything with an image that this viewer draws. */
export function unsupportedObject({ sopClassUid, dataset }: Instance): UnsupportedObject | undefined {
  const below = sopClassUid.startsWith(STORAGE) ? sopClassUid.slice(STORAGE.length) : undefined;
  const known = objects.find(([prefix]) => matches(below, prefix))?.[1];
  if (known) return known;
  return imageKind(dataset, undefined) === 'image' ? undefined : 'noImage';
}

/** A prefix that ends in a dot is a family; any other is a whole UID, so that 9.4 is not 9.45. */
function matches(below: string | undefined, prefix: string): boolean {
  if (below === undefined) return false;
  return prefix.endsWith('.') ? below.startsWith(prefix) : below === prefix || below.startsWith(`${prefix}.`);
}
