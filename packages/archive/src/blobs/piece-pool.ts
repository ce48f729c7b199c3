/**
 * Memory for the pieces of large answers, used again when a piece has been sent: without it, sending a study costs as
 * much time to find and free memory as to read and write. A piece that nobody gives back is simply freed some day.
 */
export class PiecePool {
  readonly pieceBytes: number;
  readonly #maxFree: number;
  readonly #free: ArrayBuffer[] = [];
  /** Only the very view that was lent can come back, and once: part of it may still be in use. */
  readonly #lent = new WeakSet<Uint8Array>();

  constructor(pieceBytes: number, maxFree: number) {
    this.pieceBytes = pieceBytes;
    this.#maxFree = maxFree;
  }

  /** A view of `length` bytes, at most `pieceBytes`, which hold whatever they held before: write all of it. */
  take(length: number): Uint8Array {
    const memory = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.pieceBytes).buffer;
    const piece = new Uint8Array(memory, 0, length);
    this.#lent.add(piece);
    return piece;
  }

  /** The caller was the last who had it. What was not lent here is left alone. */
  give(piece: Uint8Array): void {
    if (!this.#lent.delete(piece) || this.#free.length >= this.#maxFree) return;
    this.#free.push(piece.buffer as ArrayBuffer); // made by take()
  }
}
