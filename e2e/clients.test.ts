import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DicomDataset } from '@sightline/dicom';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFixture } from '../fixtures/read-fixture.ts';
import { launchBrowser } from './support/browser.ts';
import { type Answered, type ForeignClient, openForeignClient } from './support/dicomweb-client.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { EXPLICIT_LITTLE_ENDIAN, type ObjectUids, slice } from './support/objects.ts';

/** dicomweb-client from npm, unchanged, against a running gateway: every one of its methods. */

const STUDY = '2.25.4242';
const SERIES = '2.25.4242.1';
const uidsOf = (number: number): ObjectUids => ({
  study: STUDY,
  series: SERIES,
  instance: `${SERIES}.${number}`,
});
const slices = [1, 2, 3].map((number) => slice(uidsOf(number), number));

const fixturePath = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/dicom/${name}.dcm`, import.meta.url));
const names = ['multiframe', 'palette-8-bit', 'jpeg-ls-lossless', 'jpeg-baseline', 'implicit'] as const;
const fixtures = Object.fromEntries(
  names.map((name) => [name, readFixture(readFileSync(fixturePath(name)))]),
);

/** The options by which the client names an object. */
function optionsOf(name: (typeof names)[number]) {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = fixtures[name]!.part10.identity;
  return {
    studyInstanceUID: studyInstanceUid,
    seriesInstanceUID: seriesInstanceUid,
    sopInstanceUID: sopInstanceUid,
  };
}

let gateway: TestGateway;
let browser: Browser;
let client: ForeignClient;
/** The answer to storing all slices in one request, which the client leaves as text. */
let stored: string;

beforeAll(async () => {
  [gateway, browser] = await Promise.all([
    startGateway({ imports: names.map(fixturePath) }),
    launchBrowser(),
  ]);
  client = await openForeignClient(browser, gateway);
  stored = await client.call<string>('storeInstances', {
    datasets: slices.map((file) => file.toString('base64')),
  });
});

afterAll(async () => {
  await Promise.all([browser?.close(), gateway?.stop()]);
});

const bytes = ({ base64 }: Answered): Buffer => Buffer.from(base64, 'base64');
const values = (rows: readonly DicomDataset[], tag: string) => rows.map((row) => row[tag]?.Value?.[0]);
const isJpeg = (answered: Answered): boolean =>
  bytes(answered)
    .subarray(0, 3)
    .equals(Buffer.of(0xff, 0xd8, 0xff));

describe('stores', () => {
  test('three objects in one request, and one of them again', async () => {
    const answer = JSON.parse(stored) as DicomDataset;
    expect(answer['00081199']!.Value).toHaveLength(3);
    expect(answer['00081198']).toBeUndefined();
    expect(answer['00081190']!.Value).toEqual([`${gateway.url}/dicom-web/studies/${STUDY}`]);
    const again = await client.call<string>('storeInstances', {
      datasets: [slices[0]!.toString('base64')],
      studyInstanceUID: STUDY,
    });
    expect((JSON.parse(again) as DicomDataset)['00081199']!.Value).toHaveLength(1);
  });

  test('nothing into the wrong study', async () => {
    const datasets = [slices[0]!.toString('base64')];
    await expect(client.call('storeInstances', { datasets, studyInstanceUID: '2.25.1' })).rejects.toThrow(
      '409',
    );
  });
});

describe('searches', () => {
  const search = (method: string, options: Readonly<Record<string, unknown>> = {}) =>
    client.call<DicomDataset[]>(method, options);

  test('for studies, by what people type', async () => {
    expect(await search('searchForStudies')).toHaveLength(names.length + 1);
    const found = await search('searchForStudies', {
      queryParams: {
        PatientName: '*client*',
        StudyDate: '20260101-20261231',
        includefield: '00081030,00080090',
      },
    });
    expect(values(found, '0020000D')).toEqual([STUDY]);
    expect(values(found, '00081030')).toEqual(['Made for foreign clients']);
    expect(values(found, '00201208')).toEqual([3]);
  });

  test('and understands that nothing was found', async () => {
    expect(await search('searchForStudies', { queryParams: { PatientID: 'nobody' } })).toEqual([]);
  });

  test('page by page', async () => {
    const pages = await Promise.all(
      [0, 2, 4, 6].map((offset) => search('searchForStudies', { queryParams: { limit: 2, offset } })),
    );
    expect(pages.map((page) => page.length)).toEqual([2, 2, 2, 0]);
    expect(new Set(values(pages.flat(), '0020000D')).size).toBe(6);
  });

  test('for series and objects, of a study, of a series and of all', async () => {
    const study = { studyInstanceUID: STUDY };
    expect(values(await search('searchForSeries', study), '0020000E')).toEqual([SERIES]);
    expect(await search('searchForSeries')).toHaveLength(names.length + 1);
    const instances = await search('searchForInstances', { ...study, seriesInstanceUID: SERIES });
    expect(values(instances, '00080018')).toEqual([1, 2, 3].map((number) => uidsOf(number).instance));
    expect(await search('searchForInstances', study)).toHaveLength(3);
    const one = { queryParams: { SOPInstanceUID: uidsOf(2).instance, includefield: 'all' } };
    expect(values(await search('searchForInstances', one), '00280010')).toEqual([16]);
  });
});

describe('retrieves', () => {
  const multiframe = optionsOf('multiframe');
  const series = { studyInstanceUID: STUDY, seriesInstanceUID: SERIES };

  test('metadata of study, series and object', async () => {
    const of = (method: string, options: Readonly<Record<string, unknown>>) =>
      client.call<DicomDataset[]>(method, options);
    const study = await of('retrieveStudyMetadata', { studyInstanceUID: STUDY });
    expect(values(study, '00200013')).toEqual([1, 2, 3]);
    expect(await of('retrieveSeriesMetadata', series)).toEqual(study);
    const [object] = await of('retrieveInstanceMetadata', { ...series, sopInstanceUID: uidsOf(2).instance });
    expect(object).toEqual(study[1]);
  });

  test('files of study, series and object, byte for byte', async () => {
    // The client refuses media types of its own here (0.11.3 compares "application/" with "application/dicom").
    for (const [method, options] of [
      ['retrieveStudy', { studyInstanceUID: STUDY }],
      ['retrieveSeries', series],
    ] as const) {
      expect((await client.call(method, options)).map(bytes)).toEqual(slices);
    }
    const object = await client.call<Answered>('retrieveInstance', { ...optionsOf('jpeg-ls-lossless') });
    expect(readFixture(bytes(object)).part10.transferSyntaxUid).toBe(EXPLICIT_LITTLE_ENDIAN);
  });

  test('frames, decoded unless it asks for what is stored', async () => {
    const frames = await client.call('retrieveInstanceFrames', { ...multiframe, frameNumbers: [1, 3, 8] });
    expect(frames.map(bytes)).toEqual(
      [1, 3, 8].map((number) => Buffer.from(fixtures['multiframe']!.frame(number))),
    );
    expect(frames[0]).toMatchObject({
      contentType: 'application/octet-stream',
      transferSyntaxUID: EXPLICIT_LITTLE_ENDIAN,
    });
    const compressed = { ...optionsOf('jpeg-ls-lossless'), frameNumbers: [1] };
    const [decoded] = await client.call('retrieveInstanceFrames', compressed);
    expect(decoded!.transferSyntaxUID).toBe(EXPLICIT_LITTLE_ENDIAN);
    const [asStored] = await client.call('retrieveInstanceFrames', {
      ...compressed,
      mediaTypes: [
        { mediaType: 'image/jls', transferSyntaxUID: '1.2.840.10008.1.2.4.80' },
        { mediaType: 'application/octet-stream', transferSyntaxUID: '1.2.840.10008.1.2.1' },
      ],
    });
    expect(asStored).toMatchObject({ contentType: 'image/jls', transferSyntaxUID: '1.2.840.10008.1.2.4.80' });
    expect(bytes(asStored!)).toEqual(Buffer.from(fixtures['jpeg-ls-lossless']!.frame(1)));
  });

  test('every bulk data that the metadata points to', async () => {
    const uris = async (options: object) => {
      const [metadata] = await client.call<DicomDataset[]>('retrieveInstanceMetadata', { ...options });
      return Object.values(metadata!).flatMap(({ BulkDataURI }) => BulkDataURI ?? []);
    };
    const single = await openForeignClient(browser, gateway, { singlepart: true });
    for (const name of names) {
      const { bulk } = fixtures[name]!;
      for (const BulkDataURI of await uris(optionsOf(name))) {
        const expected = bulk(BulkDataURI);
        const [part] = await client.call('retrieveBulkData', { BulkDataURI });
        expect(bytes(part!).length).toBeGreaterThan(0);
        if (expected) expect(bytes(part!)).toEqual(Buffer.from(expected));
        const [whole] = await single.call('retrieveBulkData', { BulkDataURI });
        expect(bytes(whole!)).toEqual(bytes(part!));
      }
    }
    await single.close();
  });

  test('pictures and thumbnails of objects and frames', async () => {
    const jpeg = [{ mediaType: 'image/jpeg' }];
    for (const options of [
      {},
      { mediaTypes: jpeg },
      { mediaTypes: jpeg, queryParams: { viewport: '64,64' } },
    ]) {
      const object = { ...optionsOf('jpeg-baseline'), ...options };
      const [rendered] = await client.call('retrieveInstanceRendered', object);
      const [thumbnail] = await client.call('retrieveInstanceThumbnail', object);
      expect([isJpeg(rendered!), isJpeg(thumbnail!)]).toEqual([true, true]);
    }
    const frame = { ...multiframe, frameNumbers: [2], mediaTypes: [{ mediaType: 'image/png' }] };
    const [png] = await client.call('retrieveInstanceFramesRendered', frame);
    expect(bytes(png!).subarray(1, 4).toString()).toBe('PNG');
    const [small] = await client.call('retrieveInstanceFramesThumbnail', {
      ...multiframe,
      frameNumbers: [2],
    });
    expect(isJpeg(small!)).toBe(true);
  });

  test('nothing that is not there, and says so', async () => {
    const nowhere = {
      studyInstanceUID: '2.25.1',
      seriesInstanceUID: '2.25.1.1',
      sopInstanceUID: '2.25.1.1.1',
    };
    await expect(client.call('retrieveInstance', nowhere)).rejects.toThrow('404');
    await expect(client.call('retrieveStudyMetadata', nowhere)).rejects.toThrow('404');
  });
});
