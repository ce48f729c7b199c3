/**
 * How many bytes a deflate stream (RFC 1951) inflates to, found out without inflating: the lengths are in the codes, and
 * what is copied need not be known. It takes no memory, whatever the stream announces.
 *
 * @param enough counting may stop beyond this
 * @returns for a damaged or cut stream what comes before the damage, at the least
 */
export function inflatedLength(deflated: Uint8Array, enough: number): number {
  const bits = new Bits(deflated);
  let length = 0;
  while (length <= enough && !bits.isOver) {
    const isLast = bits.take(1) === 1;
    const type = bits.take(2);
    if (type === STORED) length += bits.skipStored();
    else {
      const codes = type === FIXED ? fixedCodes : type === DYNAMIC ? readCodes(bits) : undefined;
      if (codes === undefined) return length;
      length = countBlock(bits, codes, length, enough);
    }
    if (isLast) return length;
  }
  return length;
}

const STORED = 0;
const FIXED = 1;
const DYNAMIC = 2;

const LONGEST_CODE = 15;
const TABLE_SIZE = 2 ** LONGEST_CODE;
const END_OF_BLOCK = 256;

/** By the next 15 bits: a symbol in the upper bits, the length of its code in the lower four. 0: no code. */
type CodeTable = Uint16Array;

interface BlockCodes {
  readonly lengths: CodeTable;
  readonly distances: CodeTable;
}

/** Symbols 257 to 285, RFC 1951 3.2.5: the length and how many bits are added to it. */
const lengthBase = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
]; // prettier-ignore
const lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

function countBlock(bits: Bits, { lengths, distances }: BlockCodes, before: number, enough: number): number {
  let length = before;
  while (length <= enough && !bits.isOver) {
    const symbol = bits.symbol(lengths);
    if (symbol === undefined || symbol === END_OF_BLOCK) return length;
    if (symbol < END_OF_BLOCK) {
      length += 1;
      continue;
    }
    const at = symbol - END_OF_BLOCK - 1;
    length += (lengthBase[at] ?? 0) + bits.take(lengthBits[at] ?? 0);
    const distance = bits.symbol(distances);
    if (distance === undefined) return length;
    bits.take(Math.max(0, (distance >> 1) - 1));
  }
  return length;
}

/** The order in which the lengths of the codes for lengths stand, 3.2.7. */
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function readCodes(bits: Bits): BlockCodes | undefined {
  const literals = bits.take(5) + 257;
  const distances = bits.take(5) + 1;
  const count = bits.take(4) + 4;
  const own = new Uint8Array(19);
  for (const place of lengthOrder.slice(0, count)) own[place] = bits.take(3);
  const table = codeTable(own);
  const lengths = new Uint8Array(literals + distances);
  for (let at = 0; at < lengths.length; ) {
    const symbol = bits.symbol(table);
    if (symbol === undefined) return undefined;
    if (symbol < 16) {
      lengths[at] = symbol;
      at += 1;
      continue;
    }
    const last = symbol === 16 ? (lengths[at - 1] ?? 0) : 0;
    const repeat = symbol === 18 ? 11 + bits.take(7) : 3 + bits.take(symbol === 17 ? 3 : 2);
    lengths.fill(last, at, at + repeat);
    at += repeat;
  }
  return {
    lengths: codeTable(lengths.subarray(0, literals)),
    distances: codeTable(lengths.subarray(literals)),
  };
}

/** Codes of 3.2.2 from their lengths. Their first bit comes first in the stream, so that they stand here turned round. */
function codeTable(lengths: Uint8Array): CodeTable {
  const table = new Uint16Array(TABLE_SIZE);
  let code = 0;
  for (let length = 1; length <= LONGEST_CODE; length += 1) {
    for (const [symbol, own] of lengths.entries()) {
      if (own !== length) continue;
      for (let at = reversed(code, length); at < TABLE_SIZE; at += 1 << length)
        table[at] = (symbol << 4) | length;
      code += 1;
    }
    code <<= 1;
  }
  return table;
}

function reversed(code: number, length: number): number {
  let out = 0;
  for (let bit = 0; bit < length; bit += 1) out |= ((code >> bit) & 1) << (length - 1 - bit);
  return out;
}

/** 3.2.6. */
const fixedCodes: BlockCodes = /* @__PURE__ */ {
  lengths: /* @__PURE__ */ codeTable(
    /* @__PURE__ */ Uint8Array.from({ length: 288 }, (_, symbol) =>
      symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
    ),
  ),
  distances: /* @__PURE__ */ codeTable(/* @__PURE__ */ new Uint8Array(30).fill(5)),
};

/** Least significant bit first. Behind the end there are zeros. */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether more was taken than there is. */
  get isOver(): boolean {
    return this.#at - (this.#count >> 3) > this.#bytes.length;
  }

  /** At most 16. */
  take(count: number): number {
    this.#hold(count);
    const value = this.#held & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  symbol(table: CodeTable): number | undefined {
    this.#hold(LONGEST_CODE);
    const entry = table[this.#held & (TABLE_SIZE - 1)] ?? 0;
    if (entry === 0) return undefined;
    this.#drop(entry & 15);
    return entry >> 4;
  }

  /** A stored block, 3.2.4; its length. */
  skipStored(): number {
    this.#drop(this.#count & 7);
    const length = this.take(16);
    this.take(16);
    const available = this.#bytes.length - this.#at + (this.#count >> 3);
    this.#at += length - (this.#count >> 3);
    this.#held = 0;
    this.#count = 0;
    return Math.max(0, Math.min(length, available));
  }

  #hold(count: number): void {
    while (this.#count < count) {
      this.#held |= (this.#bytes[this.#at] ?? 0) << this.#count;
      this.#at += 1;
      this.#count += 8;
    }
  }

  #drop(count: number): void {
    this.#held >>>= count;
    this.#count -= count;
  }
}
