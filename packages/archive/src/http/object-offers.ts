import { encodableSyntaxes, transferSyntax } from '@sightline/dicom';
import type { Offer } from '@sightline/dicomweb';
import { EXPLICIT_VR_LITTLE_ENDIAN } from '../frames.ts';
import type { StoredInstance } from '../index/index-store.ts';

export type ObjectOffer = Offer & { readonly transferSyntax: string };

/**
 * What a whole object can be given as: as it is stored, first; in Explicit VR Little Endian, which is meant where no
 * transfer syntax is named; and compressed without loss. An object that was compressed with loss stays as it is unless
 * Explicit VR Little Endian is named (PS3.18 8.7.3.5.2).
 */
export function objectOffers(
  { transferSyntaxUid, numberOfFrames }: StoredInstance,
  canTranscode: boolean,
): readonly ObjectOffer[] {
  const syntax = transferSyntax(transferSyntaxUid);
  const isReadable =
    canTranscode && syntax !== undefined && syntax.family !== 'video' && !isElsewhere(syntax.uid);
  const of = (uid: string, traits: Pick<Offer, 'isDefaultSyntax' | 'isMade'>): readonly ObjectOffer[] =>
    [true, false].map((multipart) => ({
      mediaType: 'application/dicom',
      multipart,
      transferSyntax: uid,
      ...traits,
    }));
  const others = isReadable
    ? [EXPLICIT_VR_LITTLE_ENDIAN, ...(numberOfFrames > 0 ? encodableSyntaxes : [])]
    : [];
  return [
    ...of(transferSyntaxUid, {
      isDefaultSyntax: transferSyntaxUid === EXPLICIT_VR_LITTLE_ENDIAN || syntax?.lossy === true,
    }),
    ...others
      .filter((uid) => uid !== transferSyntaxUid)
      .flatMap((uid) =>
        of(uid, uid === EXPLICIT_VR_LITTLE_ENDIAN ? { isDefaultSyntax: true } : { isMade: true }),
      ),
  ];
}

/** JPIP: the pixels are at another server. */
const isElsewhere = (uid: string): boolean => /^1\.2\.840\.10008\.1\.2\.4\.(94|95|204|205)$/.test(uid);
