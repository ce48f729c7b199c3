import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { killRounds } from './kill/kill-rounds.ts';

/** RT14 asks for a hundred in CI's time; `node tools/kill-test.ts --rounds 500` is the long run. */
const ROUNDS = 25;
const FOLDERS = 4;

test('killed at a hundred random moments, the archive loses nothing acknowledged, shows nothing half and keeps no orphan', async () => {
  // Another one each day, and the same one for whoever looks for the fault of that day.
  const seed = Math.floor(Date.now() / 86_400_000);
  const reports = await Promise.all(
    Array.from({ length: FOLDERS }, (_, at) => {
      const folder = mkdtempSync(join(tmpdir(), 'sightline-kill-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      return killRounds(folder, ROUNDS, seed * FOLDERS + at);
    }),
  );
  expect(
    reports.flatMap(({ faults }) => faults),
    `seed ${seed}`,
  ).toEqual([]);
  expect(reports.reduce((sum, { stored }) => sum + stored, 0)).toBeGreaterThan(ROUNDS * FOLDERS);
  expect(reports.reduce((sum, { deleted }) => sum + deleted, 0)).toBeGreaterThan(0);
}, 600_000);
