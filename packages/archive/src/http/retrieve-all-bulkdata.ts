import { formatMediaType, type HttpResponse, type Offer, type Part } from '@sightline/dicomweb';
import { EXPLICIT_VR_LITTLE_ENDIAN } from '../frames.ts';
import type { StoredInstance } from '../index/index-store.ts';
import { negotiate } from './accept.ts';
import { multipartResponse } from './multipart-response.ts';
import { ArchiveProblem } from './problems.ts';
import { pixelParts, plainPixels } from './retrieve-pixeldata.ts';
import { instanceUrl, listInstances, openBody, type Asked, type Services } from './transaction.ts';

/** Media types of a whole study, series or object that mean its bulk data, PS3.18 table 8.7.3-2. */
export const bulkOffers: readonly Offer[] = [
  {
    mediaType: 'application/octet-stream',
    multipart: true,
    transferSyntax: EXPLICIT_VR_LITTLE_ENDIAN,
    isDefaultSyntax: true,
  },
];

/** PS3.18 10.4: every value below the path that metadata gives a BulkDataURI instead of, and the pixel data. */
export async function retrieveBulkdataBelow(asked: Asked, services: Services): Promise<HttpResponse> {
  const instances = await listInstances(asked, services);
  negotiate(asked, bulkOffers);
  return retrieveAllBulkdata(asked, services, instances);
}

export async function retrieveAllBulkdata(
  asked: Asked,
  services: Services,
  instances: readonly StoredInstance[],
): Promise<HttpResponse> {
  const parts = bulkParts(asked, services, instances);
  const first = await parts.next();
  if (first.done) throw new ArchiveProblem('dicom_not_found');
  async function* all(): AsyncGenerator<Part> {
    if (!first.done) yield first.value;
    yield* parts;
  }
  return multipartResponse({
    type: 'application/octet-stream',
    boundary: services.newBoundary(),
    parts: all(),
  });
}

async function* bulkParts(
  asked: Asked,
  services: Services,
  instances: readonly StoredInstance[],
): AsyncGenerator<Part> {
  const type = formatMediaType('application/octet-stream', { 'transfer-syntax': EXPLICIT_VR_LITTLE_ENDIAN });
  for (const instance of instances) {
    for (const { path } of await services.index.bulk(instance.id)) {
      const bulk = await services.frames.bulk(instance, path);
      if (!bulk) continue;
      const headers = {
        'Content-Type': type,
        'Content-Length': String(bulk.length),
        'Content-Location': `${instanceUrl(asked.context.root, instance)}/bulkdata/${path}`,
      };
      yield { headers, body: await openBody(asked, () => bulk.read()) };
    }
    if (instance.numberOfFrames > 0) {
      yield* pixelParts(asked, services, [{ instance, offer: plainPixels(instance) }]);
    }
  }
}
