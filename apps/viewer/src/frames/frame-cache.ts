/** Keeps decoded frames within a memory budget. */
export interface FrameCache<T> {
  /** Finds an entry and counts it as used. */
  get(key: string): T | undefined;
  has(key: string): boolean;
  /**
   * Keeps a value. Where the budget is passed, what was used longest ago goes, but nothing that is in `wanted`. The new
   * value itself always stays: somebody is about to look at it.
   */
  set(key: string, value: T, bytes: number, wanted: ReadonlySet<string>): void;
  readonly bytes: number;
}

export function createFrameCache<T>(budgetBytes: number): FrameCache<T> {
  const entries = new Map<string, { readonly value: T; readonly bytes: number }>();
  let total = 0;
  const remove = (key: string): void => {
    total -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry); // last in the map: most recently used
      return entry.value;
    },
    has: (key) => entries.has(key),
    set(key, value, bytes, wanted) {
      remove(key);
      for (const old of entries.keys()) {
        if (total + bytes <= budgetBytes) break;
        if (!wanted.has(old)) remove(old);
      }
      entries.set(key, { value, bytes });
      total += bytes;
    },
    get bytes() {
      return total;
    },
  };
}
