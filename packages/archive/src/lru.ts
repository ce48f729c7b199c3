/** A cache with a bound on the sum of its weights; the entry that was used longest ago goes first. */
export interface Lru<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/** A value heavier than the whole bound is not kept. */
export function createLru<V>(maxWeight: number, weigh: (value: V) => number): Lru<V> {
  // A Map keeps the order of insertion, which is the order of use when every use inserts anew.
  const entries = new Map<string, V>();
  let weight = 0;
  const drop = (key: string): void => {
    const value = entries.get(key);
    if (value === undefined) return;
    entries.delete(key);
    weight -= weigh(value);
  };
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      drop(key);
      entries.set(key, value);
      weight += weigh(value);
      for (const oldest of entries.keys()) {
        if (weight <= maxWeight) break;
        drop(oldest);
      }
    },
  };
}
