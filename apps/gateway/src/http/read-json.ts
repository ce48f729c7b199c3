import { Problem } from '@sightline/contract';
import type { HttpRequest } from '@sightline/dicomweb';

/**
 * Reads a JSON body. Only `application/json` is taken: what a plain cross-site form can send is not, so such a form can
 * have no effect. Throws `media_type_unsupported`, `body_too_large`, `request_timeout` or `body_not_json`.
 */
export async function readJson(
  request: HttpRequest,
  limits: { readonly maxBytes: number; readonly timeoutMs: number },
): Promise<unknown> {
  const mediaType = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') throw new Problem('media_type_unsupported');
  const bytes = await readBody(request.body, limits);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message repeats the input.
    throw new Problem('body_not_json');
  }
}

/** Reads a body whole, within limits. Throws `body_too_large` or `request_timeout`. */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  limits: { readonly maxBytes: number; readonly timeoutMs: number },
): Promise<Uint8Array> {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(new Problem('request_timeout')), limits.timeoutMs);
  const chunks = body[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), deadline.promise]);
      if (next.done === true) return Buffer.concat(parts);
      size += next.value.length;
      if (size > limits.maxBytes) throw new Problem('body_too_large');
      parts.push(next.value);
    }
  } finally {
    clearTimeout(timer);
  }
}
