import { transferSyntax } from '@sightline/dicom';
import { formatMediaType, type HttpResponse, type Offer, type Part } from '@sightline/dicomweb';
import { EXPLICIT_VR_LITTLE_ENDIAN } from '../frames.ts';
import type { StoredInstance } from '../index/index-store.ts';
import { negotiate } from './accept.ts';
import { multipartResponse } from './multipart-response.ts';
import { findInstance, instanceUrl, listInstances, type Asked, type Services } from './transaction.ts';

/** PS3.18 10.4: one object, as it is stored. */
export async function retrieveInstance(asked: Asked, services: Services): Promise<HttpResponse> {
  const instance = await findInstance(asked, services);
  const offer = negotiate(asked, offersFor(instance));
  if (offer.multipart) return severalInstances([instance], asked, services);
  return {
    status: 200,
    headers: {
      'content-type': contentType(instance),
      'content-length': String(instance.size),
      vary: 'accept',
    },
    body: await services.blobs.stream(instance.hash, instance.size),
  };
}

/** PS3.18 10.4: all objects of a study or series, as one stream. All or a problem: never silently a part. */
export async function retrieveInstances(asked: Asked, services: Services): Promise<HttpResponse> {
  const instances = await listInstances(asked, services);
  const bySyntax = new Map(instances.map((instance) => [instance.transferSyntaxUid, instance]));
  for (const instance of bySyntax.values()) {
    negotiate(
      asked,
      offersFor(instance).filter(({ multipart }) => multipart),
    );
  }
  return severalInstances(instances, asked, services);
}

/**
 * Objects go out as they are stored. Without the transfer-syntax parameter a client asks for Explicit VR Little Endian;
 * objects that were compressed with loss may then stay as they are (PS3.18 8.7.3.5.2).
 */
function offersFor({ transferSyntaxUid }: StoredInstance): readonly Offer[] {
  const isDefaultSyntax =
    transferSyntaxUid === EXPLICIT_VR_LITTLE_ENDIAN || transferSyntax(transferSyntaxUid)?.lossy === true;
  return [true, false].map((multipart) => ({
    mediaType: 'application/dicom',
    multipart,
    transferSyntax: transferSyntaxUid,
    isDefaultSyntax,
  }));
}

/**
 * The first object is opened before the answer begins, so that a damaged one is a status. A later one can only break
 * the stream, which its length and its missing closing boundary then tell.
 */
async function severalInstances(
  instances: readonly StoredInstance[],
  { context }: Asked,
  { blobs, newBoundary }: Services,
): Promise<HttpResponse> {
  const headersOf = (instance: StoredInstance): Record<string, string> => ({
    'Content-Type': contentType(instance),
    'Content-Length': String(instance.size),
    'Content-Location': instanceUrl(context.root, instance),
  });
  const open = (instance: StoredInstance): Promise<AsyncIterable<Uint8Array>> =>
    blobs.stream(instance.hash, instance.size);
  const [first, ...others] = instances;
  const firstBody = first && (await open(first));
  async function* parts(): AsyncGenerator<Part> {
    if (first && firstBody) yield { headers: headersOf(first), body: firstBody };
    for (const instance of others) yield { headers: headersOf(instance), body: await open(instance) };
  }
  return multipartResponse({
    type: 'application/dicom',
    boundary: newBoundary(),
    sizes: instances.map((instance) => ({ headers: headersOf(instance), size: instance.size })),
    parts: parts(),
  });
}

const contentType = ({ transferSyntaxUid }: StoredInstance): string =>
  formatMediaType('application/dicom', { 'transfer-syntax': transferSyntaxUid });
