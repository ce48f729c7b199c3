import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Archive } from '@sightline/archive';
import { asStoredUid } from '@sightline/dicom';
import { type AuditTrail, openAuditTrail } from './audit/audit-trail.ts';
import { help } from './commands/help.ts';
import { describeImport, importFiles, type ImportSummary } from './commands/import-files.ts';
import { openArchive } from './commands/open-archive.ts';
import { describeReindex, reindexArchive } from './commands/reindex-archive.ts';
import { startGateway } from './commands/start-gateway.ts';
import { describeVerify, isWhole, verifyArchive } from './commands/verify-archive.ts';
import { walkRefusals } from './commands/walk-files.ts';
import { readConfig, StartError, unknownKeys } from './config.ts';
import { logToStandardError } from './log.ts';
import { type DataFolder, openDataFolder, openUsedDataFolder } from './storage/data-folder.ts';
import { openGatewayDatabase } from './storage/gateway-database.ts';

/** The longest that open requests may take to end; the whole stop stays below 10 s. */
const GRACE_MS = 6000;
const clock = (): Date => new Date();
const CLEAR_LINE = '\r\u001b[K';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string; // our own file
};

/** `args`: how many arguments it takes, at least and at most. */
interface Command {
  readonly args: readonly [number, number];
  readonly usage: string;
  readonly run: (args: readonly string[]) => Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  serve: {
    args: [0, 0],
    usage: 'serve takes no arguments; its settings come from the environment.',
    run: serve,
  },
  import: { args: [1, Infinity], usage: 'import needs at least one file or folder.', run: importPaths },
  verify: { args: [0, 0], usage: 'verify takes no arguments.', run: verify },
  reindex: { args: [0, 0], usage: 'reindex takes no arguments.', run: reindex },
  delete: {
    args: [1, 3],
    usage: 'delete needs the UID of a study, and may have those of a series and an object in it.',
    run: deletePath,
  },
  audit: { args: [0, 0], usage: 'audit takes no arguments.', run: printAudit },
};

async function run([name = '', ...args]: readonly string[]): Promise<number> {
  try {
    if (name === '--help' || name === 'help') return print(help);
    if (name === '--version') return print(`${version}\n`);
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    const [least, most] = command?.args ?? [0, 0];
    if (command && args.length >= least && args.length <= most) return await command.run(args);
    const missing = name === '' ? 'A command is missing.' : 'There is no such command.';
    process.stderr.write(`${command?.usage ?? missing} "sightline --help" says what there is.\n`);
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
  const gateway = await startGateway({ config, log, version, clock, say: warn, stopping: stop.signal });
  if (!stop.signal.aborted) {
    print(`${JSON.stringify({ event: 'listening', ...gateway.listening })}\n`);
    await once(stop.signal, 'abort');
  }
  await gateway.close(GRACE_MS);
  return 0;
}

/** What a command beside the server works with; let go of when it ends. */
async function withArchive(
  openFolder: (path: string) => DataFolder,
  work: (opened: {
    readonly archive: Archive;
    readonly trail: AuditTrail;
    readonly dataDir: string;
  }) => Promise<number>,
): Promise<number> {
  const config = readConfig(process.env);
  const folder = openFolder(config.dataDir);
  const database = openGatewayDatabase(folder.fileOf('gateway.sqlite'));
  const trail = openAuditTrail(database);
  try {
    const archive = await openArchive(folder, config, { role: 'beside', clock, audit: trail.write });
    try {
      return await work({ archive, trail, dataDir: config.dataDir });
    } finally {
      await archive.close();
    }
  } finally {
    database.close();
  }
}

function importPaths(paths: readonly string[]): Promise<number> {
  return withArchive(openDataFolder, async ({ archive, dataDir }) => {
    // The default is relative: from another folder this is another archive, and nobody would know.
    warn(`Importing into the archive in ${dataDir}`);
    const show = showProgress<ImportSummary>(
      ({ stored, identical, refused }) =>
        `${stored} stored, ${identical} already there, ${refused.length} refused`,
    );
    const summary = await importFiles(archive, paths, show);
    clearProgress();
    print(describeImport(summary));
    return isImported(summary) ? 0 : 1;
  });
}

function verify(): Promise<number> {
  return withArchive(openUsedDataFolder, async ({ archive, trail }) => {
    const show = showProgress<number>((checked) => `${checked} files checked`);
    const summary = await verifyArchive(archive, trail, clock, show);
    clearProgress();
    print(describeVerify(summary));
    return isWhole(summary) ? 0 : 1;
  });
}

async function reindex(): Promise<number> {
  const config = readConfig(process.env);
  const folder = openDataFolder(config.dataDir);
  const database = openGatewayDatabase(folder.fileOf('gateway.sqlite'));
  try {
    const show = showProgress<number>((blobs) => `${blobs} files read`);
    const summary = await reindexArchive(folder, config, openAuditTrail(database).events(), show);
    clearProgress();
    return print(describeReindex(summary));
  } finally {
    database.close();
  }
}

function deletePath(uids: readonly string[]): Promise<number> {
  return withArchive(openUsedDataFolder, async ({ archive }) => {
    const [study, series, instance] = uids.map(asStoredUid);
    if (study === undefined || uids.some((text) => asStoredUid(text) === undefined)) {
      warn('One of these is no UID.');
      return 2;
    }
    const path = { study, ...(series && { series }), ...(instance && { instance }) };
    const { instances } = await archive.delete(path, { name: 'command-line' });
    print(`Deleted ${instances} objects.\n`);
    return instances > 0 ? 0 : 1;
  });
}

async function printAudit(): Promise<number> {
  const folder = openUsedDataFolder(readConfig(process.env).dataDir);
  const database = openGatewayDatabase(folder.fileOf('gateway.sqlite'));
  try {
    for (const event of openAuditTrail(database).events()) print(`${JSON.stringify(event)}\n`);
    return 0;
  } finally {
    database.close();
  }
}

/** Something is in the archive now, and every path that was asked for exists. */
function isImported({ stored, identical, refused }: ImportSummary): boolean {
  return stored + identical > 0 && !refused.some(({ reason }) => reason === walkRefusals.missing);
}

/** A line that is written over, at a terminal only. */
function showProgress<State>(describe: (state: State) => string): (state: State) => void {
  let shownAt = 0;
  return (state) => {
    if (!process.stderr.isTTY || performance.now() - shownAt < 100) return;
    shownAt = performance.now();
    process.stderr.write(`${CLEAR_LINE}${describe(state)}\r`);
  };
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
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

process.exitCode = await run(process.argv.slice(2));
