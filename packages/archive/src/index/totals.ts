import type { NewInstance } from './index-store.ts';

/** The numbers that a transaction moves on: the row of `totals`. */
export interface Totals {
  version: number;
  last_instance: number;
  studies: number;
  series: number;
  instances: number;
  bytes: number;
}

/** Both blobs of an object, which are one but for a deflated transfer syntax. */
export const bytesOf = (blobs: Pick<NewInstance, 'hash' | 'size' | 'dataHash' | 'dataSize'>): number =>
  blobs.size + (blobs.dataHash === blobs.hash ? 0 : blobs.dataSize);
