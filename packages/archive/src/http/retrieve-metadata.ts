import { parseAccept, type HttpResponse } from '@sightline/dicomweb';
import type { IndexStore, StoredInstance } from '../index/index-store.ts';
import { GzipJoin, unpackJson } from '../index/stored-json.ts';
import { joinPieces } from '../native-bytes.ts';
import { negotiate } from './accept.ts';
import { dicomJsonOffers } from './dicom-json.ts';
import { instanceUrl, listInstances, type Asked, type Services } from './transaction.ts';

/** Changes whenever the same object would give other metadata, so that no cache keeps the old. */
const FORMAT = 1;
/** Small texts travel in larger pieces. */
const PIECE_BYTES = 64 * 1024;

/** PS3.18 10.4.1.1.2: the data sets of all objects below the path, as they were prepared when they were stored. */
export async function retrieveMetadata(asked: Asked, services: Services): Promise<HttpResponse> {
  const { mediaType } = negotiate(asked, dicomJsonOffers);
  const instances = await listInstances(asked, services);
  const isGzip = acceptsGzip(asked.request.headers['accept-encoding']);
  const etag = `"m${FORMAT}-${fingerprint(instances)}${isGzip ? '-gzip' : ''}"`;
  const headers = { etag, 'cache-control': 'private, no-cache', vary: 'accept, accept-encoding' };
  if (isKnown(asked.request.headers['if-none-match'], etag)) return { status: 304, headers };
  const pieces = isGzip ? gzipped(instances, asked, services.index) : plain(instances, asked, services.index);
  return {
    status: 200,
    headers: { ...headers, 'content-type': mediaType, ...(isGzip && { 'content-encoding': 'gzip' }) },
    body: inLargerPieces(pieces),
  };
}

/** RFC 9110 12.5.3. */
function acceptsGzip(header: string | undefined): boolean {
  const codings = (header ?? '').split(',').flatMap((coding) => parseAccept(`coding/${coding.trim()}`));
  const find = (name: string): number | undefined => codings.find(({ type }) => type === `coding/${name}`)?.q;
  return (find('gzip') ?? find('*') ?? 0) > 0;
}

/** RFC 9110 13.1.2: a weak comparison. */
const isKnown = (header: string | undefined, etag: string): boolean =>
  (header ?? '')
    .split(',')
    .some((known) => known.trim() === '*' || known.trim().replace(/^W\//, '') === etag);

/** The same for the same set of bytes only: the sum of parts of their SHA-256, and how many they are. */
function fingerprint(instances: readonly StoredInstance[]): string {
  const sum = instances.reduce((total, { hash }) => total + BigInt(`0x${hash.slice(0, 32)}`), 0n);
  return `${instances.length.toString(36)}-${BigInt.asUintN(128, sum).toString(36)}`;
}

async function packedOf(index: IndexStore, { id }: StoredInstance): Promise<Uint8Array> {
  const packed = await index.metadata(id);
  if (!packed) throw new Error('the index has an object without metadata');
  return packed;
}

async function* plain(
  instances: readonly StoredInstance[],
  { context }: Asked,
  index: IndexStore,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode('[');
  for (const [at, instance] of instances.entries()) {
    if (at > 0) yield encoder.encode(',');
    yield unpackJson(await packedOf(index, instance), `${instanceUrl(context.root, instance)}/`);
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
  for (const [at, instance] of instances.entries()) {
    if (at > 0) yield join.word(',');
    yield join.packed(await packedOf(index, instance), `${instanceUrl(context.root, instance)}/`);
  }
  yield join.word(']');
  yield join.tail();
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
