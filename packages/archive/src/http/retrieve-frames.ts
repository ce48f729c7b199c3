import { DicomError, transferSyntax, type DicomErrorCode } from '@sightline/dicom';
import { formatMediaType, type HttpResponse, type Offer, type Part } from '@sightline/dicomweb';
import { EXPLICIT_VR_LITTLE_ENDIAN, type Frames } from '../frames.ts';
import type { StoredInstance } from '../index/index-store.ts';
import { negotiate } from './accept.ts';
import { mediaTypeOf } from './bulk-media-types.ts';
import { multipartResponse } from './multipart-response.ts';
import { ArchiveProblem, type ArchiveProblemCode } from './problems.ts';
import { readAhead } from './read-ahead.ts';
import { findInstance, instanceUrl, type Asked, type Services } from './transaction.ts';

/** PS3.18 10.4: the pixel data of frames, uncompressed or as it is stored, whichever is asked for. */
export async function retrieveFrames(asked: Asked, services: Services): Promise<HttpResponse> {
  const { frames: list = [] } = asked.path;
  const instance = await findInstance(asked, services);
  if (list.some((frame) => frame > instance.numberOfFrames)) throw new ArchiveProblem('dicom_not_found');
  const offer = negotiate(asked, offersFor(instance, list.length));
  const read =
    offer.transferSyntax === EXPLICIT_VR_LITTLE_ENDIAN ? services.frames.native : services.frames.stored;
  const type = formatMediaType(offer.mediaType, { 'transfer-syntax': offer.transferSyntax });
  const [first = 1] = list;
  const bytes = await readFrame(read, instance, first);
  if (!offer.multipart) {
    const headers = { 'content-type': type, 'content-length': String(bytes.length), vary: 'accept' };
    return { status: 200, headers, body: bytes };
  }
  return severalFrames({ asked, services, instance, offer, read, first: bytes });
}

type FrameOffer = Offer & { readonly transferSyntax: string };
type ReadFrame = Frames['native'];

/** Native first: it is the default of PS3.18, and what needs no decoder at the other end. */
function offersFor({ transferSyntaxUid }: StoredInstance, count: number): readonly FrameOffer[] {
  const syntax = transferSyntax(transferSyntaxUid);
  const stored = syntax?.family === 'native' ? EXPLICIT_VR_LITTLE_ENDIAN : transferSyntaxUid;
  const mediaType = syntax && mediaTypeOf[syntax.family];
  const forms = count === 1 ? [true, false] : [true];
  const of = (type: string, transferSyntaxOffered: string, isDefaultSyntax: boolean): FrameOffer[] =>
    forms.map((multipart) => ({
      mediaType: type,
      multipart,
      transferSyntax: transferSyntaxOffered,
      isDefaultSyntax,
    }));
  return [
    ...(syntax?.family === 'video' ? [] : of('application/octet-stream', EXPLICIT_VR_LITTLE_ENDIAN, true)),
    ...(mediaType === undefined ? [] : of(mediaType, stored, true)),
    ...(stored === EXPLICIT_VR_LITTLE_ENDIAN ? [] : of('application/octet-stream', stored, false)),
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
  const lengths = await lengthsOf(options, list);
  const headersOf = (at: number): Record<string, string> => ({
    'Content-Type': formatMediaType(offer.mediaType, { 'transfer-syntax': offer.transferSyntax }),
    'Content-Length': String(lengths[at]),
    'Content-Location': `${instanceUrl(asked.context.root, instance)}/frames/${list[at]}`,
  });
  async function* parts(): AsyncGenerator<Part> {
    let at = 0;
    const positions = list.map((frame, position) => ({ frame, position }));
    const all = readAhead(positions, ({ frame, position }) =>
      position === 0 ? Promise.resolve(first) : read(instance, frame),
    );
    for await (const body of all) {
      // The length was promised in a header.
      if (body.length !== lengths[at]) throw new DicomError('frame_missing');
      yield { headers: headersOf(at), body };
      at += 1;
    }
  }
  return multipartResponse({
    type: offer.mediaType,
    transferSyntax: offer.transferSyntax,
    boundary: services.newBoundary(),
    sizes: lengths.map((size, at) => ({ headers: headersOf(at), size })),
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
