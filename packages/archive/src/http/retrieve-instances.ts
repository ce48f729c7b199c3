import {
  formatMediaType,
  type HttpResponse,
  type MediaType,
  type Offer,
  type Part,
} from '@sightline/dicomweb';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { StoredInstance } from '../index/index-store.ts';
import { transcodeObject, type TranscodedObject } from '../transcode-object.ts';
import { acceptOf, negotiateAmong } from './accept.ts';
import { multipartResponse } from './multipart-response.ts';
import { objectOffers } from './object-offers.ts';
import { ArchiveProblem } from './problems.ts';
import { bulkOffers, retrieveAllBulkdata } from './retrieve-all-bulkdata.ts';
import { begun, discardBody, readAhead } from './read-ahead.ts';
import { explainingFrames } from './retrieve-frames.ts';
import { singlePartResponse } from './single-part.ts';
import {
  findInstance,
  instanceUrl,
  listInstances,
  openBody,
  type Asked,
  type Services,
} from './transaction.ts';
import { zipOffer, zipResponse } from './zip-response.ts';

/** Enough to keep disk and decoders at work; each is a piece or a frame in memory. */
const OBJECTS_AHEAD = 3;

/** PS3.18 10.4: one object, as it is stored or in the transfer syntax that is asked for. */
export async function retrieveInstance(asked: Asked, services: Services): Promise<HttpResponse> {
  const instance = await findInstance(asked, services);
  const accept = acceptOf(asked);
  const offer = negotiateAmong<Offer>(accept, [
    ...objectOffers(instance, services.transcoder !== undefined),
    ...bulkOffers,
    zipOffer,
  ]);
  if (offer.mediaType !== 'application/dicom' || offer.multipart) {
    return severalInstances([instance], accept, asked, services);
  }
  return offer.transferSyntax === undefined || offer.transferSyntax === instance.transferSyntaxUid
    ? asStored(asked, instance, services)
    : transcoded(instance, offer.transferSyntax, services);
}

/** PS3.18 10.4: all objects of a study or series, as one stream. All or a problem: never silently a part. */
export async function retrieveInstances(asked: Asked, services: Services): Promise<HttpResponse> {
  return severalInstances(await listInstances(asked, services), acceptOf(asked), asked, services);
}

/** S13: an object may be a program as well, so no browser is to open one. */
const attachment = ({ sopInstanceUid }: StoredInstance): Record<string, string> => ({
  'content-disposition': `attachment; filename="${sopInstanceUid}.dcm"`,
});

async function asStored(asked: Asked, instance: StoredInstance, { blobs }: Services): Promise<HttpResponse> {
  const response = await singlePartResponse(asked, {
    type: contentType(instance.transferSyntaxUid),
    length: instance.size,
    etag: `"${instance.hash}"`,
    headers: attachment(instance),
    read: (range) => blobs.stream(instance.hash, instance.size, range, instance.crc32),
  });
  return { ...response, ...releasing(blobs) };
}

/** Without an ETag and ranges: another version of ours may write the same object in other bytes. */
async function transcoded(
  instance: StoredInstance,
  target: string,
  services: Services,
): Promise<HttpResponse> {
  const { length, bytes } = await openTranscoded(services, instance, target);
  return {
    status: 200,
    headers: {
      'content-type': contentType(target),
      ...attachment(instance),
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
      vary: 'accept',
      ...(length !== undefined && { 'content-length': String(length) }),
    },
    body: bytes,
  };
}

function openTranscoded(
  services: Services,
  instance: StoredInstance,
  target: string,
): Promise<TranscodedObject> {
  const { transcoder } = services;
  if (!transcoder) throw new ArchiveProblem('transfer_syntax_not_available', { headers: { vary: 'accept' } });
  return explainingFrames(() => transcodeObject({ ...services, transcoder }, instance, target));
}

/** Every object must be there in some form that is accepted, and all in the same kind of answer. */
async function severalInstances(
  instances: readonly StoredInstance[],
  accept: readonly MediaType[],
  asked: Asked,
  services: Services,
): Promise<HttpResponse> {
  const chosen = chooseAll(instances, accept, services);
  if (chosen === 'bulk') return retrieveAllBulkdata(asked, services, instances);
  if (chosen === 'zip') return zipResponse(asked, services, instances);
  await refuseDamaged(instances, asked, services);
  return severalParts(instances, chosen, asked, services);
}

