import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask, once, openArchive, temporaryFolder } from '../test-support/in-process.ts';
import { synthetic } from '../test-support/synthetic.ts';

/** A small disk of its own, where the system lets the tests mount one. */
function mountSmallDisk(megabytes: number): string | undefined {
  const folder = temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'sightline-test', folder]);
  if (mounted.status !== 0) return undefined;
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return folder;
}

const object = (n: number): Uint8Array =>
  synthetic({
    instance: `1.2.3.1.${n}`,
    attributes: { '00091001': { vr: 'UN', InlineBinary: Buffer.alloc(400_000, n).toString('base64') } },
  });

test('on a full disk it refuses, keeps what it has, leaves nothing half, and goes on when there is room', async (context) => {
  const folder = mountSmallDisk(24);
  if (folder === undefined) {
    console.warn('Skipped: no right to mount a file system here, so no full disk is tried.');
    context.skip('this needs the right to mount a file system');
    return;
  }
  const ballast = join(folder, 'ballast');
  writeFileSync(ballast, Buffer.alloc(8_000_000));
  const archive = await openArchive(folder);
  const outcomes: string[] = [];
  for (let n = 1; n <= 40; n += 1) {
    const outcome = await archive.store(once(object(n)));
    outcomes.push(outcome.kind === 'refused' ? outcome.code : outcome.kind);
  }
  const kept = outcomes.filter((outcome) => outcome === 'stored').length;
  expect(new Set(outcomes)).toEqual(new Set(['stored', 'out_of_space']));
  expect(kept).toBeGreaterThan(5);
  expect(readdirSync(join(folder, 'blobs', 'tmp'))).toEqual([]);
  const path = (n: number) => `/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.${n}`;
  for (const [at, outcome] of outcomes.entries()) {
    const answer = await ask(archive, path(at + 1), {
      headers: { accept: 'application/dicom; transfer-syntax=*' },
    });
    expect(answer.status).toBe(outcome === 'stored' ? 200 : 404);
    if (outcome === 'stored') expect(Buffer.from(answer.bytes).equals(object(at + 1))).toBe(true);
  }
  rmSync(ballast);
  const refused = outcomes.indexOf('out_of_space') + 1;
  expect((await archive.store(once(object(refused)))).kind).toBe('stored');
  expect(statfsSync(folder).bavail).toBeGreaterThan(0);
});
