import type { Archive, RequestContext } from '@sightline/archive';
import { asUid, type DicomDataset, type Uid } from '@sightline/dicom';
import type { HttpRequest, HttpResponse } from '@sightline/dicomweb';
import { createApiKey } from '../http/api-key.ts';
import { createLog } from '../log.ts';
import type { GatewayParts } from '../parts.ts';
import { gatewayRoutes } from '../routes.ts';
import { createServer, type GatewayServer, type InjectedResponse, type ServerOptions } from '../server.ts';
import { createSessionStore } from '../sessions/session-store.ts';
import { openGatewayDatabase } from '../storage/gateway-database.ts';
import { createTicketStore } from '../tickets/ticket-store.ts';
import { createViewerBuild } from '../viewer/viewer-build.ts';

export const API_KEY = 'test-key-0123456789';
export const PATIENT = 'DOE^JANE';

export interface TestGateway {
  readonly server: GatewayServer;
  readonly parts: GatewayParts;
  /** Every line logged so far. */
  readonly logged: string[];
  /** Milliseconds; moved by the test. */
  readonly time: { now: number };
  launch(body: unknown, headers?: Readonly<Record<string, string>>): Promise<InjectedResponse>;
  /** A redeemed launch: its session's path and cookie. */
  open(...studyInstanceUids: readonly string[]): Promise<{ readonly path: string; readonly cookie: string }>;
}

export function uid(text: string): Uid {
  const parsed = asUid(text);
  if (parsed === undefined) throw new Error('not a UID');
  return parsed;
}

export const launchOf = (...studyInstanceUids: readonly string[]): unknown => ({
  selections: [{ target: { kind: 'studies', studyInstanceUids } }],
});

/** The whole gateway over a tiny archive, in memory, with a clock that the test turns. */
export function createTestGateway(
  options: {
    readonly archive?: Partial<Archive>;
    readonly demo?: boolean;
    readonly server?: Partial<ServerOptions>;
  } = {},
): TestGateway {
  const time = { now: Date.UTC(2026, 0, 1) };
  const clock = (): Date => new Date(time.now);
  const logged: string[] = [];
  const database = openGatewayDatabase(':memory:');
  const parts: GatewayParts = {
    archive: { ...tinyArchive(), ...options.archive },
    tickets: createTicketStore({ database, clock, ttlSeconds: 60 }),
    sessions: createSessionStore({ database, clock }),
    viewer: createViewerBuild(VIEWER_PAGE, VIEWER_FILES),
    apiKey: createApiKey(API_KEY),
    demo: options.demo ?? false,
    version: '0.0.0',
  };
  const log = createLog('trace', { write: (line) => void logged.push(line) });
  const server = createServer({ routes: gatewayRoutes(parts), log, ...options.server });
  const launch: TestGateway['launch'] = (body, headers = {}) =>
    server.request({
      method: 'POST',
      url: '/api/launches',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    server,
    parts,
    logged,
    time,
    launch,
    async open(...studyInstanceUids) {
      const { ticket } = JSON.parse((await launch(launchOf(...studyInstanceUids))).text) as {
        ticket: string;
      };
      const { headers } = await server.request({ url: `/view?ticket=${ticket}` });
      return { path: headers['location'] ?? '', cookie: headers['set-cookie']?.split(';', 1)[0] ?? '' };
    },
  };
}

const VIEWER_SCRIPT = 'performance.mark("sightline:page");';
const VIEWER_PAGE = `<!doctype html><html><head><!--sightline:bootstrap--><script>${VIEWER_SCRIPT}</script>
<style>body{margin:0}</style><script type="module" src="/assets/main-abc123.js"></script></head><body></body></html>`;
const VIEWER_FILES = new Map(
  Object.entries({
    'main-abc123.js': 'plain',
    'main-abc123.js.br': 'brotli',
    'main-abc123.js.gz': 'gzip',
    'a.wasm': '',
  }).map(([name, text]): [string, Uint8Array] => [name, Buffer.from(text)]),
);

/** One study with one image; it answers what it was asked, so that a test sees path, scope and rights. */
function tinyArchive(): Archive {
  const study = '1.2.3';
  const metadata: DicomDataset = {
    '00100010': { vr: 'PN', Value: [{ Alphabetic: `${PATIENT}</script>` }] },
    '00280002': { vr: 'US', Value: [1] },
    '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
    '00280010': { vr: 'US', Value: [2] },
    '00280011': { vr: 'US', Value: [2] },
    '00280100': { vr: 'US', Value: [16] },
    '00280101': { vr: 'US', Value: [12] },
    '00280102': { vr: 'US', Value: [11] },
    '00280103': { vr: 'US', Value: [0] },
  };
  return {
    store: () => Promise.resolve({ kind: 'refused', code: 'not_dicom' }),
    storeIf: () => Promise.resolve({ kind: 'refused', code: 'not_dicom' }),
    handle: (request, context) => Promise.resolve(answer(request, context)),
    retrieveByUri: (request, context) => Promise.resolve(answer(request, context)),
    delete: () => Promise.resolve({ studyInstanceUids: [], series: 0, instances: 0 }),
    async *checkBlobs() {},
    damaged: () => Promise.resolve([]),
    statistics: () => Promise.resolve({ studies: 1, series: 1, instances: 1, bytes: 1 }),
    hasStudy: (asked) => Promise.resolve(asked === study),
    isEmpty: () => Promise.resolve(false),
    firstImage: (asked) =>
      Promise.resolve(
        asked === study
          ? {
              studyInstanceUid: uid(study),
              seriesInstanceUid: uid('1.2.3.1'),
              sopInstanceUid: uid('1.2.3.1.1'),
              frame: 1,
              metadata,
            }
          : undefined,
      ),
    listStudies: () => Promise.resolve([metadata]),
    close: () => Promise.resolve(),
  };
}

function answer(request: HttpRequest, context: RequestContext): HttpResponse {
  const { method, path, query } = request;
  const studies = context.studies === undefined ? 'all' : [...context.studies];
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ method, path, query, root: context.root, studies, canStore: context.canStore }),
  };
}
