import { DicomError, transferSyntax, type DicomErrorCode } from '@sightline/dicom';
import { formatMediaType, type HttpResponse, type Offer, type Part } from '@sightline/dicomweb';
import { EXPLICIT_VR_LITTLE_ENDIAN, type Frames } from '../frames.ts';
import type { StoredInstance } from '../index/index-store.ts';
import { negotiate } from './accept.ts';
import { madeTypes, mediaTypeOf } from './bulk-media-types.ts';
import { CODING, isKnown, notModified, PRIVATE_CACHE } from './conditional.ts';
import { multipartResponse } from './multipart-response.ts';
import { ArchiveProblem, type ArchiveProblemCode } from './problems.ts';
import { readAhead } from './read-ahead.ts';
import { singlePartResponse } from './single-part.ts';
import { findInstance, instanceUrl, type Asked, type Services } from './transaction.ts';

/** PS3.18 10.4: the pixel data of frames: uncompressed, as it is stored, or compressed as it is asked for. */
export async function retrieveFrames(asked: Asked, services: Services): Promise<HttpResponse> {
  const { frames: list = [] } = asked.path;
  const instance = await findInstance(asked, services);
  if (list.some((frame) => frame > instance.numberOfFrames)) throw new ArchiveProblem('dicom_not_found');
  const offer = negotiate(asked, offersFor(instance, list.length, services.transcoder !== undefined));
  const read = readerOf(offer, services.frames);
  const [frame = 1] = list;
  if (offer.multipart) {
    const first = await readFrame(read, instance, frame);
    return severalFrames({ asked, services, instance, offer, read, first });
  }
  const etag = `"${instance.hash.slice(0, 32)}-f${frame}-${CODING}-${offer.transferSyntax}"`;
  const headers = { 'content-disposition': 'attachment' };
  const type = formatMediaType(offer.mediaType, { 'transfer-syntax': offer.transferSyntax });
  if (isKnown(asked.request.headers['if-none-match'], etag)) {
    return notModified({ etag, 'cache-control': PRIVATE_CACHE, vary: 'accept' });
  }
  const bytes = await readFrame(read, instance, frame);
  return singlePartResponse(asked, {
    type,
    length: bytes.length,
    etag,
    headers,
    read: async (range) => (range ? bytes.subarray(range.offset, range.offset + range.length) : bytes),
  });
}

function readerOf({ isMade, transferSyntax: uid }: FrameOffer, frames: Frames): ReadFrame {
  if (isMade) return (instance, frame) => frames.encoded(instance, frame, uid);
  return uid === EXPLICIT_VR_LITTLE_ENDIAN ? frames.native : frames.stored;
}

type FrameOffer = Offer & { readonly transferSyntax: string };
type ReadFrame = Frames['native'];

/**
 * Native first: it is the default of PS3.18, and what needs no decoder at the other end. What would have to be compressed
 * is only for who accepts nothing else.
 */
function offersFor(
  { transferSyntaxUid }: StoredInstance,
  count: number,
  canTranscode: boolean,
): readonly FrameOffer[] {
  const key = `${transferSyntaxUid}/${count === 1}/${canTranscode}`;
  const known = rememberedOffers.get(key);
  if (known) return known;
  const offers = makeOffers(transferSyntaxUid, count === 1 ? [true, false] : [true], canTranscode);
  // Syntaxes that nobody knows are those of the files that are stored: as many as there are.
  if (transferSyntax(transferSyntaxUid)) rememberedOffers.set(key, offers);
  return offers;
}

/** Made once for each syntax: they are asked for with every frame. */
const rememberedOffers = new Map<string, readonly FrameOffer[]>();

