import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const scripts = ['start.cjs', 'test.cjs'].map((name) => fileURLToPath(new URL(name, import.meta.url)));

test.each(scripts)('%s tells a Node that is too old so in one sentence', (script) => {
  const pretend = "Object.defineProperty(process.versions, 'node', { value: '8.17.0' });";
  const code = `${pretend} require(${JSON.stringify(script)})`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
  expect(stderr).toMatch(/^Sightline needs Node 20 or later, and this is Node 8\.17\.0\. Install .*\n$/);
  expect([status, stdout]).toEqual([1, '']);
});

test.each(scripts)('%s holds no syntax that an old Node could not read', (script) => {
  const code = readFileSync(script, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
  expect(
    code.match(/\b(?:const|let|class|async|await|import|export)\b|=>|`|\?\.|\?\?|\.\.\.|,\s*\)/g),
  ).toBeNull();
});
