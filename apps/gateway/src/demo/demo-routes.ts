import { readFileSync } from 'node:fs';
import { Problem } from '@sightline/contract';
import type { HttpResponse } from '@sightline/dicomweb';
import type { Route, RouteRequest } from '../http/route.ts';
import { createLaunch } from '../launch/create-launch.ts';
import type { GatewayParts } from '../parts.ts';
import { readLaunchForm, requireOwnPage } from './launch-form.ts';
import { portalPage } from './portal-page.ts';
import { toStudyRows } from './study-row.ts';

const LISTED = 200;

/** The demo portal; nothing of it exists unless the demo is on. */
export function demoRoutes(parts: GatewayParts): readonly Route[] {
  if (!parts.demo) return [];
  return [
    { path: '/demo', methods: ['GET'], handle: (request) => getPortal(parts, request) },
    { path: '/demo/launch', methods: ['POST'], handle: (request) => postLaunch(parts, request) },
    fileRoute('portal.css', 'text/css; charset=utf-8'),
    fileRoute('portal.js', 'text/javascript; charset=utf-8'),
  ];
}

async function getPortal({ archive }: GatewayParts, { baseUrl }: RouteRequest): Promise<HttpResponse> {
  const studies = await archive.listStudies({ limit: LISTED + 1 });
  return portalPage({
    baseUrl,
    studies: toStudyRows(studies.slice(0, LISTED)),
    isCut: studies.length > LISTED,
  });
}

/** As POST /api/launches, for the person on the page; then on to the viewer. */
async function postLaunch({ tickets }: GatewayParts, request: RouteRequest): Promise<HttpResponse> {
  requireOwnPage(request);
  const { launch, open } = await readLaunchForm(request);
  const { viewerUrl, links } = createLaunch(launch, tickets, request.baseUrl);
  const location = open === 'viewer' ? viewerUrl : links.dnviewer;
  // DN Viewer opens one study at a time; the page offers it for no more.
  if (location === undefined) throw new Problem('launch_unreadable');
  return { status: 303, headers: { location } };
}

function fileRoute(name: string, contentType: string): Route {
  const body = readFileSync(new URL(name, import.meta.url), 'utf8');
  return {
    path: `/demo/${name}`,
    methods: ['GET'],
    handle: () => ({ status: 200, headers: { 'content-type': contentType }, body }),
  };
}
