import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gzipText } from '../index/gzip-text.ts';
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