function makeOffers(
  storedUid: string,
  forms: readonly boolean[],
  canTranscode: boolean,
): readonly FrameOffer[] {
  const syntax = transferSyntax(storedUid);
  const stored = syntax?.family === 'native' ? EXPLICIT_VR_LITTLE_ENDIAN : storedUid;
  const mediaType = syntax && mediaTypeOf(syntax);
  const isDecodable = syntax !== undefined && syntax.family !== 'video';
  const of = (type: string, uid: string, traits: Pick<Offer, 'isDefaultSyntax' | 'isMade'>): FrameOffer[] =>
    forms.map((multipart) => ({ mediaType: type, multipart, transferSyntax: uid, ...traits }));
  const made = madeTypes.flatMap(([type, syntaxes]) =>
    syntaxes
      .filter((uid) => uid !== stored)
      .flatMap((uid, at) => of(type, uid, { isDefaultSyntax: at === 0, isMade: true })),
  );
  return [
    ...(isDecodable
      ? of('application/octet-stream', EXPLICIT_VR_LITTLE_ENDIAN, { isDefaultSyntax: true })
      : []),
    ...(mediaType === undefined ? [] : of(mediaType, stored, { isDefaultSyntax: true })),
    ...(stored === EXPLICIT_VR_LITTLE_ENDIAN ? [] : of('application/octet-stream', stored, {})),
    ...(isDecodable && canTranscode ? made : []),
  ];
}

interface SeveralFrames {
  readonly asked: Asked;
  readonly services: Services;
  readonly instance: StoredInstance;
  readonly offer: FrameOffer;
  readonly read: ReadFrame;
  /** Read before the answer begins, so that a frame that cannot be had is a status and not a broken stream. */
  readonly first: Uint8Array;
}

async function severalFrames(options: SeveralFrames): Promise<HttpResponse> {
  const { asked, services, instance, offer, read, first } = options;
  const list = asked.path.frames ?? [];
  // Of frames that are compressed on the way the sizes are known one by one.
  const lengths = offer.isMade ? undefined : await lengthsOf(options, list);
  const url = instanceUrl(asked.context.root, instance);
  const type = formatMediaType(offer.mediaType, { 'transfer-syntax': offer.transferSyntax });
  const headersOf = (at: number, length: number): Record<string, string> => ({
    'Content-Type': type,
    'Content-Length': String(length),
    'Content-Location': `${url}/frames/${list[at]}`,
  });
  async function* parts(): AsyncGenerator<Part> {
    let at = 0;
    const positions = list.map((frame, position) => ({ frame, position }));
    const all = readAhead(positions, ({ frame, position }) =>
      position === 0 ? Promise.resolve(first) : read(instance, frame),
    );
    for await (const body of all) {
      // The length was promised in a header.
      if (lengths && body.length !== lengths[at]) throw new DicomError('frame_missing');
      yield { headers: headersOf(at, body.length), body };
      at += 1;
    }
  }
  return multipartResponse({
    type: offer.mediaType,
    transferSyntax: offer.transferSyntax,
    boundary: services.newBoundary(),
    ...(lengths && { sizes: lengths.map((size, at) => ({ headers: headersOf(at, size), size })) }),
    parts: parts(),
  });
}

/** Uncompressed frames of an object are of one size; those of compressed ones the index knows. */
async function lengthsOf(
  { services, instance, offer, first }: SeveralFrames,
  list: readonly number[],
): Promise<readonly number[]> {
  if (offer.transferSyntax === EXPLICIT_VR_LITTLE_ENDIAN) return list.map(() => first.length);
  return Promise.all(list.map((frame) => services.frames.storedLength(instance, frame)));
}

/** Why a frame cannot be given, as the client can understand it. */
const problemOf: Readonly<Partial<Record<DicomErrorCode, ArchiveProblemCode>>> = {
  unsupported_transfer_syntax: 'frame_not_decodable',
  no_pixel_data: 'no_image',
  bad_image_attributes: 'frame_damaged',
  frame_missing: 'frame_damaged',
  decode_failed: 'frame_damaged',
  too_large: 'frame_not_decodable',
};

export async function readFrame(
  read: ReadFrame,
  instance: StoredInstance,
  frame: number,
): Promise<Uint8Array> {
  return explainingFrames(() => read(instance, frame));
}

/** Turns the errors of decoding and rendering into problems. */
export async function explainingFrames<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof DicomError ? problemOf[cause.code] : undefined;
    throw code ? new ArchiveProblem(code, { cause }) : cause;
  }
}
