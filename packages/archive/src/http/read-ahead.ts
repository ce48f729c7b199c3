/**
 * The results of `work` in order, with a few under way at a time: disk and decoders work while the socket drains. What
 * was begun and nobody came for goes to `discard`.
 */
export async function* readAhead<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  { depth = 4, discard = () => undefined }: ReadAheadOptions<R> = {},
): AsyncGenerator<R> {
  const pending: Promise<R>[] = [];
  try {
    for (const item of items) {
      const result = work(item);
      // Whoever consumes meets the error in its turn; until then it is not an unhandled one.
      result.catch(() => undefined);
      pending.push(result);
      const first = pending.length >= depth ? pending.shift() : undefined;
      if (first) yield await first;
    }
    for (let next = pending.shift(); next; next = pending.shift()) yield await next;
  } finally {
    for (const result of pending) void result.then(discard).catch(() => undefined);
  }
}

export interface ReadAheadOptions<R> {
  readonly depth?: number;
  readonly discard?: (result: R) => unknown;
}

/** Lets go of what a body holds: a file, a connection. */
export function discardBody(body: AsyncIterable<Uint8Array> | Uint8Array): unknown {
  return body instanceof Uint8Array ? undefined : body[Symbol.asyncIterator]().return?.();
}

/** A body whose first piece is being made already, before anyone asks for it. */
export function begun(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<Uint8Array>> | undefined = pieces.next();
  first.catch(() => undefined);
  // Not a generator: one that was never asked for its first value would not pass on that it is over.
  const iterator: AsyncIterator<Uint8Array> = {
    next() {
      const next = first ?? pieces.next();
      first = undefined;
      return next;
    },
    async return() {
      await pieces.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
