/** Positioned, synchronous reads; the caller supplies them (a file descriptor in a worker, memory in tests). */
export interface RandomAccess {
  /** Bytes in all. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`, or fewer at the end. The result may be kept. */
  read(offset: number, length: number): Uint8Array;
}

/** Bytes in memory as RandomAccess; nothing is copied. */
export function randomAccess(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
