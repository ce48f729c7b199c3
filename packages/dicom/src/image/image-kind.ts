import { getText } from '../attributes.ts';
import type { DicomDataset } from '../dicom-json.ts';
import { transferSyntax } from '../transfer-syntax.ts';
import * as Tag from './image-tags.ts';

/** What an object is to a person who opens it, and so which viewport shows it. */
export type ImageKind = 'image' | 'video' | 'document' | 'waveform' | 'report' | 'presentation' | 'other';

const ROOT = '1.2.840.10008.5.1.4.1.1.';

/** SOP class UIDs below the storage root that begin so, PS3.4 B.5. */
const kinds: readonly (readonly [prefix: string, kind: ImageKind])[] = [
  ['9.', 'waveform'],
  ['11.', 'presentation'],
  ['88.', 'report'],
  ['104.', 'document'],
];

/**
 * Archive and viewer ask this one function what can be drawn.
 * @param transferSyntaxUid undefined where it is not known; then a video is taken for an image.
 */
export function imageKind(ds: DicomDataset, transferSyntaxUid: string | undefined): ImageKind {
  const sopClass = getText(ds, Tag.SOPClassUID) ?? '';
  const below = sopClass.startsWith(ROOT) ? sopClass.slice(ROOT.length) : '';
  const kind = kinds.find(([prefix]) => below.startsWith(prefix))?.[1];
  if (kind !== undefined) return kind;
  if (!hasPixels(ds)) return 'other';
  const family = transferSyntaxUid === undefined ? undefined : transferSyntax(transferSyntaxUid)?.family;
  return family === 'video' ? 'video' : 'image';
}

/** By the contents, not the SOP class: new and private image classes are drawn as well as old ones. */
function hasPixels(ds: DicomDataset): boolean {
  return [Tag.Rows, Tag.Columns, Tag.BitsAllocated, Tag.PhotometricInterpretation].every(
    (tag) => ds[tag]?.Value !== undefined,
  );
}
