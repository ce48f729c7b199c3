import { Problem, type ProblemCode, type ProblemItem } from '@sightline/contract';
import type { HttpResponse } from '@sightline/dicomweb';
import {
  buildDnManifest,
  LaunchError,
  launchFaults,
  type LaunchRequest,
  type LaunchSource,
  parseLaunchBody,
  studiesOf,
} from '@sightline/launch';
import { requireApiKey } from '../http/api-key.ts';
import { readJson } from '../http/read-json.ts';
import type { Route, RouteRequest } from '../http/route.ts';
import type { GatewayParts } from '../parts.ts';
import { sessionCookie } from '../sessions/session-access.ts';
import { createLaunch } from './create-launch.ts';

const BODY_LIMITS = { maxBytes: 64 * 1024, timeoutMs: 10_000 };

/** Asking for a launch, and the two ways to open one. */
export function launchRoutes(parts: GatewayParts): readonly Route[] {
  return [
    { path: '/api/launches', methods: ['POST'], handle: (request) => postLaunch(parts, request) },
    { path: '/launch/{ticket}', methods: ['GET'], handle: (request) => getManifest(parts, request) },
    { path: '/view', methods: ['GET'], handle: (request) => getView(parts, request) },
  ];
}

async function postLaunch({ apiKey, tickets }: GatewayParts, request: RouteRequest): Promise<HttpResponse> {
  requireApiKey(request, apiKey);
  const launch = readLaunch(await readJson(request, BODY_LIMITS));
  requireOwnSource(launch, request.baseUrl);
  return {
    status: 201,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(createLaunch(launch, tickets, request.baseUrl)),
  };
}

function readLaunch(body: unknown): LaunchRequest {
  try {
    return parseLaunchBody(body);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    throw new Problem(problemCodeOf(error), { errors: error.faults });
  }
}

/** A launch that is only ahead of this version says so; one with any other fault is not understood. */
function problemCodeOf({ faults }: LaunchError): ProblemCode {
  for (const code of ['target_unsupported', 'source_unsupported'] as const) {
    if (faults.every((fault) => fault.code === code)) return code;
  }
  return 'launch_unreadable';
}

/** The one source there is: our own archive, needing no credentials. A URL of a launch is never fetched. */
function requireOwnSource(launch: LaunchRequest, baseUrl: string): void {
  const own = new URL(`${baseUrl}/dicom-web`).href;
  const errors = launch.selections.flatMap(({ source }, i): ProblemItem[] =>
    source === undefined || isOwn(source, own)
      ? []
      : [
          {
            pointer: `/selections/${i}/source`,
            code: 'source_unsupported',
            message: launchFaults.source_unsupported,
          },
        ],
  );
  if (errors.length > 0) throw new Problem('source_unsupported', { errors });
}

function isOwn(source: LaunchSource, own: string): boolean {
  return source.auth === undefined && new URL(source.baseUrl).href.replace(/\/$/, '') === own;
}

/** GET /launch/{ticket}: the DN Viewer manifest, once (seed 000; specs/dn-viewer.md D18). */
function getManifest({ tickets, sessions }: GatewayParts, request: RouteRequest): HttpResponse {
  const ticket = request.params['ticket'] ?? '';
  const ahead = notOpening(request);
  if (ahead !== undefined) return ahead;
  // Before it is spent: the person can still open this launch in the browser.
  const waiting = tickets.peek(ticket);
  if (waiting !== undefined && studiesOf(waiting).length > 1) throw new Problem('manifest_needs_one_study');
  const launch = tickets.redeem(ticket);
  if (launch === undefined) throw new Problem('ticket_not_usable');
  const { session, secret } = sessions.create(launch);
  const [studyUid] = session.studies;
  if (studyUid === undefined) throw new Problem('internal'); // a launch request names at least one study
  const manifest = buildDnManifest({
    baseUrl: `${request.baseUrl}/s/${session.id}/dicom-web`,
    studyUid,
    token: secret,
    ...(launch.label !== undefined && { provider: launch.label }),
    replaceWorkspace: launch.presentation?.replaceWorkspace ?? true,
  });
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(manifest),
  };
}

/** GET /view?ticket=: spends the ticket, sets the session's cookie and goes to a URL that holds no secret. */
function getView({ tickets, sessions }: GatewayParts, request: RouteRequest): HttpResponse {
  const ahead = notOpening(request);
  if (ahead !== undefined) return ahead;
  const [ticket, ...more] = new URLSearchParams(request.query).getAll('ticket');
  const launch = ticket === undefined || more.length > 0 ? undefined : tickets.redeem(ticket);
  if (launch === undefined) throw new Problem('ticket_not_usable');
  const { session, secret } = sessions.create(launch);
  return {
    status: 303,
    headers: {
      location: `/s/${session.id}/`,
      'set-cookie': sessionCookie(session.id, secret, { secure: request.baseUrl.startsWith('https:') }),
    },
  };
}

/** The first is the standard's (Fetch 3.4); the others are what browsers sent before it, and some still do. */
const purposeHeaders = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const;

/**
 * Programs look at links before people open them; none of that may spend a ticket, nor tell whether there is one.
 * A prefetch is refused as an error, because a browser would keep a success and show it instead of opening the link.
 */
function notOpening(request: RouteRequest): HttpResponse | undefined {
  const purpose = purposeHeaders.map((name) => request.headers[name] ?? '').join(' ');
  if (/\b(prefetch|prerender|preview)\b/i.test(purpose)) throw new Problem('prefetch_refused');
  return request.method === 'HEAD' ? { status: 204, headers: {} } : undefined;
}
