import { createHash } from 'node:crypto';
import { BlobError } from './blob-store.ts';

/** A whole blob, whose last piece is given away only when all of them together have the hash that is their name. */
export async function* verified(pieces: AsyncIterable<Uint8Array>, hash: string): AsyncGenerator<Uint8Array> {
  const sum = createHash('sha256');
  let last: Uint8Array | undefined;
  for await (const piece of pieces) {
    sum.update(piece);
    if (last) yield last;
    last = piece;
  }
  if (sum.digest('hex') !== hash) throw new BlobError('damaged');
  if (last) yield last;
}

export const hasHash = (bytes: Uint8Array, hash: string): boolean =>
  createHash('sha256').update(bytes).digest('hex') === hash;
