import { constants, deflateRawSync, type ZlibOptions } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inflatedLength } from './inflated-length.ts';

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

const noise = (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, at) => (Math.imul(at, 2654435761) >>> 13) & 0xff);
const contents: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['one byte', Uint8Array.of(7)],
  ['zeros', new Uint8Array(1_000_000)],
  ['noise', noise(200_000)],
  ['text', new TextEncoder().encode('the same words and others, '.repeat(9000))],
  ['steps', Uint8Array.from({ length: 300_000 }, (_, at) => (at >> 5) & 0xff)],
];
const ways: readonly (readonly [string, ZlibOptions])[] = [
  ['stored', { level: 0 }],
  ['quickly', { level: 1 }],
  ['well', { level: 9 }],
  ['in fixed codes', { strategy: constants.Z_FIXED }],
  ['in codes alone', { strategy: constants.Z_HUFFMAN_ONLY }],
  ['in runs', { strategy: constants.Z_RLE }],
];

describe.each(ways)('a stream deflated %s', (_way, options) => {
  it.each(contents)('of %s is as long as what went in', (_what, content) => {
    expect(inflatedLength(deflateRawSync(content, options), NO_LIMIT)).toBe(content.length);
  });
});

it('goes on over blocks that were flushed', () => {
  const piece = deflateRawSync(new Uint8Array(5000), { finishFlush: constants.Z_FULL_FLUSH });
  const whole = Buffer.concat([piece, piece, piece, deflateRawSync(Uint8Array.of(1, 2))]);
  expect(inflatedLength(whole, NO_LIMIT)).toBe(15_002);
});

it('stops soon after it has counted enough', () => {
  const bomb = deflateRawSync(new Uint8Array(10_000_000), { level: 9 });
  const counted = inflatedLength(bomb, 1000);
  expect(counted).toBeGreaterThan(1000);
  expect(counted).toBeLessThan(1000 + 259);
});

it('counts no more in a stream that was cut, and comes to an end', () => {
  for (const [, options] of ways) {
    const whole = deflateRawSync(noise(3000), options);
    for (let end = 0; end < whole.length; end += 7) {
      expect(inflatedLength(whole.subarray(0, end), NO_LIMIT)).toBeLessThanOrEqual(3000 + 258);
    }
  }
});

it('comes to an end over any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      // Two bits for 258 bytes is the best there is.
      expect(inflatedLength(bytes, NO_LIMIT)).toBeLessThanOrEqual((bytes.length + 2) * 1032 + 258);
    }),
    { seed: 20261121, numRuns: 3000 },
  );
});
