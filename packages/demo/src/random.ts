/** A seeded generator (mulberry32): the same seed gives the same studies on every machine and in every run. */
export type Random = () => number;

/** Returns a function that gives numbers in [0, 1). The seed is any 32-bit integer. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Near-normal, mean 0 and deviation 1: the sum of four uniform draws is close enough for image noise. */
export function gaussian(random: Random): number {
  return (random() + random() + random() + random() - 2) * Math.sqrt(3);
}
