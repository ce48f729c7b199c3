import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '@sightline/contract';
import type { HttpRequest } from '@sightline/dicomweb';

/** The API key as the server keeps it in memory: hashed, so that two keys compare in constant time. */
export interface ApiKey {
  readonly hash: Buffer;
}

export function createApiKey(text: string): ApiKey {
  return { hash: sha256(text) };
}

/** Throws `api_key_required` unless the request carries the key as a bearer token; missing and wrong look the same. */
export function requireApiKey(request: HttpRequest, key: ApiKey): void {
  const given = bearerToken(request);
  if (given !== undefined && timingSafeEqual(sha256(given), key.hash)) return;
  throw new Problem('api_key_required', { headers: { 'www-authenticate': 'Bearer realm="sightline"' } });
}

/** The token of `Authorization: Bearer <token>` (RFC 6750), or undefined. */
export function bearerToken(request: HttpRequest): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(request.headers['authorization'] ?? '')?.[1];
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
