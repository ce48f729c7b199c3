import type { HttpResponse, Offer, Part } from '@sightline/dicomweb';
import { negotiate } from './accept.ts';
import { multipartResponse } from './multipart-response.ts';
import { ArchiveProblem } from './problems.ts';
import { findInstance, instanceUrl, type Asked, type Services } from './transaction.ts';

const offers: readonly Offer[] = [true, false].map((multipart) => ({
  mediaType: 'application/octet-stream',
  multipart,
  transferSyntax: '1.2.840.10008.1.2.1',
  isDefaultSyntax: true,
}));

/** PS3.18 10.4: the bytes behind a BulkDataURI, little endian. */
export async function retrieveBulkdata(asked: Asked, services: Services): Promise<HttpResponse> {
  const instance = await findInstance(asked, services);
  const path = asked.path.bulk ?? '';
  const bulk = await services.frames.bulk(instance, path);
  if (!bulk) throw new ArchiveProblem('dicom_not_found');
  const { mediaType, multipart } = negotiate(asked, offers);
  const bytes = await bulk.read();
  if (!multipart) {
    const headers = { 'content-type': mediaType, 'content-length': String(bulk.length), vary: 'accept' };
    return { status: 200, headers, body: bytes };
  }
  const headers = {
    'Content-Type': mediaType,
    'Content-Length': String(bulk.length),
    'Content-Location': `${instanceUrl(asked.context.root, instance)}/bulkdata/${path}`,
  };
  async function* parts(): AsyncGenerator<Part> {
    yield { headers, body: bytes };
  }
  const boundary = services.newBoundary();
  return multipartResponse({
    type: mediaType,
    boundary,
    sizes: [{ headers, size: bulk.length }],
    parts: parts(),
  });
}
