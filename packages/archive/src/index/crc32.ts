/** The polynomial of CRC-32, bits reversed. */
const POLYNOMIAL = 0xedb88320;

/** x^(2^n) modulo the polynomial, for n from 0 to 31; the powers repeat after that. */
const squares = ((): readonly number[] => {
  const powers = [1 << 30];
  while (powers.length < 32) powers.push(multiply(powers.at(-1) ?? 0, powers.at(-1) ?? 0));
  return powers;
})();

/**
 * The CRC-32 of two pieces joined, from the CRC-32 of each and the length of the second, without looking at the
 * bytes: what lets compressed pieces be joined to one gzip stream. The method is zlib's `crc32_combine`.
 */
export function combineCrc32(first: number, second: number, secondLength: number): number {
  return (multiply(shiftOf(secondLength), first) ^ second) >>> 0;
}

/** The metadata of the objects of a series are of a few lengths, which come again and again. */
const shifts = new Map<number, number>();
const MAX_SHIFTS = 10_000;

/** What a checksum is multiplied by when so many bytes come after it. */
function shiftOf(length: number): number {
  const known = shifts.get(length);
  if (known !== undefined) return known;
  let shift = 1 << 31;
  // Times 8, for bits: x^(8n) is the product of the squares that the binary digits of n name, three further on.
  for (let n = length, k = 3; n > 0; n = Math.floor(n / 2), k += 1) {
    if (n % 2 === 1) shift = multiply(squares[k % 32] ?? 0, shift);
  }
  if (shifts.size >= MAX_SHIFTS) shifts.clear();
  shifts.set(length, shift);
  return shift;
}

/** The product of two polynomials over GF(2), modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = 31; bit >= 0; bit -= 1) {
    if ((a >>> bit) & 1) product ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product >>> 0;
}
