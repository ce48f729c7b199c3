import type { HttpRequest, HttpResponse } from '@sightline/dicomweb';
import { demoRoutes } from './demo/demo-routes.ts';
import { requireApiKey } from './http/api-key.ts';
import type { Route, RouteRequest } from './http/route.ts';
import { launchRoutes } from './launch/launch-routes.ts';
import { homePage } from './pages/home-page.ts';
import type { GatewayParts } from './parts.ts';
import { sessionRoutes } from './sessions/session-routes.ts';
import { assetRoutes } from './viewer/asset-routes.ts';

/** Every address of the gateway. What is not on this list is not offered. */
export function gatewayRoutes(parts: GatewayParts): readonly Route[] {
  return [
    ...launchRoutes(parts),
    ...sessionRoutes(parts),
    ...assetRoutes(parts.viewer),
    ...archiveRoutes(parts),
    ...demoRoutes(parts),
    ...plainRoutes(parts),
  ];
}

/** The embedded archive's own DICOMweb root and its WADO-URI address, for systems that hold the API key. */
function archiveRoutes({ archive, apiKey }: GatewayParts): readonly Route[] {
  const handle = (request: RouteRequest, asked: HttpRequest): Promise<HttpResponse> => {
    requireApiKey(request, apiKey);
    return archive.handle(asked, {
      root: `${request.baseUrl}/dicom-web`,
      canStore: true,
      canDelete: true,
      actor: { name: 'api-key', ...(request.address && { address: request.address }) },
    });
  };
  return [
    { path: '/dicom-web/*', methods: 'any', busy: true, handle: (request) => handle(request, request) },
    // The root itself, as people configure it.
    { path: '/dicom-web', methods: 'any', handle: (request) => handle(request, atRoot(request)) },
    {
      path: '/wado',
      methods: ['GET'],
      busy: true,
      handle: (request) => {
        requireApiKey(request, apiKey);
        return archive.retrieveByUri(request, { root: `${request.baseUrl}/dicom-web`, canStore: false });
      },
    },
  ];
}

function atRoot({ method, query, headers, body, signal }: RouteRequest): HttpRequest {
  return { method, path: '/', query, headers, body, signal };
}

function plainRoutes({ demo }: GatewayParts): readonly Route[] {
  return [
    {
      path: '/',
      methods: ['GET'],
      handle: ({ baseUrl }) => (demo ? { status: 303, headers: { location: '/demo' } } : homePage(baseUrl)),
    },
    {
      path: '/healthz',
      methods: ['GET'],
      handle: () => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: '{"status":"ok"}',
      }),
    },
  ];
}
