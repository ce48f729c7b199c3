import { createRandom } from './random.ts';

/**
 * A UID below 2.25 (PS3.5 annex B.2) that is always the same for the same name, so that making the studies again
 * makes the same objects.
 */
export function demoUid(name: string): string {
  let seed = 0x811c9dc5;
  for (const character of name) seed = Math.imul(seed ^ (character.codePointAt(0) ?? 0), 0x01000193);
  const random = createRandom(seed);
  let number = 0n;
  for (let word = 0; word < 4; word++) number = (number << 32n) | BigInt(Math.floor(random() * 4294967296));
  // Version 4 and variant 1 of RFC 9562, as for any UUID made of random bits.
  number = (number & ~(0xfn << 76n)) | (4n << 76n);
  number = (number & ~(3n << 62n)) | (2n << 62n);
  return `2.25.${number}`;
}
