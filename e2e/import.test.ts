import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DicomErrorCode, dicomErrors } from '@sightline/dicom';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deflateBomb } from '../fixtures/deflate-bomb.ts';
import { BAD_FOLDER, expectedFiles, expectedRefusals, FIXTURE_FOLDER } from '../fixtures/expected.ts';
import { readStudyUid } from '../fixtures/read-fixture.ts';
import { launchBrowser } from './support/browser.ts';
import {
  gatewayEnvironment,
  type ImportOutcome,
  runImport,
  startGateway,
  type TestGateway,
} from './support/gateway.ts';
import { createLaunch } from './support/launch.ts';
import { openViewer, viewport } from './support/viewport.ts';

/** A folder as it comes from a disc: good files, broken ones and hostile ones, imported in one go. */
const refusals = expectedRefusals();
const atReading = refusals.filter(({ stage }) => stage === 'read');
const atShowing = refusals.filter(({ stage }) => stage === 'decode');
const good = expectedFiles().slice(0, 3);

let folder: string;
let outcome: ImportOutcome;
let gateway: TestGateway;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-import-'));
  await writeFile(join(folder, 'bomb.dcm'), deflateBomb());
  const dataDir = join(folder, 'data');
  const goodPaths = good.map(({ file }) => fileURLToPath(new URL(file, FIXTURE_FOLDER)));
  outcome = await runImport(
    [fileURLToPath(BAD_FOLDER), join(folder, 'bomb.dcm'), ...goodPaths],
    gatewayEnvironment(dataDir),
  );
  gateway = await startGateway({ dataDir });
  browser = await launchBrowser();
});

afterAll(async () => {
  await Promise.all([browser?.close(), gateway?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** The lines below the sentence of a code, up to the next sentence. */
function namedUnder(code: string): string {
  const [, after = ''] = outcome.stdout.split(dicomErrors[code as DicomErrorCode]); // codes of the catalogue
  return after.split('\n\n')[0] ?? '';
}

describe('sightline import', () => {
  it.each(atReading)('names $file under its reason, $code', ({ file, code }) => {
    expect(namedUnder(code)).toContain(file);
  });

  it('refuses a deflate bomb and goes on', () => {
    expect(namedUnder('too_large')).toContain('bomb.dcm');
  });

  it('takes all the others, and says how many', () => {
    const stored = good.length + atShowing.length;
    // The bomb, and expected.json, which lies in the folder and is no DICOM file.
    const refused = atReading.length + 2;
    expect(outcome.stdout).toContain(`Stored ${stored}, already there 0, refused ${refused}.`);
    expect(namedUnder('not_dicom')).toContain('expected.json');
    expect(outcome.exitCode).toBe(0);
  });

  it('leaves in the archive what it has stored, and nothing else', async () => {
    const response = await fetch(`${gateway.url}/dicom-web/studies?limit=100`, {
      headers: { authorization: `Bearer ${gateway.apiKey}`, accept: 'application/dicom+json' },
    });
    const studies = (await response.json()) as Record<string, { Value?: string[] }>[]; // PS3.18 10.6
    const stored = [
      ...good.map(({ studyInstanceUid }) => studyInstanceUid),
      ...atShowing.map(({ file }) => readStudyUid(new URL(file, BAD_FOLDER))),
    ];
    expect(new Set(studies.map((study) => study['0020000D']?.Value?.[0]))).toEqual(new Set(stored));
    expect(studies).toHaveLength(stored.length);
  });

  it('keeps the names of patients out of its output', () => {
    expect(outcome.stdout + outcome.stderr).not.toMatch(/FIXTURE-BAD|\^FIXTURE/);
  });
});

describe('the viewer', () => {
  it.each(atShowing)('shows no picture for $file ($what), and says so', async ({ file, code }) => {
    const page = await openViewer(
      browser,
      await createLaunch(gateway, readStudyUid(new URL(file, BAD_FOLDER))),
    );
    const region = viewport(page);
    // What has no pixels at all is no image that could fail.
    const state = code === 'no_pixel_data' ? /^(empty|error)$/ : /^error$/;
    await expect.poll(() => region.getAttribute('data-state'), { timeout: 10_000 }).toMatch(state);
    expect((await region.innerText()).trim()).not.toBe('');
    await page.context().close();
  });
});
