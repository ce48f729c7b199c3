/** What bodies are collected in. Few sizes, so that what one gave back fits the next. */
const SIZES = [128 * 1024, 1024 * 1024, 4 * 1024 * 1024] as const;

/** An object of more bytes goes straight to a file. */
export const MAX_COLLECTED_BYTES = SIZES[2];

/**
 * Memory for objects on their way in, bounded for the whole process and used again and again: what is given to the
 * garbage collector at hundreds of megabytes a second comes back too late.
 */
export interface IntakeMemory {
  /** At least so many bytes, or undefined where there is no room now: nobody waits, the disk takes it instead. */
  take(bytes: number): Uint8Array<ArrayBuffer> | undefined;
  /** Gives back what `take` gave. */
  give(memory: Uint8Array<ArrayBuffer>): void;
  /** What `take` gave will not come back: it went down with a worker. */
  forget(bytes: number): void;
}

export function createIntakeMemory(maxBytes: number): IntakeMemory {
  const free = new Map<number, Uint8Array<ArrayBuffer>[]>(SIZES.map((size) => [size, []]));
  let total = 0;

  /** Free memory of other sizes makes room. */
  function makeRoom(size: number): boolean {
    for (const [other, list] of free) {
      while (total + size > maxBytes && list.length > 0) {
        list.pop();
        total -= other;
      }
    }
    return total + size <= maxBytes;
  }

  return {
    take(bytes) {
      const size = SIZES.find((each) => each >= bytes);
      if (size === undefined) return undefined;
      const known = free.get(size)?.pop();
      if (known) return known;
      if (!makeRoom(size)) return undefined;
      total += size;
      return new Uint8Array(size);
    },
    give: (memory) => void free.get(memory.length)?.push(memory),
    forget(bytes) {
      total -= bytes;
    },
  };
}
