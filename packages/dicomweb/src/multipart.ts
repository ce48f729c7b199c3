/** multipart/related of RFC 2387 and RFC 2046, streamed: at most one chunk and one header block are held. */

export interface Part {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

export type PartEvent =
  | { readonly type: 'part'; readonly headers: Readonly<Record<string, string>> }
  | { readonly type: 'data'; readonly bytes: Uint8Array }
  | { readonly type: 'end' };

export type MultipartErrorCode = 'cut' | 'bad_boundary' | 'bad_headers' | 'preamble_too_long';

/** The message breaks RFC 2046. Its text is the code: nothing of the message is repeated. */
export class MultipartError extends Error {
  override readonly name = 'MultipartError';
  readonly code: MultipartErrorCode;

  constructor(code: MultipartErrorCode) {
    super(code);
    this.code = code;
  }
}

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_PREAMBLE_BYTES = 64 * 1024;
/** White space that RFC 2046 lets stand between a boundary and its line end. */
const MAX_PADDING_BYTES = 64;
/** RFC 2046 5.1.1, but for the length: it allows 70 characters, and Orthanc 1.10 sends 73. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,199}[0-9A-Za-z'()+_,./:=?-]$/;
const CR = 13;
const LF = 10;
const DASH = 45;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes the message. `boundary` must not be one that the author of a part could have foreseen. */
export async function* writeMultipart(
  boundary: string,
  parts: Iterable<Part> | AsyncIterable<Part>,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const { headers, body } of parts) {
    let isBegun = false;
    try {
      yield partHead(boundary, headers, isFirst);
      isFirst = false;
      isBegun = true;
      if (body instanceof Uint8Array) yield body;
      else yield* body;
    } finally {
      // Whoever leaves between the head of a part and its body leaves the body open.
      if (!isBegun && !(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
    }
  }
  yield closeDelimiter(boundary, isFirst);
}

/** Length in bytes of what `writeMultipart` writes for parts of these sizes, for Content-Length. */
export function multipartLength(
  boundary: string,
  parts: readonly { readonly headers: Readonly<Record<string, string>>; readonly size: number }[],
): number {
  const heads = parts.reduce(
    (sum, part, at) => sum + partHead(boundary, part.headers, at === 0).length + part.size,
    0,
  );
  return heads + closeDelimiter(boundary, parts.length === 0).length;
}

function partHead(boundary: string, headers: Readonly<Record<string, string>>, isFirst: boolean): Uint8Array {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return encoder.encode(`${isFirst ? '' : '\r\n'}--${boundary}\r\n${lines.join('')}\r\n`);
}

const closeDelimiter = (boundary: string, isFirst: boolean): Uint8Array =>
  encoder.encode(`${isFirst ? '' : '\r\n'}--${boundary}--\r\n`);

/**
 * Reads a message. Throws MultipartError when the message is cut (its closing boundary is missing), when lines end with
 * a bare LF, and when headers or preamble are too long. What follows the closing boundary is not read. The bytes of an
 * event may be gone when the next is asked for: a chunk is the sender's again then.
 */
export async function* readMultipart(
  chunks: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<PartEvent, void, undefined> {
  if (!BOUNDARY.test(boundary)) throw new MultipartError('bad_boundary');
  const find = finder(encoder.encode(`\r\n--${boundary}`));
  const state = { name: 'preamble' as 'preamble' | 'delimiter' | 'headers' | 'body', preamble: 0 };
  // So that the first delimiter needs no special case. Always memory of its own: a chunk is not kept.
  let held: Uint8Array = Uint8Array.of(CR, LF);
  for await (const chunk of chunks) {
    let pending: Uint8Array = chunk;
    if (held.length > 0) {
      const isApart = (state.name === 'body' || state.name === 'preamble') && !find.isBegunIn(held, chunk);
      if (!isApart) pending = join(held, chunk);
      else if (state.name === 'body') yield { type: 'data', bytes: held };
      else state.preamble += held.length;
    }
    for (;;) {
      if (state.name === 'delimiter') {
        const length = delimiterEnd(pending);
        if (length === 'close') return;
        if (length === 'more') break;
        pending = pending.subarray(length);
        state.name = 'headers';
      }
      if (state.name === 'headers') {
        const head = readHeaders(pending);
        if (!head) break;
        yield { type: 'part', headers: head.headers };
        pending = pending.subarray(head.length);
        state.name = 'body';
      }
      const at = find.in(pending);
      // What could still be the start of a delimiter waits for the next chunk.
      const safe = at >= 0 ? at : Math.max(0, pending.length - (find.length - 1));
      if (state.name === 'body' && safe > 0) yield { type: 'data', bytes: pending.subarray(0, safe) };
      if (state.name === 'preamble' && (state.preamble += safe) > MAX_PREAMBLE_BYTES) {
        throw new MultipartError('preamble_too_long');
      }
      pending = pending.subarray(at >= 0 ? at + find.length : safe);
      if (at < 0) break;
      if (state.name === 'body') yield { type: 'end' };
      state.name = 'delimiter';
    }
    // Not slice(): a Buffer has one that copies nothing.
    held = new Uint8Array(pending);
  }
  throw new MultipartError('cut');
}

/** Bytes between a boundary and the next line; 'close' after a closing one; 'more' when that cannot be known yet. */
function delimiterEnd(pending: Uint8Array): number | 'close' | 'more' {
  if (pending.length < 2) return 'more';
  if (pending[0] === DASH && pending[1] === DASH) return 'close';
  let at = 0;
  while (pending[at] === 32 || pending[at] === 9) at += 1;
  if (at > MAX_PADDING_BYTES) throw new MultipartError('bad_boundary');
  if (at + 1 >= pending.length) return 'more';
  if (pending[at] !== CR || pending[at + 1] !== LF) throw new MultipartError('bad_boundary');
  return at + 2;
}

/** The header block, which an empty line ends; a part may have none. Undefined: it has not all arrived. */
function readHeaders(
  pending: Uint8Array,
): { readonly headers: Readonly<Record<string, string>>; readonly length: number } | undefined {
  if (pending[0] === CR && pending[1] === LF) return { headers: {}, length: 2 };
  const end = emptyLine(pending);
  if (end > MAX_HEADER_BYTES || (end < 0 && pending.length > MAX_HEADER_BYTES)) {
    throw new MultipartError('bad_headers');
  }
  if (end < 0) return undefined;
  const headers: Record<string, string> = {};
  for (const line of decoder
    .decode(pending.subarray(0, end))
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0 || /[\r\n]/.test(line)) throw new MultipartError('bad_headers');
    headers[line.slice(0, colon).trim().toLowerCase()] ??= line.slice(colon + 1).trim();
  }
  return { headers, length: end + 4 };
}

function emptyLine(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(CR); at >= 0 && at <= MAX_HEADER_BYTES; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at;
  }
  return -1;
}

interface Finder {
  readonly length: number;
  /** Where the pattern begins; -1: nowhere. */
  in(bytes: Uint8Array): number;
  /** Whether it begins in the first, or may, where the second is too short to know. */
  isBegunIn(first: Uint8Array, second: Uint8Array): boolean;
}

/** Horspool's search: pixel data is looked at about once in forty bytes. */
function finder(pattern: Uint8Array): Finder {
  const { length } = pattern;
  const last = length - 1;
  const skip = new Uint8Array(256).fill(length);
  for (let i = 0; i < last; i += 1) skip[pattern[i] ?? 0] = last - i;
  const find = (bytes: Uint8Array): number => {
    for (let at = 0; at + last < bytes.length; at += skip[bytes[at + last] ?? 0] ?? 1) {
      let i = last;
      while (i >= 0 && bytes[at + i] === pattern[i]) i -= 1;
      if (i < 0) return at;
    }
    return -1;
  };
  return {
    length,
    in: find,
    isBegunIn: (first, second) => second.length < last || find(join(first, second.subarray(0, last))) >= 0,
  };
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

export interface ReceivedPart {
  readonly headers: Readonly<Record<string, string>>;
  /** To be read before the next part is asked for; what is left of it then is skipped. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The parts of a message one after another. Errors of the message come out of the body in which they occur, or here. */
export async function* readParts(
  events: AsyncGenerator<PartEvent, void, undefined>,
): AsyncGenerator<ReceivedPart, void, undefined> {
  let isOpen = false;
  async function* body(): AsyncGenerator<Uint8Array> {
    while (isOpen) {
      const { value: event, done } = await events.next();
      if (done || event.type === 'end') isOpen = false;
      else if (event.type === 'data') yield event.bytes;
    }
  }
  for (let next = await events.next(); !next.done; next = await events.next()) {
    if (next.value.type !== 'part') continue;
    isOpen = true;
    yield { headers: next.value.headers, body: body() };
  }
}
