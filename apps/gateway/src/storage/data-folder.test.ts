import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDataFolder } from './data-folder.ts';

let above: string;
beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'sightline-folder-'));
});
afterEach(() => rmSync(above, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

// Windows has other permissions.
const hasModes = process.platform !== 'win32';
if (!hasModes)
  console.warn('Skipped: Windows has no file modes, so who may read the data folder is not tested.');

test.skipIf(!hasModes)('a folder that is made is for its owner only', () => {
  const { path } = openDataFolder(join(above, 'archive/data'));
  expect([modeOf(join(above, 'archive')), modeOf(path)]).toEqual([0o700, 0o700]);
});

test.skipIf(!hasModes)('a folder that is there keeps the permissions that it was given', () => {
  mkdirSync(join(above, 'data'), { mode: 0o750 });
  expect(modeOf(openDataFolder(join(above, 'data')).path)).toBe(0o750);
});
