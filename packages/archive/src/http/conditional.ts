import type { HttpResponse } from '@sightline/dicomweb';
import type { Asked } from './transaction.ts';

/** Kept by the client alone, and asked about each time: an object may be deleted, and rights may end. */
export const PRIVATE_CACHE = 'private, no-cache';

/** Part of the ETag of whatever decoders or encoders made: changes whenever they would make other bytes of the same object. */
export const CODING = 'c1';

/** RFC 9110 13.1.2, If-None-Match: a weak comparison. */
export const isKnown = (header: string | undefined, etag: string): boolean =>
  (header ?? '')
    .split(',')
    .some((known) => known.trim() === '*' || withoutWeakness(known.trim()) === withoutWeakness(etag));

const withoutWeakness = (etag: string): string => etag.replace(/^W\//, '');

/** The answer, or 304 with its headers where the client has it already: what its `etag` says. */
export function conditional({ request }: Asked, response: HttpResponse): HttpResponse {
  const { etag } = response.headers;
  const isCurrent = etag !== undefined && isKnown(request.headers['if-none-match'], etag);
  return isCurrent && response.status === 200 ? notModified(response.headers) : response;
}

/** RFC 9110 15.4.5: what would have been sent, without what describes the body. */
export function notModified(headers: Readonly<Record<string, string>>): HttpResponse {
  const kept = Object.entries(headers).filter(([name]) => !/^content-|^accept-ranges$/.test(name));
  return { status: 304, headers: Object.fromEntries(kept) };
}
