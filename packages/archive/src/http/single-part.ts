import type { HttpResponse } from '@sightline/dicomweb';
import { isKnown, notModified, PRIVATE_CACHE } from './conditional.ts';
import { ArchiveProblem } from './problems.ts';
import { openBody, type Asked } from './transaction.ts';

/** One body of a known length. */
export interface SinglePart {
  readonly type: string;
  readonly length: number;
  /** Of exactly these bytes. */
  readonly etag: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole, or the part that is asked for. */
  read(range?: ByteRange): Promise<Uint8Array | AsyncIterable<Uint8Array>>;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * A body that is not multipart: conditional (RFC 9110 13), and in part where one range is asked for (14); several ranges
 * are answered by the whole. Never shown by a browser as something else than it is.
 */
export async function singlePartResponse(asked: Asked, part: SinglePart): Promise<HttpResponse> {
  const { etag, length, type } = part;
  const { headers: sent, method } = asked.request;
  const headers = {
    'cache-control': PRIVATE_CACHE,
    'content-type': type,
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    vary: 'accept',
    ...part.headers,
    etag,
  };
  if (sent['if-none-match'] !== undefined && isKnown(sent['if-none-match'], etag))
    return notModified(headers);
  const range =
    method === 'GET' && isCurrent(sent['if-range'], etag) ? rangeOf(sent['range'], length) : undefined;
  if (range === 'beyond') {
    throw new ArchiveProblem('range_not_satisfiable', {
      headers: { 'content-range': `bytes */${length}`, vary: 'accept' },
    });
  }
  if (!range) {
    return {
      status: 200,
      headers: { ...headers, 'content-length': String(length) },
      body: await openBody(asked, () => part.read()),
    };
  }
  const last = range.offset + range.length - 1;
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(range.length),
      'content-range': `bytes ${range.offset}-${last}/${length}`,
    },
    body: await part.read(range),
  };
}

/** RFC 9110 13.1.5: a strong comparison. A date is never that of our bytes, which have none. */
const isCurrent = (ifRange: string | undefined, etag: string): boolean =>
  ifRange === undefined || ifRange.trim() === etag;

/** RFC 9110 14.1.2. Undefined: the whole, because nothing, several ranges or something that cannot be read is asked for. */
function rangeOf(header: string | undefined, size: number): ByteRange | 'beyond' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec((header ?? '').replaceAll(/\s/g, '')) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'beyond' : { offset: size - length, length };
  }
  const offset = Number(first);
  if (last !== '' && Number(last) < offset) return undefined;
  if (offset >= size) return 'beyond';
  return { offset, length: (last === '' ? size : Math.min(Number(last) + 1, size)) - offset };
}
