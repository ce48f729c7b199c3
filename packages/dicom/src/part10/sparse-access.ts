import type { RandomAccess } from './random-access.ts';

export interface SparsePiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A file of which only these pieces are here, ascending; what lies between them reads as if the file ended there. */
export function sparseAccess(size: number, pieces: readonly SparsePiece[]): RandomAccess {
  let last: SparsePiece | undefined;
  const holds = (piece: SparsePiece | undefined, offset: number): piece is SparsePiece =>
    piece !== undefined && piece.offset <= offset && offset < piece.offset + piece.bytes.length;
  return {
    size,
    read(offset, length) {
      if (!holds(last, offset)) last = pieces.find((piece) => holds(piece, offset));
      const from = last && holds(last, offset) ? offset - last.offset : undefined;
      return from === undefined || !last
        ? new Uint8Array(0)
        : last.bytes.subarray(from, Math.min(last.bytes.length, from + length));
    },
  };
}
