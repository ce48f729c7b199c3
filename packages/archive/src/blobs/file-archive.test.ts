import { spawn } from 'node:child_process';
import { once as nextEvent } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { getText } from '@sightline/dicom';
import { expect, test } from 'vitest';
import { ask, once, openArchive, temporaryFolder } from '../test-support/in-process.ts';
import { frameBytes, synthetic } from '../test-support/synthetic.ts';

test('a second server on the folder refuses and says who has it; a tool beside it may work', async () => {
  const folder = temporaryFolder();
  const server = await openArchive(folder);
  await expect(openArchive(folder)).rejects.toThrow(
    `in use by another Sightline server (process ${process.pid})`,
  );
  const tool = await openArchive(folder, 'beside');
  await tool.store(once(synthetic()));
  expect(await server.hasStudy('1.2.3')).toBe(true);
  await server.close();
  const next = await openArchive(folder);
  expect(await next.hasStudy('1.2.3')).toBe(true);
});

/** Stores objects as fast as it can and prints the UID of each one that was acknowledged. */
const storing = (folder: string) => `
  import { createFileArchive, readInstanceFile, takeInstance } from '@sightline/archive';
  import { synthetic, frameBytes } from './packages/archive/src/test-support/synthetic.ts';
  const reader = {
    read: async (file) => readInstanceFile(file),
    take: async (file, stem, placeIn) => takeInstance(file, stem, placeIn),
  };
  const archive = await createFileArchive(${JSON.stringify(folder)}, { reader, clock: () => new Date(), role: 'server', audit: async () => {} });
  async function* once(bytes) { yield bytes; }
  const first = Number(process.argv.at(-1));
  console.log('ready');
  for (let n = first; ; n += 4) {
    const outcomes = await Promise.all([0, 1, 2, 3].map((k) => {
      const instance = '1.2.3.1.' + (n + k);
      return archive.store(once(synthetic({ instance, frames: [frameBytes(n + k)] })));
    }));
    for (const outcome of outcomes) console.log(outcome.sopInstanceUid);
  }`;

/** Runs it, kills it with SIGKILL after the time, and answers what it acknowledged until then. */
async function killWhileStoring(folder: string, first: number, afterMs: number): Promise<readonly string[]> {
  const root = join(import.meta.dirname, '../../../..');
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', storing(folder), '--', String(first)],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  const ready = Promise.withResolvers<void>();
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('ready')) ready.resolve();
  });
  const ended = nextEvent(child, 'close');
  await Promise.race([ready.promise, ended]);
  await wait(afterMs);
  child.kill('SIGKILL');
  await ended;
  return output
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('1.'));
}

test('killed in the middle of storing, a dozen times, it loses nothing acknowledged and shows nothing half', async () => {
  const folder = temporaryFolder();
  const acknowledged: string[] = [];
  for (let round = 0; round < 12; round += 1) {
    acknowledged.push(...(await killWhileStoring(folder, 1 + round * 100_000, 3 + ((round * 37) % 90))));
  }
  expect(acknowledged.length).toBeGreaterThan(0);
  // Something that was never published, as a kill at the worst moment leaves it.
  writeFileSync(join(folder, 'blobs', 'tmp', '4000000000-0123abcd-1.part'), 'half');
  const archive = await openArchive(folder);
  const found = await ask(archive, '/studies/1.2.3/instances', { query: 'limit=5000' });
  const visible = found.json().map((each) => getText(each, '00080018') ?? '');
  expect(new Set(visible).size).toBe(visible.length);
  expect(acknowledged.filter((uid) => !visible.includes(uid))).toEqual([]);
  const wrong: string[] = [];
  for (const uid of visible) {
    const path = `/studies/1.2.3/series/1.2.3.1/instances/${uid}`;
    const frame = await ask(archive, `${path}/frames/1`, { headers: { accept: 'application/octet-stream' } });
    const metadata = await ask(archive, `${path}/metadata`);
    const number = Number(uid.split('.').at(-1));
    if (!Buffer.from(frame.bytes).equals(frameBytes(number)) || metadata.status !== 200) wrong.push(uid);
  }
  expect(wrong).toEqual([]);
  await archive.close();
  expectSound(folder);
}, 120_000);

function expectSound(folder: string): void {
  const database = new DatabaseSync(join(folder, 'index.sqlite'));
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const recorded = database
    .prepare('SELECT hash FROM instance ORDER BY hash')
    .all()
    .map((row) => row['hash']);
  database.close();
  expect(blobsIn(folder)).toEqual(recorded);
}

function blobsIn(folder: string): string[] {
  return readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}
