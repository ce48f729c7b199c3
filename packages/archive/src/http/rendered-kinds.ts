import { transferSyntax } from '@sightline/dicom';
import type { PictureMediaType } from '../frame-renderer.ts';
import type { StoredInstance } from '../index/index-store.ts';

/** PS3.18 table 8.7.4-1: what an object becomes when it is rendered. */
export type RenderedKind = 'image' | 'video' | 'text' | 'document' | 'none';

/** A video has pixel data but no frames that a decoder of images could take out. */
export const isImage = ({ numberOfFrames, transferSyntaxUid }: StoredInstance): boolean =>
  numberOfFrames > 0 && transferSyntax(transferSyntaxUid)?.family !== 'video';

const ROOT = '1.2.840.10008.5.1.4.1.1.';

/** SOP classes without pixels, PS3.4 B.5, by how they begin below the storage root. */
const kinds: readonly (readonly [prefix: string, kind: RenderedKind])[] = [
  ['88.', 'text'],
  // CDA, PDF. The other encapsulated documents are models to be printed, which have no text and no picture.
  ['104.1', 'document'],
  ['104.2', 'document'],
];

export function renderedKind(instance: StoredInstance): RenderedKind {
  if (instance.numberOfFrames > 0) return isImage(instance) ? 'image' : 'video';
  const { sopClassUid } = instance;
  const below = sopClassUid.startsWith(ROOT) ? sopClassUid.slice(ROOT.length) : '';
  return (
    kinds.find(([prefix]) => below === prefix || (prefix.endsWith('.') && below.startsWith(prefix)))?.[1] ??
    'none'
  );
}

export const pictureTypes: readonly PictureMediaType[] = ['image/jpeg', 'image/png', 'image/gif'];
