/*
 * `npm start`: installs and builds what is missing or out of date, then runs the gateway and says what to open.
 * Written in the JavaScript of 2009, so that even a very old Node gets as far as the sentence that says so.
 */
/* oxlint-disable no-var, no-unused-vars */
'use strict';

var NEEDED_NODE = 20;
if (parseInt(process.versions.node, 10) < NEEDED_NODE) {
  process.stderr.write(
    'Sightline needs Node ' +
      NEEDED_NODE +
      ' or later, and this is Node ' +
      process.versions.node +
      '. Install a newer one from https://nodejs.org and run this again.\n'
  );
  process.exit(1);
}

var childProcess = require('child_process');
var crypto = require('crypto');
var fs = require('fs');
var path = require('path');

var ROOT = path.join(__dirname, '..');
var MODULES = path.join(ROOT, 'node_modules');
var LOCK = path.join(ROOT, 'package-lock.json');
var LOCK_STAMP = path.join(MODULES, '.sightline-lock');
var BUILD = path.join(ROOT, 'apps', 'viewer', 'dist');
var BUILD_STAMP = path.join(BUILD, '.sightline-sources');
/* What the viewer's bundle is made of. */
var SOURCES = ['apps/viewer', 'packages/contract', 'packages/dicom', 'packages/dicomweb', 'packages/launch'];

module.exports = { install: install, buildViewer: buildViewer, ownNode: ownNode };
if (require.main === module) {
  install();
  buildViewer();
  serve();
}

/** Installs the dependencies unless those of this very lock file are there. */
function install() {
  var wanted = hash([LOCK]);
  if (read(LOCK_STAMP) === wanted) return;
  if (!isInstalledByHand()) {
    say('Installing the dependencies ...');
    runNpm(
      ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
      'The dependencies could not be installed (see above).'
    );
  }
  if (!fs.existsSync(ownNode())) {
    /* npm may be told not to run install scripts; this one only fetches the Node that we ask for. */
    run(process.execPath, [path.join(MODULES, 'node', 'installArchSpecificPackage.js')], {
      cwd: path.join(MODULES, 'node'),
      failure: 'The Node that Sightline needs could not be installed (see above).',
    });
  }
  fs.writeFileSync(LOCK_STAMP, wanted);
}

/** npm leaves a lock file of its own; one newer than ours means that somebody ran `npm ci` themselves. */
function isInstalledByHand() {
  try {
    return fs.statSync(path.join(MODULES, '.package-lock.json')).mtimeMs >= fs.statSync(LOCK).mtimeMs;
  } catch (ignored) {
    return false;
  }
}

/** Builds the viewer unless the build there is of these very sources. */
function buildViewer() {
  var wanted = hash([LOCK].concat(sourceFiles()));
  if (read(BUILD_STAMP) === wanted && fs.existsSync(path.join(BUILD, 'index.html'))) return;
  say('Building the viewer ...');
  runNpm(
    ['run', 'build', '--workspace', '@sightline/viewer', '--silent'],
    'The viewer could not be built (see above).'
  );
  fs.writeFileSync(BUILD_STAMP, wanted);
}

function sourceFiles() {
  var files = [];
  SOURCES.forEach(function (folder) {
    collect(path.join(ROOT, folder), files);
  });
  return files.sort(); // oxlint-disable-line typescript/require-array-sort-compare -- texts
}

function collect(folder, files) {
  fs.readdirSync(folder, { withFileTypes: true }).forEach(function (entry) {
    var file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== 'dist') collect(file, files);
    } else if (!/\.test\.tsx?$/.test(entry.name)) {
      files.push(file);
    }
  });
}

/** Runs the gateway in the foreground; its line on standard output passes through unchanged. */
function serve() {
  var env = Object.assign({}, process.env);
  /* A person at a terminal wants to read what to open, not each request. */
  if (process.stderr.isTTY && !env.SIGHTLINE_LOG_LEVEL) env.SIGHTLINE_LOG_LEVEL = 'warn';
  /* Our TypeScript, as it was compiled the last time: half the time of a start. */
  env.NODE_COMPILE_CACHE = env.NODE_COMPILE_CACHE || path.join(MODULES, '.cache', 'node');
  var main = path.join(ROOT, 'apps', 'gateway', 'src', 'main.ts');
  var child = childProcess.spawn(ownNode(), [main, 'serve'], {
    cwd: ROOT,
    env: env,
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  ['SIGINT', 'SIGTERM'].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  stopWithNpm(child);
  var text = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', function (chunk) {
    process.stdout.write(chunk);
    if (text === undefined) return;
    text += chunk;
    if (text.indexOf('\n') < 0) return;
    welcome(JSON.parse(text.slice(0, text.indexOf('\n'))));
    text = undefined;
  });
  child.on('error', function () {
    fail('The Node that Sightline brings along does not start. Delete node_modules and run this again.');
  });
  child.on('close', function (code) {
    process.exitCode = code === null ? 1 : code;
  });
}

/**
 * npm runs us in a shell and hands signals to that; some shells end without handing them on. A parent that is gone
 * means the same as the signal.
 */
function stopWithNpm(child) {
  var shell = process.ppid;
  if (!process.env.npm_lifecycle_event) return;
  setInterval(function () {
    if (process.ppid !== shell) child.kill('SIGTERM');
  }, 500).unref();
}

function welcome(listening) {
  var url = listening.url.replace('//127.0.0.1:', '//localhost:');
  var key = listening.apiKeyFile ? 'in ' + listening.apiKeyFile : 'the one in SIGHTLINE_API_KEY';
  process.stdout.write(
    [
      '',
      'Sightline is ready.',
      '',
      '  Open         ' + url + (listening.demo ? '/demo' : '/'),
      '  Add a study  npx sightline import /path/to/dicom',
      '  API key      ' + key,
      '  Stop         Ctrl+C',
      '',
      '',
    ].join('\n')
  );
}

/** The Node to run our TypeScript with: this one if it is new enough, else the one among the dependencies. */
function ownNode() {
  if (parseInt(process.versions.node, 10) >= 24) return process.execPath;
  return path.join(MODULES, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function runNpm(args, failure) {
  var npm = process.env.npm_execpath;
  if (npm && /\.c?js$/.test(npm))
    return run(process.execPath, [npm].concat(args), { cwd: ROOT, failure: failure });
  return run('npm', args, { cwd: ROOT, failure: failure, shell: process.platform === 'win32' });
}

/** Runs a program to its end. Its output goes to standard error: standard output belongs to the gateway. */
function run(program, args, options) {
  var result = childProcess.spawnSync(program, args, {
    cwd: options.cwd,
    shell: options.shell === true,
    stdio: ['ignore', 2, 2],
  });
  if (result.error || result.status !== 0) fail(options.failure);
}

function hash(files) {
  var sum = crypto.createHash('sha256');
  files.forEach(function (file) {
    sum.update(path.relative(ROOT, file) + '\0');
    sum.update(fs.readFileSync(file));
  });
  return sum.digest('hex');
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (ignored) {
    return undefined;
  }
}

function say(line) {
  process.stderr.write(line + '\n');
}

function fail(sentence) {
  say(sentence);
  process.exit(1);
}