/** One negotiation for each transfer syntax that is stored: a series has one, a study a few. */
function chooseAll(
  instances: readonly StoredInstance[],
  accept: readonly MediaType[],
  services: Services,
): ReadonlyMap<string, string> | 'bulk' | 'zip' {
  const canTranscode = services.transcoder !== undefined;
  const syntaxes = new Map<string, string>();
  for (const instance of instances) {
    const key = syntaxKey(instance);
    if (syntaxes.has(key)) continue;
    const several = [
      ...objectOffers(instance, canTranscode).filter(({ multipart }) => multipart),
      ...bulkOffers,
    ];
    const { mediaType, transferSyntax } = negotiateAmong<Offer>(accept, [...several, zipOffer]);
    if (mediaType === 'application/zip') return 'zip';
    if (mediaType === 'application/octet-stream') return 'bulk';
    syntaxes.set(key, transferSyntax ?? instance.transferSyntaxUid);
  }
  return syntaxes;
}

/** What decides on the offers of an object. */
const syntaxKey = ({ transferSyntaxUid, numberOfFrames }: StoredInstance): string =>
  `${transferSyntaxUid}/${numberOfFrames > 0}`;

/**
 * What the last check found damaged is refused before the answer begins. What nobody knew of yet can only break the
 * stream, which its length and its missing closing boundary then tell.
 */
async function refuseDamaged(
  instances: readonly StoredInstance[],
  { path }: Asked,
  { index }: Services,
): Promise<void> {
  const damaged = (await index.damaged()).filter(({ instance }) => instance.studyInstanceUid === path.study);
  if (damaged.length === 0) return;
  const hashes = new Set(damaged.map(({ hash }) => hash));
  if (instances.some(({ hash, dataHash }) => hashes.has(hash) || hashes.has(dataHash))) {
    throw new ArchiveProblem('stored_object_damaged');
  }
}

async function severalParts(
  instances: readonly StoredInstance[],
  syntaxes: ReadonlyMap<string, string>,
  asked: Asked,
  services: Services,
): Promise<HttpResponse> {
  const { context } = asked;
  const targetOf = (instance: StoredInstance): string =>
    syntaxes.get(syntaxKey(instance)) ?? instance.transferSyntaxUid;
  const headersOf = (instance: StoredInstance, size: number | undefined): Record<string, string> => ({
    'Content-Type': contentType(targetOf(instance)),
    ...(size !== undefined && { 'Content-Length': String(size) }),
    'Content-Location': instanceUrl(context.root, instance),
  });
  const open = async (instance: StoredInstance): Promise<Part> => {
    const { blobs } = services;
    const target = targetOf(instance);
    if (target === instance.transferSyntaxUid) {
      const body = await openBody(asked, () =>
        blobs.stream(instance.hash, instance.size, undefined, instance.crc32),
      );
      return { headers: headersOf(instance, instance.size), body };
    }
    const { length, bytes } = await openTranscoded(services, instance, target);
    return { headers: headersOf(instance, length), body: bytes };
  };
  const [first, ...others] = instances;
  const firstPart = first && (await open(first));
  async function* parts(): AsyncGenerator<Part> {
    if (firstPart) yield firstPart;
    // The next object is read and checked while this one is on its way.
    yield* readAhead(
      others,
      async (instance) => {
        const { headers, body } = await open(instance);
        return { headers, body: body instanceof Uint8Array ? body : begun(body) };
      },
      { depth: OBJECTS_AHEAD, discard: ({ body }) => discardBody(body) },
    );
  }
  const areAllStored = instances.every((instance) => targetOf(instance) === instance.transferSyntaxUid);
  return {
    ...multipartResponse({
      type: 'application/dicom',
      boundary: services.newBoundary(),
      ...(areAllStored && {
        sizes: instances.map((instance) => ({
          headers: headersOf(instance, instance.size),
          size: instance.size,
        })),
      }),
      parts: parts(),
    }),
    ...releasing(services.blobs),
  };
}

/** Pieces of blobs go back to where they came from when they have been sent. */
const releasing = ({ release }: BlobStore): Pick<HttpResponse, 'onSent'> =>
  release ? { onSent: release } : {};

const contentType = (transferSyntaxUid: string): string =>
  formatMediaType('application/dicom', { 'transfer-syntax': transferSyntaxUid });
