import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import {
  DicomError,
  type DicomDataset,
  randomAccess,
  readPart10,
  vrTraits,
  type Part10,
} from '@sightline/dicom';
import { describe, expect, test } from 'vitest';
import { swapBytes } from '../native-bytes.ts';
import { ask, once, openArchive, ROOT } from '../test-support/in-process.ts';

/** Real files lie beside the repository, and not everybody has them; the fixtures everybody has. */
const folders = ['../../../../../shared/data', '../../../../fixtures/dicom'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
const MAX_BYTES = 8_000_000;

function* filesBelow(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = `${folder}/${name}`;
    const found = statSync(path);
    if (found.isDirectory()) yield* filesBelow(path);
    else if (found.size < MAX_BYTES) yield path;
  }
}

function readFile(bytes: Uint8Array): Part10 | undefined {
  try {
    return readPart10(randomAccess(bytes), {
      inflateRaw: (data, maxOutputLength) => inflateRawSync(data, { maxOutputLength }),
    });
  } catch (error) {
    if (error instanceof DicomError) return undefined; // not DICOM, or damaged: other tests' business
    throw error;
  }
}

const urisOf = (dataset: DicomDataset): readonly string[] =>
  Object.values(dataset).flatMap((element) => [
    ...(element.BulkDataURI === undefined ? [] : [element.BulkDataURI]),
    ...(element.vr === 'SQ' ? (element.Value ?? []) : []).flatMap((item) => urisOf(item as DicomDataset)), // of an SQ
  ]);

describe.each(folders)('every file of %s', (folder) => {
  const isHere = existsSync(folder);
  if (!isHere) console.warn(`No ${folder}: its bulk data is left out.`);
  test.runIf(isHere)(
    'has bulk data at every address that its metadata gives',
    { timeout: 240_000 },
    async () => {
      const archive = await openArchive();
      let count = 0;
      for (const path of filesBelow(folder)) {
        const bytes = new Uint8Array(readFileSync(path));
        const part10 = readFile(bytes);
        if (!part10 || part10.bulk.length === 0) continue;
        const outcome = await archive.store(once(bytes));
        if (outcome.kind !== 'stored') continue;
        const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = part10.identity;
        const url = `/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
        const [metadata = {}] = (await ask(archive, `${url}/metadata`)).json();
        const data = part10.inflated ?? bytes;
        for (const uri of urisOf(metadata)) {
          expect(uri.startsWith(`${ROOT}${url}/bulkdata/`), uri).toBe(true);
          const place = part10.bulk.find((each) => uri.endsWith(`/bulkdata/${each.path}`))!;
          const raw = data.slice(place.offset, place.offset + place.length);
          const expected = place.bigEndian ? swapBytes(raw, vrTraits[place.vr].wordBytes) : raw;
          const get = (headers: Record<string, string>) => ask(archive, uri.slice(ROOT.length), { headers });
          const whole = await get({ accept: 'application/octet-stream' });
          expect(Buffer.from(whole.bytes).equals(expected), `${path} ${place.path}`).toBe(true);
          const part = await get({ accept: 'application/octet-stream', range: 'bytes=3-6' });
          expect([...part.bytes]).toEqual([...expected.subarray(3, 7)]);
          expect((await get({ accept: 'multipart/related; type=application/octet-stream' })).status).toBe(
            200,
          );
          count += 1;
        }
      }
      expect(count).toBeGreaterThan(0);
    },
  );
});
