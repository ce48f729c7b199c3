/*
 * `npm test`: installs and builds what is missing or out of date, sees that there is a browser, and runs every test.
 * Arguments go to the test runner: `npm test -- packages/dicom`.
 * Written in the JavaScript of 2009, like start.cjs, whose first lines refuse a Node that is too old.
 */
/* oxlint-disable no-var */
'use strict';

var start = require('./start.cjs');
var childProcess = require('child_process');
var path = require('path');

var ROOT = path.join(__dirname, '..');

start.install();
start.buildViewer();
provideBrowser();
process.exitCode = run(
  start.ownNode(),
  [path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run'].concat(process.argv.slice(2))
);

/** The tests look for a Chromium in the usual places; where there is none and we may, the Debian package is installed. */
function provideBrowser() {
  if (isBrowserThere() || !isDebianRoot()) return;
  process.stderr.write('Installing the Debian package chromium for the browser tests ...\n');
  run('apt-get', ['update', '-q']);
  run('apt-get', ['install', '-y', '-q', 'chromium']);
}

/** Asks the same code that the tests ask, so that the two cannot disagree. */
function isBrowserThere() {
  var finder = path.join(ROOT, 'e2e', 'support', 'chromium.ts');
  var script =
    'import(' + JSON.stringify(finder) + ').then((m) => m.findChromium()).catch(() => process.exit(1))';
  return childProcess.spawnSync(start.ownNode(), ['-e', script], { cwd: ROOT }).status === 0;
}

function isDebianRoot() {
  var isRoot = typeof process.getuid === 'function' && process.getuid() === 0;
  return isRoot && childProcess.spawnSync('apt-get', ['--version']).status === 0;
}

function run(program, args) {
  var result = childProcess.spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' });
  return result.status === null ? 1 : result.status;
}
