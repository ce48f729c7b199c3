import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openAuditTrail } from '../audit/audit-trail.ts';
import type { Archive } from '@sightline/archive';
import { type Config, type DimseSetting, StartError } from '../config.ts';
import type { DimseDoor } from '../dimse/dimse-door.ts';
import { createApiKey } from '../http/api-key.ts';
import type { Log } from '../log.ts';
import { gatewayRoutes } from '../routes.ts';
import { createServer, type GatewayServer } from '../server.ts';
import { createSessionStore } from '../sessions/session-store.ts';
import { type DataFolder, keptApiKey, openDataFolder } from '../storage/data-folder.ts';
import { openGatewayDatabase } from '../storage/gateway-database.ts';
import { createTicketStore } from '../tickets/ticket-store.ts';
import { loadViewerBuild, type ViewerBuild } from '../viewer/viewer-build.ts';
import { startBackgroundCheck } from './background-check.ts';
import { type DemoState, openDemoState } from './demo-studies.ts';
import { openArchive } from './open-archive.ts';
import { warmServer } from './warm-server.ts';

/** What is warm by then is; the server has been answering meanwhile. */
const WARM_LIMIT_MS = 150;
const VIEWER_FOLDER = fileURLToPath(new URL('../../../viewer/dist', import.meta.url));

export interface RunningGateway {
  /** What the line on standard output says, beside the event. */
  readonly listening: {
    readonly url: string;
    /** Present when the key is the one in the data folder. */
    readonly apiKeyFile?: string;
    readonly demo: boolean;
    /** Present when DIMSE associations are taken. */
    readonly dimsePort?: number;
  };
  /** Ends open requests within `graceMs`, then lets go of everything. */
  close(graceMs: number): Promise<void>;
}

export interface StartOptions {
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
  readonly clock: () => Date;
  /** One line for the operator. */
  readonly say: (line: string) => void;
  /** Aborted when the process was told to stop. */
  readonly stopping: AbortSignal;
}

/**
 * Opens the data folder, listens, and makes the demo studies where they are due. Throws a StartError where something
 * outside the program prevents that, and then has let go of everything again.
 */
export async function startGateway(options: StartOptions): Promise<RunningGateway> {
  const { config, log, version, clock } = options;
  await using opened = new AsyncDisposableStack();
  const folder = openDataFolder(config.dataDir);
  const viewer = await openViewer();
  const database = openGatewayDatabase(folder.fileOf('gateway.sqlite'));
  opened.defer(() => database.close());
  const audit = openAuditTrail(database).write;
  const archive = await openArchive(folder, config, { role: 'server', clock, audit });
  opened.defer(() => archive.close());
  const { key, file } = apiKeyOf(config, folder);
  const demo = await openDemoState({ database, archive, allowed: config.demo });
  const routes = gatewayRoutes({
    archive,
    tickets: createTicketStore({ database, clock, ttlSeconds: config.ticketTtlSeconds }),
    sessions: createSessionStore({ database, clock }),
    viewer,
    apiKey: createApiKey(key),
    demo: demo.isOn,
    version,
  });
  const server = createServer({ routes, log, ...(config.publicUrl && { publicUrl: config.publicUrl }) });
  // Before the demo studies: a port that is taken should be known at once.
  const url = await listen(server, config);
  opened.defer(() => server.close(0));
  const warm = warmServer({ archive, url, apiKey: key });
  const door = config.dimse && (await openDimse(archive, config.dimse, log));
  if (door) opened.defer(() => door.close(0));
  await fillDemo(demo, options);
  const check = startBackgroundCheck({ archive, log, clock });
  opened.defer(() => check.stop());
  await Promise.race([warm, wait(WARM_LIMIT_MS, undefined, { ref: false })]);
  log.event('listening');
  const running = opened.move();
  return {
    listening: {
      url,
      demo: demo.isOn,
      ...(door && { dimsePort: door.port }),
      ...(file !== undefined && { apiKeyFile: file }),
    },
    async close(graceMs) {
      await Promise.all([server.close(graceMs), door?.close(graceMs)]);
      await running.disposeAsync();
      log.event('stopped');
    },
  };
}

/** The library is loaded only where it is wanted. */
async function openDimse(archive: Archive, dimse: DimseSetting, log: Log): Promise<DimseDoor> {
  const { openDimseDoor } = await import('../dimse/dimse-door.ts');
  const onFailure = (error: unknown): void => log.failure('dimse', 'dimse', error);
  try {
    return await openDimseDoor({
      archive,
      ...dimse,
      onFailure,
      onRejected: (rejection) => log.event('dimse_rejected', { ...rejection }),
    });
  } catch (cause) {
    const reason = failureReason(cause)?.replaceAll(/SIGHTLINE_(HOST|PORT)/g, 'SIGHTLINE_DIMSE_$1');
    if (reason === undefined) throw cause;
    throw new StartError(reason, { cause });
  }
}

async function openViewer(): Promise<ViewerBuild> {
  try {
    return await loadViewerBuild(VIEWER_FOLDER);
  } catch (cause) {
    throw new StartError(
      'The viewer is not built yet. Run "npm run build" first, or "npm start", which does.',
      { cause },
    );
  }
}

function apiKeyOf(config: Config, folder: DataFolder): { readonly key: string; readonly file?: string } {
  return config.apiKey === undefined ? keptApiKey(folder) : { key: config.apiKey };
}

async function listen(server: GatewayServer, { host, port }: Config): Promise<string> {
  try {
    const actual = await server.listen({ host, port });
    return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
  } catch (cause) {
    const reason = failureReason(cause);
    if (reason === undefined) throw cause;
    throw new StartError(reason, { cause });
  }
}

function failureReason(cause: unknown): string | undefined {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && Object.hasOwn(listenFailures, code) ? listenFailures[code] : undefined;
}

const listenFailures: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'The port is already taken by another program. Stop that one, or set SIGHTLINE_PORT to another port.',
  EACCES: 'The port may not be opened by this user. Set SIGHTLINE_PORT to another one, above 1023.',
  EADDRNOTAVAIL: 'SIGHTLINE_HOST is not an address of this machine.',
  ENOTFOUND: 'SIGHTLINE_HOST is not a name that this machine knows.',
};

async function fillDemo(demo: DemoState, { say, stopping }: StartOptions): Promise<void> {
  await demo.fill(stopping, (count) => {
    if (count === 1) say('Making the demo studies ...');
    if (count % 100 === 0) say(`  ${count} images`);
  });
}
