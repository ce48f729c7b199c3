import { asStoredUid } from '@sightline/dicom';
import {
  parseQueryString,
  percentDecode,
  QueryStringError,
  type HttpRequest,
  type HttpResponse,
} from '@sightline/dicomweb';
import type { RequestContext } from '../archive.ts';
import { BlobError } from '../blobs/blob-store.ts';
import { RendererFailed, WorkersBusy } from '../frame-renderer.ts';
import { allowOf, isPreflight, resourceOptions } from './capabilities.ts';
import { IndexUnavailable } from '../index/index-errors.ts';
import { ArchiveProblem, problemResponse } from './problems.ts';
import { studiesService } from './studies-service.ts';
import type { PathParameters, Services, Transaction } from './transaction.ts';

const MAX_FRAMES = 10_000;

const encoder = new TextEncoder();

/** Answers one request of the Studies Service. Foreseen errors become problem documents here and nowhere else. */
export async function handleRequest(
  request: HttpRequest,
  context: RequestContext,
  services: Services,
): Promise<HttpResponse> {
  return answering(request, () => {
    const rows = rowsAt(request.path);
    const isOptions = request.method === 'OPTIONS' && rows.length > 0;
    if (isOptions && (isPreflight(request) || !rows.some(({ method }) => method === 'OPTIONS'))) {
      return Promise.resolve(resourceOptions(rows));
    }
    const { transaction, segments } = route(request, rows);
    const path = pathParameters(transaction, segments);
    return transaction.handle({ request, context, path, query: queryOf(request) }, services);
  });
}

/** The answer of `work`, or the problem that it met. */
export async function answering(
  request: HttpRequest,
  work: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    const response = await work();
    return request.method === 'HEAD' ? withoutBody(response) : response;
  } catch (error) {
    const response = problemResponse(problemOf(error));
    return request.method === 'HEAD' ? withoutBody(response) : response;
  }
}

function problemOf(error: unknown): ArchiveProblem {
  if (error instanceof ArchiveProblem) return error;
  if (error instanceof BlobError && ['missing', 'short', 'damaged'].includes(error.code)) {
    return new ArchiveProblem('stored_object_damaged', { cause: error });
  }
  if (error instanceof IndexUnavailable || (error instanceof BlobError && error.code === 'unavailable')) {
    return new ArchiveProblem('storage_unavailable', { cause: error, headers: { 'retry-after': '5' } });
  }
  if (error instanceof WorkersBusy) {
    return new ArchiveProblem('archive_busy', { cause: error, headers: { 'retry-after': '1' } });
  }
  if (error instanceof RendererFailed) return new ArchiveProblem('render_failed', { cause: error });
  throw error;
}

interface Route {
  readonly transaction: Transaction;
  readonly segments: readonly string[];
}

/** By number of segments, so that few are compared. */
const templates: ReadonlyMap<
  number,
  readonly { readonly parts: readonly string[]; readonly transaction: Transaction }[]
> = Map.groupBy(
  studiesService.map((transaction) => ({ transaction, parts: transaction.path.slice(1).split('/') })),
  ({ parts }) => parts.length,
);

const segmentsOf = (path: string): readonly string[] => path.slice(1).split('/');

/** Those of one resource. */
function rowsAt(path: string): readonly Transaction[] {
  const segments = segmentsOf(path);
  return (templates.get(segments.length) ?? [])
    .filter(({ parts }) => parts.every((part, at) => part.startsWith('{') || part === segments[at]))
    .map(({ transaction }) => transaction);
}

function route({ method, path }: HttpRequest, rows: readonly Transaction[]): Route {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = rows.find((row) => row.method === wanted);
  if (found) return { transaction: found, segments: segmentsOf(path) };
  if (rows.length === 0) throw new ArchiveProblem('not_found');
  throw new ArchiveProblem('method_not_allowed', { headers: { allow: allowOf(rows) } });
}

/** Nothing but what these checks let through goes any further: no path segment ever reaches a disk. */
const parameterOf = {
  study: (text: string) => ({ study: uid(text) }),
  series: (text: string) => ({ series: uid(text) }),
  instance: (text: string) => ({ instance: uid(text) }),
  frames: (text: string) => ({ frames: frameList(text) }),
  bulk: (text: string) => ({ bulk: text }),
  transaction: (text: string) => ({ transaction: uid(text) }),
} as const;

function pathParameters({ path }: Transaction, segments: readonly string[]): PathParameters {
  const names = path.slice(1).split('/');
  return names.reduce<PathParameters>((parameters, name, at) => {
    if (!name.startsWith('{')) return parameters;
    const read = parameterOf[name.slice(1, -1) as keyof typeof parameterOf]; // the names in our own table
    return { ...parameters, ...read(decode(segments[at] ?? '')) };
  }, {});
}

function decode(segment: string): string {
  try {
    return percentDecode(segment);
  } catch (cause) {
    if (cause instanceof QueryStringError) throw new ArchiveProblem('not_found', { cause });
    throw cause;
  }
}

function uid(text: string): string {
  const found = asStoredUid(text);
  if (found === undefined) throw new ArchiveProblem('bad_uid');
  return found;
}

function frameList(text: string): readonly number[] {
  const numbers = text.split(',');
  const isList = numbers.length <= MAX_FRAMES && numbers.every((number) => /^[1-9]\d{0,8}$/.test(number));
  if (!isList) throw new ArchiveProblem('bad_frame_list');
  return numbers.map(Number);
}

export function queryOf({ query }: HttpRequest): ReturnType<typeof parseQueryString> {
  try {
    return parseQueryString(query);
  } catch (cause) {
    if (cause instanceof QueryStringError)
      throw new ArchiveProblem('bad_parameter', { parameter: 'query', cause });
    throw cause;
  }
}

/**
 * RFC 9110 9.3.2: the header fields of GET, with the length of what it would have sent, where that is known. A body that
 * was never begun needs no ending.
 */
function withoutBody({ status, headers, body, problem }: HttpResponse): HttpResponse {
  const head = { status, headers, ...(problem !== undefined && { problem }) };
  const isWhole = typeof body === 'string' || body instanceof Uint8Array;
  if (!isWhole) return head;
  const { length } = typeof body === 'string' ? encoder.encode(body) : body;
  return { ...head, headers: { ...headers, 'content-length': String(length) } };
}
