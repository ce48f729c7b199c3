import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../decode/decode-frame.ts';
import { testCodecs } from '../test-support/codecs.ts';
import { readDicomFile } from '../test-support/read-file.ts';
import { describeImage } from './image-description.ts';
import { render8 } from './render8.ts';

/** The shared test data stands beside a checkout on the project's machines; a fresh clone has none. */
const data = new URL('../../../../../shared/data/', import.meta.url);
const hasData = existsSync(data);
if (!hasData) console.warn('Skipped: ../shared/data is absent, so no real file was drawn.');

const reference: { readonly samples: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(new URL('reference-renders.json', import.meta.url), 'utf8'),
);
const PIXELS = 32;
const codecs = testCodecs();

describe.skipIf(!hasData)('render8 on real files', () => {
  // dcmtk truncates where we round, so one level apart is the rule; its YCbCr conversion truncates once more.
  it.each(Object.entries(reference.samples))('draws what dcmtk draws: %s', async (path, hex) => {
    const file = readDicomFile(new URL(path, data).pathname);
    const dataset = file.part10.dataset;
    const isNative = file.part10.frames?.kind === 'native';
    const syntax = isNative ? '1.2.840.10008.1.2.1' : file.part10.transferSyntaxUid;
    const pixels = await decodeFrame(file.frame(0), describeImage(dataset), syntax, codecs);
    const picture = render8(pixels, dataset, 1, { bulk: file.bulk });
    const wanted = Buffer.from(hex, 'hex');
    expect(wanted.length).toBe(PIXELS * picture.channels);
    const step = (picture.columns * picture.rows) / PIXELS;
    const levels = pixels.photometricInterpretation === 'YBR_FULL' ? 2 : 1;
    wanted.forEach((level, i) => {
      const pixel = Math.floor((Math.floor(i / picture.channels) + 0.5) * step);
      const found = picture.data[pixel * picture.channels + (i % picture.channels)]!;
      expect(Math.abs(found - level), `sample ${i}`).toBeLessThanOrEqual(levels);
    });
  });
});
