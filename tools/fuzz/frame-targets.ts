import { readdirSync, readFileSync } from 'node:fs';
import {
  describeImage,
  type FramePixels,
  type ImageDescription,
  render8,
  transferSyntax,
} from '@sightline/dicom';
import { type Codecs, decodeFrame, nativeBytes } from '@sightline/dicom/decode';
import { nodeCodecs } from '../../apps/gateway/src/workers/node-codecs.ts';
import { FIXTURE_FOLDER } from '../../fixtures/expected.ts';
import { type ReadFixture, readFixture } from '../../fixtures/read-fixture.ts';
import { Defect, type Target, unlessRefused } from './target.ts';

interface Fixture extends ReadFixture {
  readonly name: string;
  readonly file: Uint8Array;
}

export function allFixtures(): readonly Fixture[] {
  return readdirSync(FIXTURE_FOLDER)
    .filter((name) => name.endsWith('.dcm'))
    .toSorted()
    .map((name) => {
      const file = new Uint8Array(readFileSync(new URL(name, FIXTURE_FOLDER)));
      return { ...readFixture(file), name, file };
    });
}

/** One target for each fixture whose frames are compressed: its first frame's bytes, as the archive hands them out. */
export function frameTargets(fixtures: readonly Fixture[]): readonly Target[] {
  const compressed = fixtures.filter(
    ({ frameSyntaxUid }) => transferSyntax(frameSyntaxUid)?.family !== 'native',
  );
  return compressed.map((fixture) => {
    const family = transferSyntax(fixture.frameSyntaxUid)?.family;
    const others = compressed.filter(
      ({ frameSyntaxUid }) => transferSyntax(frameSyntaxUid)?.family === family,
    );
    const own = new Uint8Array(fixture.frame(1));
    return {
      name: `frame-${fixture.name.replace(/\.dcm$/, '')}`,
      // Its own first: the others are there to take pieces from.
      seeds: [own, own, own, own, ...others.map((other) => new Uint8Array(other.frame(1)))],
      run: frameRunner(fixture),
    };
  });
}

/**
 * Two sets of codecs, of which one has just decoded white and the other one black: whatever of that shows through in a
 * damaged frame is another patient's image.
 */
function frameRunner(fixture: Fixture): Target['run'] {
  const description = describeImage(fixture.part10.dataset);
  const uid = fixture.frameSyntaxUid;
  const used = [nodeCodecs(), nodeCodecs()] as const;
  const good = new Uint8Array(fixture.frame(1));
  let turn = 0;
  return async (input) => {
    const [first, second] = used;
    // One of them has the good frame in its memory, the other one whatever came before.
    if ((turn += 1) % 8 === 1) await decodeFrame(good, description, uid, first);
    const one = await decodeOrRefuse(input, description, uid, first);
    const two = await decodeOrRefuse(input, description, uid, second);
    if (!isSame(one, two)) throw new Defect('the same bytes gave two different images');
    if (one) checkFrame(one, description);
  };
}

const decodeOrRefuse = (
  bytes: Uint8Array,
  description: ImageDescription,
  uid: string,
  codecs: Codecs,
): Promise<FramePixels | undefined> =>
  unlessRefused(() => decodeFrame(bytes, description, uid, codecs), 'DicomError');

function isSame(a: FramePixels | undefined, b: FramePixels | undefined): boolean {
  if (!a || !b) return a === b;
  const bytes = ({ data }: FramePixels): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.compare(bytes(a), bytes(b)) === 0;
}

function checkFrame(pixels: FramePixels, description: ImageDescription): void {
  const { rows, columns, samplesPerPixel } = description;
  if (
    pixels.rows !== rows ||
    pixels.columns !== columns ||
    pixels.data.length !== rows * columns * samplesPerPixel
  )
    throw new Defect('a frame of another size than announced');
  nativeBytes(pixels, description);
}

/** A whole file from its first byte to the picture: what an import and a thumbnail do. */
export function pictureTarget(fixtures: readonly Fixture[]): Target {
  const codecs = nodeCodecs();
  return {
    name: 'picture',
    seeds: fixtures.map(({ file }) => file),
    run: (input) =>
      unlessRefused(async () => {
        const file = readFixture(input, { maxFrameBytes: 2 ** 26 });
        if (file.part10.frames === undefined) return;
        const { dataset } = file.part10;
        const description = describeImage(dataset);
        const pixels = await decodeFrame(file.frame(1), description, file.frameSyntaxUid, codecs);
        checkFrame(pixels, description);
        const picture = render8(pixels, dataset, 1, { bulk: file.bulk });
        if (picture.data.length !== picture.columns * picture.rows * picture.channels)
          throw new Defect('a picture of another size than it says');
      }, 'DicomError'),
  };
}
