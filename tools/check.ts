/**
 * `npm run check`: what a change must pass besides the tests. Runs every step even when one fails, so that one run
 * tells everything, and ends with a line for each.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { treeViolations } from './layers.ts';

const root = new URL('..', import.meta.url).pathname;

function run(command: string, ...args: string[]): boolean {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: process.env });
  return result.status === 0;
}

function checkLayers(): boolean {
  const violations = treeViolations(root);
  for (const violation of violations) console.error(violation);
  return violations.length === 0;
}

function checkTypes(): boolean {
  const projects = [
    ...globSync('{packages,apps}/*/tsconfig.json', { cwd: root }).toSorted(),
    'tsconfig.json',
  ];
  // Every project is checked, also after a failure: the second error is often the one that explains the first.
  return projects.map((project) => run('tsc', '-p', project)).every(Boolean);
}

const steps: readonly (readonly [name: string, check: () => boolean])[] = [
  ['format', () => run('biome', 'format', '.')],
  ['lint', () => run('oxlint', '--deny-warnings')],
  ['types', checkTypes],
  ['layers', checkLayers],
];

const failed = steps.filter(([name, check]) => {
  console.log(`check: ${name}`);
  return !check();
});
for (const [name] of failed) console.error(`check: ${name} failed`);
if (failed.length === 0) console.log('check: all passed');
process.exitCode = failed.length === 0 ? 0 : 1;
