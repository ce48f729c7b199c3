/**
 * `node tools/fuzz.ts --minutes N [--seed S] [--target NAME] [--turn T]`: wrong inputs, made by chance from right ones, for
 * everything that reads bytes of strangers. The same seed makes the same inputs. What does harm is written to a folder of
 * the system's temporary files, with the command that repeats it; the exit code is 1 then.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { allTargets, inputOf } from './fuzz/targets.ts';
import type { FuzzJob, FuzzReport } from './fuzz/worker.ts';

/** One input may take so long. Far more than any needs, on a machine that does other work besides. */
const HANG_MS = 20_000;
const LOOK_EVERY_MS = 1000;
const FOLDER = join(tmpdir(), 'sightline-fuzz');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    target: { type: 'string' },
    turn: { type: 'string', default: '0' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const endsAt = performance.now() + Number(values.minutes) * 60_000;
const targets = allTargets().filter(({ name }) => values.target === undefined || name === values.target);
if (targets.length === 0 || !Number.isFinite(endsAt) || !Number.isInteger(seed)) {
  console.error(
    `Targets: ${allTargets()
      .map(({ name }) => name)
      .join(', ')}`,
  );
  process.exit(2);
}

let found = 0;
let inputs = 0;

function save(name: string, turn: number, what: string): void {
  found += 1;
  mkdirSync(FOLDER, { recursive: true });
  const target = targets.find((each) => each.name === name);
  const file = join(FOLDER, `${name}-${seed}-${turn}.bin`);
  if (target) writeFileSync(file, inputOf(target, seed, turn));
  console.log(`${name}, turn ${turn}: ${what}\n  input: ${file}`);
  console.log(`  again: node tools/fuzz.ts --seed ${seed} --target ${name} --turn ${turn}`);
}

/** Runs until the time is up, or one input has taken too long: then the turn after it, where the next worker begins. */
function run(firstTurn: number): Promise<number | undefined> {
  const now = new Int32Array(new SharedArrayBuffer(12));
  const workerData: FuzzJob = { seed, firstTurn, only: values.target, now };
  const worker = new Worker(new URL('fuzz/worker.ts', import.meta.url), { workerData });
  return new Promise((resolve) => {
    let movedAt = performance.now();
    let last = 0;
    const end = (next: number | undefined): void => {
      clearInterval(timer);
      worker.once('exit', () => resolve(next));
      void worker.terminate();
    };
    const giveUp = (what: string): void => {
      const turn = Atomics.load(now, 0);
      save(targets[Atomics.load(now, 1)]?.name ?? '', turn, what);
      end(turn + 1);
    };
    const timer = setInterval(() => {
      const count = Atomics.load(now, 2);
      if (count !== last) movedAt = performance.now();
      last = count;
      if (count > 0 && performance.now() - movedAt > HANG_MS) giveUp('does not end');
      else if (performance.now() > endsAt) end(undefined);
    }, LOOK_EVERY_MS);
    worker.on('message', (report: FuzzReport) => {
      if (report.kind === 'progress') inputs += report.turns;
      else save(report.target, report.turn, report.what);
    });
    worker.on('error', (error) => giveUp(`takes its thread down: ${String(error)}`));
  });
}

console.log(`seed ${seed}, ${targets.length} targets`);
for (let turn: number | undefined = Number(values.turn); turn !== undefined && performance.now() < endsAt; )
  turn = await run(turn);
const rss = Math.round(process.memoryUsage.rss() / 2 ** 20);
console.log(`${inputs} inputs, ${found} of them did harm; ${rss} MiB in use at the end`);
process.exitCode = found > 0 ? 1 : 0;
