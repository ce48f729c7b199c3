import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { BlobError } from './blob-store.ts';

/** What the bytes of a whole blob are to be held against: its CRC-32 where it is known, else its hash. */
export interface Proof {
  readonly hash: string;
  readonly crc32?: number | null | undefined;
}

/** A whole blob, whose last piece is given away only when all of them together are what they should be. */
export async function* verified(pieces: AsyncIterable<Uint8Array>, proof: Proof): AsyncGenerator<Uint8Array> {
  const sum = summing(proof);
  let last: Uint8Array | undefined;
  for await (const piece of pieces) {
    sum.update(piece);
    if (last) yield last;
    last = piece;
  }
  if (!sum.isWhole()) throw new BlobError('damaged');
  if (last) yield last;
}

export function isWhole(bytes: Uint8Array, proof: Proof): boolean {
  const sum = summing(proof);
  sum.update(bytes);
  return sum.isWhole();
}

interface Sum {
  update(piece: Uint8Array): void;
  isWhole(): boolean;
}

function summing(proof: Proof): Sum {
  if (typeof proof.crc32 !== 'number') {
    const sum = createHash('sha256');
    return { update: (piece) => sum.update(piece), isWhole: () => sum.digest('hex') === proof.hash };
  }
  let sum = 0;
  return {
    update: (piece) => {
      sum = crc32(piece, sum);
    },
    isWhole: () => sum === proof.crc32,
  };
}
