import {
  type HttpRequest,
  type MediaType,
  MultipartError,
  parseMediaType,
  readMultipart,
  readParts,
  type ReceivedPart,
} from '@sightline/dicomweb';
import { ArchiveProblem } from './problems.ts';
import type { Asked } from './transaction.ts';

/** What one request may bring. What was complete before a limit is stored; the rest belongs into other requests. */
export const storeLimits = {
  requestBytes: 64 * 2 ** 30,
  /** The answer has an item for each, and is the one thing that grows with a request. */
  parts: 100_000,
  /** Of all metadata parts together: unlike everything else they are held in memory. */
  metadataBytes: 16 * 2 ** 20,
} as const;

/** What the parts of a message are: whole objects, or metadata and bulk data. */
export type StoreForm = 'objects' | 'json' | 'xml';

/** PS3.18 table 10.5.2-1, by the media type of the first part. */
export const storeForms: Readonly<Record<string, StoreForm>> = {
  'application/dicom': 'objects',
  'application/dicom+json': 'json',
  'application/dicom+xml': 'xml',
};

export interface StorePart {
  readonly mediaType: MediaType;
  readonly headers: Readonly<Record<string, string>>;
  /** A chunk of an object may be gone when the next is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Its bytes are not what it is: base64, gzip. */
  readonly isEncoded: boolean;
}

export interface StoreMessage {
  readonly form: StoreForm;
  /** To be read one after another; a body that was not read is skipped. Throws what makes the message unreadable. */
  readonly parts: AsyncIterable<StorePart>;
}

/**
 * The body of a store request, PS3.18 10.5.2: a multipart message, or one part by itself. What can be refused before
 * anything of it is read is refused here: the media type, an encoding, a length.
 */
export function readStoreMessage({ request }: Asked): StoreMessage {
  const contentType = parseMediaType(request.headers['content-type'] ?? '');
  const isMultipart = contentType?.type === 'multipart/related';
  const type = isMultipart ? (contentType.parameters['type'] ?? 'application/dicom') : contentType?.type;
  const form = storeForms[type?.toLowerCase() ?? ''];
  if (contentType === undefined || form === undefined) {
    throw new ArchiveProblem('store_media_type_unsupported', { headers: { accept: storable } });
  }
  refuseEncoded(request.headers['content-encoding']);
  refuseLonger(request.headers['content-length']);
  const body = upTo(form === 'objects' ? released(request) : request.body, storeLimits.requestBytes);
  if (!isMultipart) return { form, parts: single(contentType, body) };
  const { boundary } = contentType.parameters;
  if (boundary === undefined) throw new ArchiveProblem('multipart_malformed');
  return { form, parts: parts(readParts(readMultipart(body, boundary)), type ?? '') };
}

/** RFC 9110 15.5.16: what may be sent instead. */
const storable = Object.keys(storeForms)
  .flatMap((type) => [`multipart/related; type="${type}"`, type])
  .join(', ');

/** An inflated body would be as large as its author likes: objects have compression of their own. */
function refuseEncoded(encoding: string | undefined): void {
  if (!isIdentity(encoding)) {
    throw new ArchiveProblem('content_encoding_unsupported', { headers: { 'accept-encoding': 'identity' } });
  }
}

function refuseLonger(length: string | undefined): void {
  if (length !== undefined && Number(length) > storeLimits.requestBytes)
    throw new ArchiveProblem('store_too_large');
}

const isIdentity = (encoding: string | undefined): boolean => /^\s*(identity)?\s*$/i.test(encoding ?? '');

/** A chunk is gone when the next is asked for: at hundreds of megabytes a second, a garbage collector comes too late. */
async function* released({ body, release }: HttpRequest): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    yield chunk;
    release?.(chunk);
  }
}

/** Throws `store_too_large` where the bytes go on. */
export async function* upTo(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new ArchiveProblem('store_too_large');
    yield chunk;
  }
}

async function* single(mediaType: MediaType, body: AsyncIterable<Uint8Array>): AsyncGenerator<StorePart> {
  yield { mediaType, headers: {}, body, isEncoded: false };
}

/** A part that does not say what it is, is what the whole is. */
async function* parts(received: AsyncIterable<ReceivedPart>, type: string): AsyncGenerator<StorePart> {
  let count = 0;
  for await (const { headers, body } of received) {
    count += 1;
    if (count > storeLimits.parts) throw new ArchiveProblem('store_too_large');
    const mediaType = parseMediaType(headers['content-type'] ?? type) ?? UNKNOWN;
    const isPlain = /^\s*(binary|8bit|7bit)?\s*$/i.test(headers['content-transfer-encoding'] ?? '');
    yield { mediaType, headers, body, isEncoded: !isPlain || !isIdentity(headers['content-encoding']) };
  }
}

const UNKNOWN: MediaType = { type: '', parameters: {}, q: 1 };

/** The one place where a broken message becomes a problem. */
export function problemOfMessage(error: unknown): unknown {
  return error instanceof MultipartError
    ? new ArchiveProblem('multipart_malformed', { cause: error })
    : error;
}
