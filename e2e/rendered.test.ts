import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  difference,
  type ExpectedFile,
  expectedFiles,
  FIXTURE_FOLDER,
  renderedFrame,
} from '../fixtures/expected.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

/** What the server draws (previews, thumbnails, PS3.18 10.4.4), held to the same pictures as the viewer. */
const files = expectedFiles();
let gateway: TestGateway;

beforeAll(async () => {
  const imports = files.map(({ file }) => fileURLToPath(new URL(file, FIXTURE_FOLDER)));
  gateway = await startGateway({ imports });
});

afterAll(() => gateway?.stop());

async function rendered(file: ExpectedFile, frame: number): Promise<Uint8Array> {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = file;
  const instance = `studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
  const response = await fetch(`${gateway.url}/dicom-web/${instance}/frames/${frame}/rendered`, {
    headers: { authorization: `Bearer ${gateway.apiKey}`, accept: 'image/png' },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/png');
  const image = sharp(await response.arrayBuffer()).removeAlpha();
  const { data, info } = await (file.channels === 1 ? image.extractChannel(0) : image)
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: file.columns, height: file.rows, channels: file.channels });
  return data;
}

describe.each(files)('$file: $shows', (file) => {
  it('is rendered by the server as other renderers have it', async () => {
    for (let frame = 1; frame <= file.numberOfFrames; frame++) {
      const picture = await rendered(file, frame);
      for (const rendering of file.renderings) {
        const gap = difference(picture, renderedFrame(rendering, frame), file, rendering.tolerance);
        expect(gap, `frame ${frame}, as ${rendering.tool} renders it`).toBeUndefined();
      }
    }
  });
});
