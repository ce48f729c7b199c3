import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { openAuditTrail } from './audit/audit-trail.ts';
import { help } from './commands/help.ts';
import { describeImport, importFiles, type ImportSummary } from './commands/import-files.ts';
import { openArchive } from './commands/open-archive.ts';
import { startGateway } from './commands/start-gateway.ts';
import { walkRefusals } from './commands/walk-files.ts';
import { readConfig, StartError, unknownKeys } from './config.ts';
import { logToStandardError } from './log.ts';
import { openDataFolder } from './storage/data-folder.ts';
import { openGatewayDatabase } from './storage/gateway-database.ts';

/** The longest that open requests may take to end; the whole stop stays below 10 s. */
const GRACE_MS = 6000;
const CLEAR_LINE = '\r\u001b[K';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string; // our own file
};

process.exitCode = await run(process.argv.slice(2));

async function run([command, ...args]: readonly string[]): Promise<number> {
  try {
    if (command === '--help' || command === 'help') return print(help);
    if (command === '--version') return print(`${version}\n`);
    if (command === 'serve' && args.length === 0) return await serve();
    if (command === 'import' && args.length > 0) return await importPaths(args);
    process.stderr.write(`${usageError(command)} "sightline --help" says what there is.\n`);
    return 2;
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`);
    return 1;
  }
}

async function serve(): Promise<number> {
  const config = readConfig(process.env);
  for (const key of unknownKeys(process.env))
    warn(`${key} is set, and no setting of Sightline has that name.`);
  const log = logToStandardError(config.logLevel);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  const clock = (): Date => new Date();
  const gateway = await startGateway({ config, log, version, clock, say: warn, stopping: stop.signal });
  if (!stop.signal.aborted) {
    print(`${JSON.stringify({ event: 'listening', ...gateway.listening })}\n`);
    await once(stop.signal, 'abort');
  }
  await gateway.close(GRACE_MS);
  return 0;
}

async function importPaths(paths: readonly string[]): Promise<number> {
  const config = readConfig(process.env);
  const folder = openDataFolder(config.dataDir);
  const database = openGatewayDatabase(folder.fileOf('gateway.sqlite'));
  const audit = openAuditTrail(database).write;
  const archive = await openArchive(folder, config, { role: 'beside', clock: () => new Date(), audit });
  // The default is relative: from another folder this is another archive, and nobody would know.
  warn(`Importing into the archive in ${config.dataDir}`);
  try {
    const summary = await importFiles(archive, paths, process.stderr.isTTY ? showProgress() : undefined);
    if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
    print(describeImport(summary));
    return isImported(summary) ? 0 : 1;
  } finally {
    await archive.close();
    database.close();
  }
}

/** Something is in the archive now, and every path that was asked for exists. */
function isImported({ stored, identical, refused }: ImportSummary): boolean {
  return stored + identical > 0 && !refused.some(({ reason }) => reason === walkRefusals.missing);
}

function showProgress(): (summary: ImportSummary) => void {
  let shownAt = 0;
  return ({ stored, identical, refused }) => {
    if (performance.now() - shownAt < 100) return;
    shownAt = performance.now();
    process.stderr.write(
      `${CLEAR_LINE}${stored} stored, ${identical} already there, ${refused.length} refused\r`,
    );
  };
}

function usageError(command: string | undefined): string {
  if (command === undefined) return 'A command is missing.';
  if (command === 'serve') return 'serve takes no arguments; its settings come from the environment.';
  return command === 'import' ? 'import needs at least one file or folder.' : 'There is no such command.';
}

/** One sentence, no stack. What was not foreseen at the start is a fault of the machine, not of a patient's data. */
function startFailure(error: unknown): string {
  if (error instanceof StartError) return error.message;
  const what = error instanceof Error ? error.message.split('\n', 1)[0] : 'unknown error';
  return `Sightline could not do this: ${what}`;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}
