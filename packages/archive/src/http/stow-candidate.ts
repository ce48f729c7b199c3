import type { StatedIdentity } from '@sightline/dicom';
import type { StoreItem } from '../store.ts';
import type { Failed, FailureCode } from './stow-outcome.ts';

/** Something in a message that is to be stored, or that cannot be. */
export interface StoreCandidate {
  readonly item: StoreItem<Failed>;
  /** Who it says it is, for a report of its failure. To be asked when the item's bytes have been read. */
  readonly identity?: () => StatedIdentity;
  /** (0008,1196) Warning Reason, where it is stored. */
  readonly warning?: number;
}

export const failedCandidate = (code: FailureCode, identity: StatedIdentity = {}): StoreCandidate => ({
  item: { instead: { kind: 'failed', code, ...identity } },
});
