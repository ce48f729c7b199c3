import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gzipPieces, gzipText } from '../index/gzip-text.ts';
import { readAll } from '../test-support/in-process.ts';
import { acceptsGzip } from './content-coding.ts';

test.each([
  ['gzip, deflate, br', true],
  ['br;q=1, gzip;q=0.5', true],
  ['*', true],
  ['GZIP', true],
  ['gzip;q=0, *', false],
  ['identity', false],
  ['br', false],
  ['', false],
  [undefined, false],
])('Accept-Encoding %s takes gzip: %s', (header, expected) => {
  expect(acceptsGzip(header)).toBe(expected);
  expect(acceptsGzip(header)).toBe(expected);
});

test('what was compressed is the text again', () => {
  expect(gunzipSync(gzipText('Müller, 山田')).toString()).toBe('Müller, 山田');
  expect(gunzipSync(gzipText('')).toString()).toBe('');
});

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('[1,');
  yield Buffer.from('2]');
}

test('pieces become one stream', async () => {
  expect(gunzipSync(await readAll(gzipPieces(pieces()))).toString()).toBe('[1,2]');
});

test('pieces that fail break the stream off', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield* pieces();
    throw new Error('gone');
  }
  await expect(readAll(gzipPieces(failing()))).rejects.toThrow('gone');
});

test('pieces that nobody reads on are not asked for on', async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(1024, Math.random().toString(36));
    } finally {
      ended = true;
    }
  }
  for await (const _ of gzipPieces(endless())) break;
  await expect.poll(() => ended).toBe(true);
});
