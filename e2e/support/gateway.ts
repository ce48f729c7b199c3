import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'apps/gateway/src/main.ts');
const API_KEY = 'e2e-key-that-opens-nothing-elsewhere';
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 12_000;

/** A gateway of its own for one story: a fresh data folder, a free port, gone afterwards. */
export interface TestGateway {
  /** Without trailing slash. */
  readonly url: string;
  readonly apiKey: string;
  readonly dataDir: string;
  /** Of its process. */
  readonly pid: number;
  /** What it has written so far, logs included. */
  output(): string;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** Files and folders to import before the gateway starts. */
  readonly imports?: readonly string[];
  /** A data folder of the caller's, who removes it. Absent: a fresh one, removed when the gateway stops. */
  readonly dataDir?: string;
  /** More environment, or other values for the defaults of these tests. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ImportOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `sightline serve` as a child and waits until it says that it listens. */
export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sightline-e2e-')));
  const environment = gatewayEnvironment(dataDir, options.environment);
  if (options.imports) await runImport(options.imports, environment);
  const child = spawn(nodeProgram(), [MAIN, 'serve'], {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collectOutput(child);
  const stop = async (): Promise<void> => {
    await endProcess(child);
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const url = await listening(child, output);
    return { url, apiKey: API_KEY, dataDir, pid: child.pid ?? 0, output: () => output.join(''), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs `sightline import` on the archive in a data folder. Refused files are an outcome, not an error. */
export function runImport(paths: readonly string[], environment: NodeJS.ProcessEnv): Promise<ImportOutcome> {
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: environment, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(nodeProgram(), [MAIN, 'import', ...paths], options, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

/** The environment of a gateway on `dataDir`, without whatever the developer's shell has set for Sightline. */
export function gatewayEnvironment(
  dataDir: string,
  more: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('SIGHTLINE_'));
  return {
    ...Object.fromEntries(inherited),
    SIGHTLINE_DATA_DIR: dataDir,
    SIGHTLINE_PORT: '0',
    SIGHTLINE_DEMO: 'off',
    SIGHTLINE_API_KEY: API_KEY,
    ...more,
  };
}

/** The Node that runs TypeScript: this one, or the one among the development dependencies. */
function nodeProgram(): string {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= 24 ? process.execPath : join(ROOT, 'node_modules/node/bin/node');
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

function collectOutput(child: Child): string[] {
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  }
  return output;
}

function listening(child: Child, output: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error(`The gateway did not start:\n${output.join('')}`));
    const timer = setTimeout(fail, START_LIMIT_MS);
    child.once('close', fail);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = listeningUrl(line);
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}

function listeningUrl(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const message = JSON.parse(line) as { event?: string; url?: string }; // our own line of JSON
  return message.event === 'listening' ? message.url : undefined;
}

async function endProcess(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exit;
  clearTimeout(timer);
}
