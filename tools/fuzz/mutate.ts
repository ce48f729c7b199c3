/** Numbers from 0, below 1. */
export type Chance = () => number;

/** Mulberry32: the same numbers from the same seed, everywhere. */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const below = (chance: Chance, count: number): number => Math.floor(chance() * count);

export function oneOf<T>(chance: Chance, list: readonly T[]): T {
  const chosen = list[below(chance, list.length)];
  if (chosen === undefined) throw new Error('there is nothing to choose from');
  return chosen;
}

const NUMBERS = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];
const MOST_BYTES = 4 * 2 ** 20;

type Mutation = (bytes: Uint8Array, chance: Chance, other: Uint8Array) => Uint8Array;

const mutations: readonly Mutation[] = [
  /** One bit. */
  (bytes, chance) =>
    changed(bytes, (copy) => {
      const at = below(chance, copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << below(chance, 8));
    }),
  /** One byte. */
  (bytes, chance) =>
    changed(bytes, (copy) => {
      copy[below(chance, copy.length)] = below(chance, 256);
    }),
  /** A number that is likely to be an edge, in either byte order. */
  (bytes, chance) =>
    changed(bytes, (copy) => {
      const size = oneOf(chance, [1, 2, 4] as const);
      const at = below(chance, Math.max(1, copy.length - size));
      const value = oneOf(chance, NUMBERS);
      const isLittle = chance() < 0.5;
      for (let i = 0; i < size && at + i < copy.length; i += 1)
        copy[at + i] = Math.floor(value / 2 ** (8 * (isLittle ? i : size - 1 - i))) & 0xff;
    }),
  /** Cut. */
  (bytes, chance) => bytes.slice(0, below(chance, bytes.length + 1)),
  /** A piece taken out. */
  (bytes, chance) => {
    const at = below(chance, bytes.length + 1);
    return joined(bytes.subarray(0, at), bytes.subarray(at + below(chance, 64)));
  },
  /** A piece repeated. */
  (bytes, chance) => {
    const at = below(chance, bytes.length + 1);
    const end = at + below(chance, 256);
    return joined(bytes.subarray(0, end), bytes.subarray(at));
  },
  /** The end of another one. */
  (bytes, chance, other) =>
    joined(
      bytes.subarray(0, below(chance, bytes.length + 1)),
      other.subarray(below(chance, other.length + 1)),
    ),
  /** A piece of another one laid over. */
  (bytes, chance, other) =>
    changed(bytes, (copy) => {
      const from = below(chance, other.length + 1);
      const piece = other.subarray(from, from + below(chance, 64));
      copy.set(piece.subarray(0, copy.length), below(chance, Math.max(1, copy.length - piece.length)));
    }),
];

/** A few changes of `seed`, some of them with pieces of `other`. At most 4 MiB. */
export function mutate(seed: Uint8Array, chance: Chance, other: Uint8Array): Uint8Array {
  const count = 1 + below(chance, 6);
  let bytes: Uint8Array = seed;
  for (let i = 0; i < count; i += 1) {
    if (bytes.length === 0) return bytes;
    bytes = oneOf(chance, mutations)(bytes, chance, other);
  }
  return bytes.subarray(0, MOST_BYTES);
}

function changed(bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = new Uint8Array(bytes);
  change(copy);
  return copy;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
