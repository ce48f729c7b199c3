import { demoRoutes } from './demo/demo-routes.ts';
import { requireApiKey } from './http/api-key.ts';
import type { Route } from './http/route.ts';
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
  return [
    {
      path: '/dicom-web/*',
      methods: 'any',
      busy: true,
      handle: (request) => {
        requireApiKey(request, apiKey);
        return archive.handle(request, {
          root: `${request.baseUrl}${request.root}`,
          canStore: true,
          canDelete: true,
          actor: { name: 'api-key', ...(request.address && { address: request.address }) },
        });
      },
    },
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
