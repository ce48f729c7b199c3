import { existsSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { describeImage } from '../image/image-description.ts';
import type { PixelArray } from '../image/frame-pixels.ts';
import { testCodecs } from '../test-support/codecs.ts';
import { readDicomFile } from '../test-support/read-file.ts';
import { decodeFrame } from './decode-frame.ts';

/** The shared test data stands beside a checkout on the project's machines; a fresh clone has none. */
const data = new URL('../../../../../shared/data/', import.meta.url);
const hasData = existsSync(data);
if (!hasData) console.warn('Skipped: ../shared/data is absent, so no real file was decoded.');

type Statistics = readonly [smallest: number, largest: number, mean: number];
const reference: {
  readonly exact: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly lossy: Readonly<Record<string, readonly Statistics[]>>;
  readonly refused: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(new URL('reference-values.json', import.meta.url), 'utf8'));

const codecs = testCodecs();

async function firstAndLastFrame(path: string): Promise<readonly PixelArray[]> {
  const file = readDicomFile(new URL(path, data).pathname);
  const description = describeImage(file.part10.dataset);
  if (file.part10.frames === undefined)
    throw Object.assign(new Error('no pixels'), { code: 'no_pixel_data' });
  // The helper gives native frames in little endian.
  const isNative = file.part10.frames.kind === 'native';
  const syntax = isNative ? '1.2.840.10008.1.2.1' : file.part10.transferSyntaxUid;
  const last = description.numberOfFrames - 1;
  const frames = last === 0 ? [0] : [0, last];
  return Promise.all(
    frames.map(async (frame) => (await decodeFrame(file.frame(frame), description, syntax, codecs)).data),
  );
}

function checksum(values: PixelArray): string {
  const isFloat = values instanceof Float32Array || values instanceof Float64Array;
  const wide = isFloat ? Float64Array.from(values) : Int32Array.from(values as ArrayLike<number>);
  return crc32(new Uint8Array(wide.buffer)).toString(36);
}

function statistics(values: PixelArray): Statistics {
  let [smallest, largest, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
    sum += value;
  }
  return [smallest, largest, sum / values.length];
}

describe.skipIf(!hasData)('decodeFrame on real files', () => {
  it.each(Object.entries(reference.exact))(
    'gives what other decoders give, bit by bit: %s',
    async (folder, files) => {
      const found: Record<string, string> = {};
      for (const name of Object.keys(files)) {
        found[name] = (await firstAndLastFrame(`${folder}/${name}`)).map(checksum).join(' ');
      }
      expect(found).toEqual(files);
    },
  );

  // Two inverse DCTs may round one coefficient sum differently; the smallest and largest values move by 2 at most.
  it.each(Object.entries(reference.lossy))(
    'stays within 2 levels of other decoders: %s',
    async (path, expected) => {
      const found = (await firstAndLastFrame(path)).map(statistics);
      expect(found.length).toBe(expected.length);
      found.forEach(([smallest, largest, mean], i) => {
        const [wantSmallest, wantLargest, wantMean] = expected[i]!;
        expect(Math.abs(smallest - wantSmallest)).toBeLessThanOrEqual(2);
        expect(Math.abs(largest - wantLargest)).toBeLessThanOrEqual(2);
        expect(Math.abs(mean - wantMean)).toBeLessThan(0.5);
      });
    },
  );

  it.each(Object.entries(reference.refused))('refuses rather than guesses: %s (%s)', async (path, code) => {
    await expect(firstAndLastFrame(path)).rejects.toMatchObject({ code });
  });
});
