import { transferSyntax } from '@sightline/dicom';
import { formatMediaType, type HttpResponse, type Offer, type Part } from '@sightline/dicomweb';
import { EXPLICIT_VR_LITTLE_ENDIAN } from '../frames.ts';
import type { StoredInstance } from '../index/index-store.ts';
import { openPixelData } from '../pixel-data.ts';
import { acceptOf, negotiateAmong } from './accept.ts';
import { mediaTypeOf } from './bulk-media-types.ts';
import { CODING } from './conditional.ts';
import { multipartResponse } from './multipart-response.ts';
import { ArchiveProblem } from './problems.ts';
import { explainingFrames } from './retrieve-frames.ts';
import { singlePartResponse } from './single-part.ts';
import { openBody, instanceUrl, listInstances, type Asked, type Services } from './transaction.ts';

/**
 * PS3.18 10.4: the pixel data of all objects below the path. Uncompressed, the frames of an object are one part, one
 * after the other as in a file; compressed, each is a part of its own, as it is stored.
 */
export async function retrievePixeldata(asked: Asked, services: Services): Promise<HttpResponse> {
  const instances = (await listInstances(asked, services)).filter(({ numberOfFrames }) => numberOfFrames > 0);
  const [first, ...others] = instances;
  if (!first) throw new ArchiveProblem('dicom_not_found');
  const accept = acceptOf(asked);
  const forms = others.length === 0 ? [true, false] : [true];
  const offers = instances.map((instance) => negotiateAmong(accept, pixelOffers(instance, forms)));
  const [offer] = offers;
  if (offer && !offer.multipart) return onePart(asked, services, first, offer);
  const parts = pixelParts(
    asked,
    services,
    instances.map((instance, at) => ({ instance, offer: offers[at] ?? offer })),
  );
  return multipartResponse({
    type: offer?.mediaType ?? 'application/octet-stream',
    boundary: services.newBoundary(),
    parts: await begun(parts),
  });
}

export type PixelOffer = Offer & { readonly transferSyntax: string };

function pixelOffers(
  { transferSyntaxUid, numberOfFrames }: StoredInstance,
  forms: readonly boolean[],
): PixelOffer[] {
  const syntax = transferSyntax(transferSyntaxUid);
  const stored = syntax?.family === 'native' ? EXPLICIT_VR_LITTLE_ENDIAN : transferSyntaxUid;
  const isDecodable = syntax !== undefined && syntax.family !== 'video';
  const mediaType = syntax && mediaTypeOf(syntax);
  const of = (
    type: string,
    uid: string,
    isDefaultSyntax: boolean,
    multiparts: readonly boolean[],
  ): PixelOffer[] =>
    multiparts.map((multipart) => ({ mediaType: type, multipart, transferSyntax: uid, isDefaultSyntax }));
  const whole = numberOfFrames === 1 ? forms : [true];
  return [
    ...(isDecodable ? of('application/octet-stream', EXPLICIT_VR_LITTLE_ENDIAN, true, forms) : []),
    ...(mediaType === undefined ? [] : of(mediaType, stored, true, whole)),
    ...(stored === EXPLICIT_VR_LITTLE_ENDIAN ? [] : of('application/octet-stream', stored, false, whole)),
  ];
}

async function onePart(
  asked: Asked,
  services: Services,
  instance: StoredInstance,
  { mediaType, transferSyntax: uid }: PixelOffer,
): Promise<HttpResponse> {
  const type = formatMediaType(mediaType, { 'transfer-syntax': uid });
  const etag = `"${instance.hash.slice(0, 32)}-p-${CODING}-${uid}"`;
  const { frames } = services;
  if (uid !== EXPLICIT_VR_LITTLE_ENDIAN) {
    const length = await explainingFrames(() => frames.storedLength(instance, 1));
    return singlePartResponse(asked, {
      type,
      etag,
      length,
      read: (range) => frames.stream(instance, 1, range),
    });
  }
  const pixels = await explainingFrames(() => openPixelData(services.frames, instance));
  return singlePartResponse(asked, {
    type,
    etag,
    length: pixels.length,
    read: (range) => pixels.read(range),
  });
}

interface Chosen {
  readonly instance: StoredInstance;
  readonly offer: PixelOffer | undefined;
}

/** The parts of the pixel data of these objects. */
export async function* pixelParts(
  asked: Asked,
  services: Services,
  chosen: readonly Chosen[],
): AsyncGenerator<Part> {
  for (const { instance, offer } of chosen) {
    if (!offer) continue;
    const { mediaType, transferSyntax: uid } = offer;
    const type = formatMediaType(mediaType, { 'transfer-syntax': uid });
    const url = instanceUrl(asked.context.root, instance);
    const headersOf = (location: string, length: number): Record<string, string> => ({
      'Content-Type': type,
      'Content-Length': String(length),
      'Content-Location': `${url}/${location}`,
    });
    if (uid === EXPLICIT_VR_LITTLE_ENDIAN) {
      const pixels = await explainingFrames(() => openPixelData(services.frames, instance));
      yield {
        headers: headersOf('pixeldata', pixels.length),
        body: await openBody(asked, () => pixels.read()),
      };
      continue;
    }
    // A video is one frame of any size, and too long to be held while it is checked.
    const isVideo = transferSyntax(uid)?.family === 'video';
    for (let frame = 1; frame <= instance.numberOfFrames; frame += 1) {
      const length = await services.frames.storedLength(instance, frame);
      const body = await openBody<Part['body']>(asked, () =>
        services.frames[isVideo ? 'stream' : 'stored'](instance, frame),
      );
      yield { headers: headersOf(`frames/${frame}`, length), body };
    }
  }
}

/** With its first part there, so that what is missing or damaged there is a status. */
export async function begun(parts: AsyncGenerator<Part>): Promise<AsyncIterable<Part>> {
  const first = await parts.next();
  return (async function* all(): AsyncGenerator<Part> {
    if (!first.done) yield first.value;
    yield* parts;
  })();
}

/** The offer of uncompressed pixel data, or of what cannot be decoded as it is stored: what `bulkdata` of an object has. */
export function plainPixels(instance: StoredInstance): PixelOffer | undefined {
  return pixelOffers(instance, [true]).find(({ mediaType }) => mediaType === 'application/octet-stream');
}
