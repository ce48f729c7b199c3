import { expect, test } from 'vitest';
import { once, readAll } from '../test-support/in-process.ts';
import { writeZip, zipLength, type ZipEntry } from './zip.ts';

const entry = (name: string, bytes: Uint8Array = Uint8Array.of(1, 2, 3), size = bytes.length): ZipEntry => ({
  name,
  size,
  open: async () => once(bytes),
});

test('an archive is as long as was said, also an empty one', async () => {
  for (const entries of [[], [entry('a')], [entry('1.2/3.4.dcm'), entry('b', new Uint8Array(70_000))]]) {
    expect((await readAll(writeZip(entries))).length).toBe(zipLength(entries));
  }
});

test.each([
  '../a',
  '/a',
  'a/../b',
  'a//b',
  'a/',
  '.',
  'a\\b',
  'a\u0000',
  'C:a',
  'ä',
  '',
  'a/.',
  'a b',
  `a/b\n`,
])('a file is never named %j', async (name) => {
  await expect(readAll(writeZip([entry(name)]))).rejects.toThrow(RangeError);
});

test('a file of another size than was announced breaks the archive off', async () => {
  await expect(readAll(writeZip([entry('a', Uint8Array.of(1), 2)]))).rejects.toThrow(RangeError);
});
