import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combineCrc32 } from './crc32.ts';
import { GzipJoin, packJson, unpackJson } from './stored-json.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const withBulk = JSON.stringify({
  '00091010': { vr: 'OB', BulkDataURI: 'bulkdata/00091010' },
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'a "BulkDataURI":"b' }] },
  '00091020': { vr: 'OB', BulkDataURI: 'bulkdata/00091020' },
});

describe('stored JSON', () => {
  test.each(['{}', '', 'é 山田', withBulk])('comes back as it went in: %s', (json) => {
    expect(text(unpackJson(packJson(json)))).toBe(json);
  });

  test('puts the base before each BulkDataURI and nowhere else', () => {
    const expected = JSON.parse(withBulk) as Record<string, { BulkDataURI?: string }>;
    expected['00091010']!.BulkDataURI = 'http://h/i/bulkdata/00091010';
    expected['00091020']!.BulkDataURI = 'http://h/i/bulkdata/00091020';
    expect(JSON.parse(text(unpackJson(packJson(withBulk), 'http://h/i/')))).toEqual(expected);
  });

  test('says so when it is damaged', () => {
    const packed = packJson(withBulk);
    packed[packed.length - 8]! ^= 0x55;
    expect(() => unpackJson(packed)).toThrow();
  });
});

describe('GzipJoin', () => {
  test('joins to a stream that any gzip reader reads', () => {
    const large = JSON.stringify({ a: 'x'.repeat(200_000) });
    const join = new GzipJoin();
    const stream = Buffer.concat([
      join.head(),
      join.word('['),
      join.packed(packJson(withBulk), 'http://h/i/'),
      join.word(','),
      join.packed(packJson(large), 'unused'),
      join.word(']'),
      join.tail(),
    ]);
    expect(stream.length).toBeLessThan(2000);
    expect(gunzipSync(stream).toString()).toBe(
      `[${text(unpackJson(packJson(withBulk), 'http://h/i/'))},${large}]`,
    );
  });

  test('nothing joined is an empty stream; a word may be longer than a block', () => {
    const empty = new GzipJoin();
    expect(gunzipSync(Buffer.concat([empty.head(), empty.tail()]))).toHaveLength(0);
    const long = new GzipJoin();
    const word = 'y'.repeat(70_000);
    expect(gunzipSync(Buffer.concat([long.head(), long.word(word), long.tail()])).toString()).toBe(word);
  });
});

test('checksums of two pieces combine to that of the whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
      expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
    }),
  );
});
