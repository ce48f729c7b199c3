import { datasetToXml, type DicomDataset } from '@sightline/dicom';
import { formatMediaType, writeMultipart, type HttpResponse, type Part } from '@sightline/dicomweb';
import type { IndexStore, StoredInstance } from '../index/index-store.ts';
import { GzipJoin, unpackJson } from '../index/stored-json.ts';
import { joinPieces } from '../native-bytes.ts';
import { negotiate } from './accept.ts';
import { isKnown, notModified, PRIVATE_CACHE } from './conditional.ts';
import { acceptsGzip } from './content-coding.ts';
import { dicomJsonOffers } from './dicom-json.ts';
import { MAX_BODY_BYTES, type MetadataBody } from './metadata-memory.ts';
import { ArchiveProblem } from './problems.ts';
import { instanceUrl, isInScope, listInstances, type Asked, type Services } from './transaction.ts';

/** Changes whenever the same object would give other metadata, so that no cache keeps the old. */
const FORMAT = 1;
/** Small texts travel in larger pieces. */
const PIECE_BYTES = 64 * 1024;
const XML = 'application/dicom+xml';
const offers = [...dicomJsonOffers, { mediaType: XML, multipart: true }];

/**
 * PS3.18 10.4.1.1.2: the data sets of all objects below the path, as they were prepared when they were stored. An answer
 * that was put together is remembered for as long as its study stays what it is.
 */
export async function retrieveMetadata(asked: Asked, services: Services): Promise<HttpResponse> {
  const { mediaType } = negotiate(asked, offers);
  const form =
    mediaType === XML ? 'xml' : acceptsGzip(asked.request.headers['accept-encoding']) ? 'gzip' : 'json';
  const { study, series = '', instance = '' } = asked.path;
  if (study === undefined || !isInScope(asked)) throw new ArchiveProblem('dicom_not_found');
  // Before the list: what is stored in between is asked for once more.
  const version = await services.index.versionOf(study);
  if (version === undefined) throw new ArchiveProblem('dicom_not_found');
  const key = `${form} ${study}/${series}/${instance} ${asked.context.root}`;
  const known = services.metadata.get(key, version);
  if (known) return answer(asked, { ...known, mediaType, form, body: known.bytes });
  const instances = await listInstances(asked, services);
  // Weak for XML, whose parts have another boundary each time.
  const etag = `${form === 'xml' ? 'W/' : ''}"m${FORMAT}-${fingerprint(instances)}-${form}"`;
  const boundary = services.newBoundary();
  const body = await wholeIfShort(inLargerPieces(bodies[form](instances, asked, services, boundary)));
  if (body instanceof Uint8Array) services.metadata.set(key, { version, etag, boundary, bytes: body });
  return answer(asked, { mediaType, form, etag, boundary, body });
}

type Form = 'gzip' | 'json' | 'xml';
type Bodies = (
  instances: readonly StoredInstance[],
  asked: Asked,
  services: Services,
  boundary: string,
) => AsyncIterable<Uint8Array>;

const bodies: Readonly<Record<Form, Bodies>> = {
  gzip: (instances, asked, { index }) => gzipped(instances, asked, index),
  json: (instances, asked, { index }) => plain(instances, asked, index),
  xml: (instances, asked, { index }, boundary) => writeMultipart(boundary, xmlParts(instances, asked, index)),
};

interface MetadataAnswer {
  readonly mediaType: string;
  readonly form: Form;
  readonly etag: string;
  readonly boundary: string;
  readonly body: MetadataBody['bytes'] | AsyncIterable<Uint8Array>;
}

function answer({ request }: Asked, { mediaType, form, etag, boundary, body }: MetadataAnswer): HttpResponse {
  const headers = {
    etag,
    'cache-control': PRIVATE_CACHE,
    vary: 'accept, accept-encoding',
    'content-type':
      form === 'xml' ? formatMediaType('multipart/related', { type: XML, boundary }) : mediaType,
    ...(form === 'gzip' && { 'content-encoding': 'gzip' }),
    ...(body instanceof Uint8Array && { 'content-length': String(body.length) }),
  };
  return isKnown(request.headers['if-none-match'], etag)
    ? notModified(headers)
    : { status: 200, headers, body };
}

/** The pieces joined, or as they come where they are too many to be kept. */
async function wholeIfShort(
  pieces: AsyncGenerator<Uint8Array>,
): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  const begun: Uint8Array[] = [];
  let length = 0;
  while (length <= MAX_BODY_BYTES) {
    const { value, done } = await pieces.next();
    if (done) return joinPieces(begun);
    begun.push(value);
    length += value.length;
  }
  return (async function* all(): AsyncGenerator<Uint8Array> {
    yield* begun;
    yield* pieces;
  })();
}

/** The same for the same set of bytes only: the sum of parts of their SHA-256, and how many they are. */
function fingerprint(instances: readonly StoredInstance[]): string {
  const sum = instances.reduce((total, { hash }) => total + BigInt(`0x${hash.slice(0, 32)}`), 0n);
  return `${instances.length.toString(36)}-${BigInt.asUintN(128, sum).toString(36)}`;
}

/** One read of the index for all. An object that is deleted meanwhile breaks the answer off: it is not the one announced. */
async function* packedOf(
  instances: readonly StoredInstance[],
  index: IndexStore,
): AsyncGenerator<{ readonly instance: StoredInstance; readonly packed: Uint8Array; readonly at: number }> {
  let at = 0;
  for await (const { id, metadata } of index.metadataOf(instances.map((instance) => instance.id))) {
    const instance = instances[at];
    if (instance?.id !== id) break;
    yield { instance, packed: metadata, at };
    at += 1;
  }
  if (at < instances.length) throw new ArchiveProblem('dicom_not_found');
}

async function* plain(
  instances: readonly StoredInstance[],
  { context }: Asked,
  index: IndexStore,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode('[');
  for await (const { instance, packed, at } of packedOf(instances, index)) {
    if (at > 0) yield encoder.encode(',');
    yield unpackJson(packed, `${instanceUrl(context.root, instance)}/`);
  }
  yield encoder.encode(']');
}

/** What is stored is compressed already, and is joined as it is. */
async function* gzipped(
  instances: readonly StoredInstance[],
  { context }: Asked,
  index: IndexStore,
): AsyncGenerator<Uint8Array> {
  const join = new GzipJoin();
  yield join.head();
  yield join.word('[');
  for await (const { instance, packed, at } of packedOf(instances, index)) {
    if (at > 0) yield join.word(',');
    yield join.packed(packed, `${instanceUrl(context.root, instance)}/`);
  }
  yield join.word(']');
  yield join.tail();
}

/** PS3.18 8.7.3.3: one part for each object, each a document of PS3.19 A.1. */
async function* xmlParts(
  instances: readonly StoredInstance[],
  { context }: Asked,
  index: IndexStore,
): AsyncGenerator<Part> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  for await (const { instance, packed } of packedOf(instances, index)) {
    const url = instanceUrl(context.root, instance);
    const dataset = JSON.parse(decoder.decode(unpackJson(packed, `${url}/`))) as DicomDataset; // written by the archive
    const body = encoder.encode(datasetToXml(dataset));
    const headers = {
      'Content-Type': XML,
      'Content-Length': String(body.length),
      'Content-Location': `${url}/metadata`,
    };
    yield { headers, body };
  }
}

async function* inLargerPieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < PIECE_BYTES) continue;
    yield joinPieces(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield joinPieces(waiting);
}
