#!/usr/bin/env node
/*
 * The command `sightline`. Sightline needs Node 24 and brings it along as a development dependency; the Node that
 * runs this file may be older, so it is plain JavaScript and only finds the right one.
 */
'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const main = path.join(__dirname, '..', 'src', 'main.ts');

if (Number(process.versions.node.split('.')[0]) >= 24) {
  void import(pathToFileURL(main).href);
} else {
  runWith(ownNode());
}

function ownNode() {
  try {
    const folder = path.dirname(require.resolve('node/package.json'));
    return path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    process.stderr.write('Sightline is not installed yet. Run "npm ci" in its folder first.\n');
    return process.exit(1);
  }
}

function runWith(node) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', () => {
    process.stderr.write('The Node that Sightline brings along does not start. Run "npm ci" again.\n');
    process.exit(1);
  });
  child.on('exit', (code) => process.exit(code ?? 1));
}
