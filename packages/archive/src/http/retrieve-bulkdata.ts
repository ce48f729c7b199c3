import { formatMediaType, type HttpResponse, type Offer, type Part } from '@sightline/dicomweb';

import type { StoredInstance } from '../index/index-store.ts';
import { negotiate } from './accept.ts';
import { multipartResponse } from './multipart-response.ts';
import { ArchiveProblem } from './problems.ts';
import { retrievePixeldata } from './retrieve-pixeldata.ts';
import { singlePartResponse } from './single-part.ts';
import { findInstance, instanceUrl, openBody, type Asked, type Services } from './transaction.ts';

const octets: readonly Offer[] = [true, false].map((multipart) => ({
  mediaType: 'application/octet-stream',
  multipart,
  transferSyntax: '1.2.840.10008.1.2.1',
  isDefaultSyntax: true,
}));

const ENCAPSULATED_DOCUMENT = '00420011';
/** Types of encapsulated documents (PS3.3 C.24.2) that can be named. Whatever it says, nothing is shown by a browser. */
const documentTypes = /^(application\/pdf|text\/xml|application\/xml|model\/(stl|obj|mtl)|application\/sla)$/;

/** PS3.18 10.4: the bytes behind a BulkDataURI, little endian. */
export async function retrieveBulkdata(asked: Asked, services: Services): Promise<HttpResponse> {
  const path = asked.path.bulk ?? '';
  // Pixel data has no BulkDataURI in the metadata, but this is where clients look for it.
  if (/^7FE000(08|09|10)$/.test(path)) return retrievePixeldata(asked, services);
  const instance = await findInstance(asked, services);
  const bulk = await services.frames.bulk(instance, path);
  if (!bulk) throw new ArchiveProblem('dicom_not_found');
  const named = path === ENCAPSULATED_DOCUMENT ? await documentType(services, instance) : undefined;
  const documents: readonly Offer[] = named
    ? [true, false].map((multipart) => ({ mediaType: named, multipart }))
    : [];
  const { mediaType, multipart } = negotiate(asked, [...octets, ...documents]);
  const location = `${instanceUrl(asked.context.root, instance)}/bulkdata/${path}`;
  if (!multipart) {
    return singlePartResponse(asked, {
      type: mediaType,
      length: bulk.length,
      etag: `"${instance.hash.slice(0, 32)}-b${path}"`,
      headers: { 'content-disposition': 'attachment', 'content-location': location },
      read: (range) => bulk.read(range),
    });
  }
  const headers = {
    'Content-Type':
      mediaType === 'application/octet-stream'
        ? formatMediaType(mediaType, { 'transfer-syntax': '1.2.840.10008.1.2.1' })
        : mediaType,
    'Content-Length': String(bulk.length),
    'Content-Location': location,
  };
  const body = await openBody(asked, () => bulk.read());
  async function* parts(): AsyncGenerator<Part> {
    yield { headers, body };
  }
  return multipartResponse({
    type: mediaType,
    boundary: services.newBoundary(),
    sizes: [{ headers, size: bulk.length }],
    parts: parts(),
  });
}

async function documentType(services: Services, instance: StoredInstance): Promise<string | undefined> {
  const { metadata } = await services.frames.source(instance);
  const text = new TextDecoder().decode(new Uint8Array(metadata));
  const dataset = JSON.parse(text) as Readonly<Record<string, { readonly Value?: readonly unknown[] }>>; // ours
  const stated = dataset['00420012']?.Value?.[0];
  return typeof stated === 'string' && documentTypes.test(stated.toLowerCase())
    ? stated.toLowerCase()
    : undefined;
}
