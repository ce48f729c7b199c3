/** `node tools/kill-test.ts [--rounds 500] [--seed 1]`: see kill/kill-rounds.ts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killRounds } from './kill/kill-rounds.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
const rounds = Number(values.rounds ?? 500);
const seed = Number(values.seed ?? Date.now() % 1e9);
const folder = mkdtempSync(join(tmpdir(), 'sightline-kill-'));
const startedAt = performance.now();
try {
  const report = await killRounds(folder, rounds, seed, (round) =>
    process.stderr.write(`\r${round + 1}/${rounds}`),
  );
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(
    `\nseed ${seed}: ${report.rounds} kills in ${seconds} s, ${report.stored} objects acknowledged as stored, ${report.deleted} as deleted`,
  );
  for (const fault of report.faults) console.log(fault);
  console.log(
    report.faults.length === 0
      ? 'nothing lost, nothing half, nothing left behind'
      : `${report.faults.length} faults`,
  );
  process.exitCode = report.faults.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
