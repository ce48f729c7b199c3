import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { createFileArchive, openFileBlobs, openSqliteIndex } from '@sightline/archive';
import { instanceUid, objectBytes, pseudoRandom } from './objects.ts';

export interface KillReport {
  readonly rounds: number;
  readonly stored: number;
  readonly deleted: number;
  /** Sentences; none when all is as it should be. */
  readonly faults: readonly string[];
}

const LONGEST_MS = 160;

/**
 * RT14. In each round a process stores and deletes until SIGKILL takes it at a random moment; then a server starts, and
 * what is there is compared with what was acknowledged: nothing of that may be missing or changed, nothing else may be
 * there in part, nothing that was deleted may be back. In the end the folder must hold nothing that no record names.
 */
export async function killRounds(
  folder: string,
  rounds: number,
  seed: number,
  onRound: (round: number) => void = () => {},
): Promise<KillReport> {
  const random = pseudoRandom(seed);
  const faults: string[] = [];
  let stored = 0;
  let deleted = 0;
  for (let round = 0; round < rounds; round += 1) {
    const study = `2.25.${seed}.${round + 1}`;
    const said = await killWhileStoring(folder, study, Math.floor(random() * 2 ** 31), random() * LONGEST_MS);
    stored += said.stored.size;
    deleted += said.deleted.size;
    await startAndStop(folder);
    for (const fault of await faultsOf(folder, study, said)) faults.push(`round ${round}: ${fault}`);
    onRound(round);
  }
  return { rounds, stored, deleted, faults: [...faults, ...(await leftovers(folder))] };
}

interface Said {
  readonly stored: ReadonlySet<number>;
  readonly deleting: ReadonlySet<number>;
  readonly deleted: ReadonlySet<number>;
}

async function killWhileStoring(folder: string, study: string, seed: number, afterMs: number): Promise<Said> {
  const script = join(import.meta.dirname, 'storing-process.ts');
  const child = spawn(process.execPath, [script, folder, study, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const ready = Promise.withResolvers<void>();
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('ready')) ready.resolve();
  });
  const ended = once(child, 'close');
  // Some are killed while they start, and take away what the last one left.
  if (seed % 8 !== 0) await Promise.race([ready.promise, ended]);
  await Promise.race([wait(afterMs), ended]);
  const isRunning = child.exitCode === null;
  child.kill('SIGKILL');
  await ended;
  if (!isRunning) throw new Error('the storing process ended by itself');
  // The last line may be cut.
  const lines = output.split('\n').slice(0, -1);
  const of = (word: string) =>
    new Set(lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.split(' ')[1])));
  return { stored: of('stored'), deleting: of('deleting'), deleted: of('deleted') };
}

/** What the next server does first: it takes away what the dead one left. */
async function startAndStop(folder: string): Promise<void> {
  const unused = () => Promise.reject(new Error('nothing is read or drawn here'));
  const archive = await createFileArchive(folder, {
    reader: { read: unused, take: unused },
    renderer: { render: unused, animate: unused, decode: unused },
    clock: () => new Date(),
    audit: async () => undefined,
    role: 'server',
  });
  await archive.close();
}

async function faultsOf(folder: string, study: string, said: Said): Promise<string[]> {
  const index = openSqliteIndex(join(folder, 'index.sqlite'));
  const blobs = openFileBlobs(join(folder, 'blobs'));
  const faults: string[] = [];
  try {
    const there = new Set<number>();
    for (const instance of await index.list({ study })) {
      const n = Number(instance.sopInstanceUid.split('.').at(-1)) - 1;
      there.add(n);
      const expected = objectBytes(study, n);
      const hash = createHash('sha256');
      for await (const piece of await blobs.stream(instance.hash, instance.size)) hash.update(piece);
      const isWhole = hash.digest('hex') === createHash('sha256').update(expected).digest('hex');
      if (!isWhole) faults.push(`object ${n} has other bytes`);
      if (!(await index.metadata(instance.id))) faults.push(`object ${n} has no metadata`);
      if (instance.sopInstanceUid !== instanceUid(study, n)) faults.push(`object ${n} has another UID`);
    }
    for (const n of said.stored) {
      if (!there.has(n) && !said.deleting.has(n)) faults.push(`object ${n} was acknowledged and is gone`);
    }
    for (const n of said.deleted) if (there.has(n)) faults.push(`object ${n} was deleted and is back`);
  } finally {
    await index.close();
    await blobs.close();
  }
  return faults;
}

/** What is on the disk and no record names, and what SQLite says of its file. */
async function leftovers(folder: string): Promise<string[]> {
  const database = new DatabaseSync(join(folder, 'index.sqlite'));
  const state = database.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
  const recorded = new Set(
    database
      .prepare('SELECT hash FROM instance')
      .all()
      .map(({ hash }) => hash),
  );
  database.close();
  const blobs = openFileBlobs(join(folder, 'blobs'));
  const faults = state === 'ok' ? [] : ['the index is damaged'];
  const there = new Set<string>();
  for await (const { hash } of blobs.list()) there.add(hash);
  await blobs.close();
  for (const hash of there) if (!recorded.has(hash)) faults.push(`blob ${hash} has no record`);
  for (const hash of recorded) if (!there.has(String(hash))) faults.push(`blob ${String(hash)} is missing`);
  const temporary = join(folder, 'blobs', 'tmp');
  for (const name of existsSync(temporary) ? readdirSync(temporary) : [])
    faults.push(`${name} was left behind`);
  return faults;
}
