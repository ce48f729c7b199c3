import { Problem } from '@sightline/contract';
import type { HttpResponse } from '@sightline/dicomweb';
import type { Route, RouteRequest } from '../http/route.ts';
import { workerPolicy } from '../http/security-headers.ts';
import type { Asset, ViewerBuild } from './viewer-build.ts';

/** /assets/*: names carry a hash of their content, so a copy is good for ever. */
export function assetRoutes(viewer: ViewerBuild): readonly Route[] {
  return [
    { path: '/assets/*', methods: ['GET'], busy: true, handle: (request) => serveAsset(viewer, request) },
  ];
}

function serveAsset(viewer: ViewerBuild, request: RouteRequest): HttpResponse {
  const asset = viewer.asset(request.path.slice(1));
  if (asset === undefined) throw new Problem('not_found');
  const { coding, bytes } = negotiate(asset, request.headers['accept-encoding']);
  return {
    status: 200,
    headers: {
      'content-type': asset.contentType,
      'content-security-policy': workerPolicy,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...(coding !== undefined && { 'content-encoding': coding }),
    },
    body: bytes,
  };
}

/** The first form of ours that the client takes (RFC 9110 section 12.5.3); "q=0" is a refusal. */
function negotiate(asset: Asset, accepted = ''): { readonly coding?: string; readonly bytes: Uint8Array } {
  const taken = accepted
    .toLowerCase()
    .split(',')
    .filter((item) => !/;\s*q=0(\.0*)?\s*$/.test(item))
    .map((item) => item.split(';', 1)[0]?.trim());
  for (const [coding, bytes] of asset.encoded) {
    if (taken.includes(coding)) return { coding, bytes };
  }
  return { bytes: asset.bytes };
}
