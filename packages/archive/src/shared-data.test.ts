import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { getText, type DicomDataset } from '@sightline/dicom';
import { expect, test } from 'vitest';
import { ask, openArchive } from './test-support/in-process.ts';

/** Real files, which a fresh clone does not have: the essentials are held by the synthetic ones beside this. */
const DATA = join(import.meta.dirname, '../../../../shared/data');
const hasData = existsSync(DATA);

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test.skipIf(!hasData)(
  `every readable file of ../shared/data goes in and comes back bit for bit${hasData ? '' : ' (skipped: it is not here)'}`,
  async () => {
    const archive = await openArchive();
    const stored = new Map<string, string>();
    const refused = new Map<string, number>();
    for (const file of filesBelow(DATA)) {
      const outcome = await archive.store(createReadStream(file));
      if (outcome.kind === 'refused') refused.set(outcome.code, (refused.get(outcome.code) ?? 0) + 1);
      else {
        const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = outcome;
        const path = `/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
        if (outcome.kind === 'stored') stored.set(path, file);
      }
    }
    expect(stored.size).toBeGreaterThan(900);
    // The same image in many encodings under one UID: the first stays.
    expect([...refused.keys()].filter((code) => !REASONS.includes(code))).toEqual([]);
    const wrong: string[] = [];
    for (const [path, file] of stored) {
      const { bytes } = await ask(archive, path, {
        headers: { accept: 'application/dicom; transfer-syntax=*' },
      });
      const metadata = await ask(archive, `${path}/metadata`, { headers: { 'accept-encoding': 'gzip' } });
      const [dataset] = JSON.parse(gunzipSync(metadata.bytes).toString()) as DicomDataset[];
      const uid = dataset && getText(dataset, '00080018');
      if (hashOf(bytes) !== hashOf(readFileSync(file)) || !(uid !== undefined && path.endsWith(`/${uid}`)))
        wrong.push(file);
    }
    expect(wrong).toEqual([]);
  },
  300_000,
);

const REASONS = ['conflict', 'not_dicom', 'truncated', 'malformed', 'missing_uid', 'bad_uid', 'too_large'];
