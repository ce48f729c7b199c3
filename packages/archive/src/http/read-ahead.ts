/** The results of `work` in order, with a few under way at a time: disk and decoders work while the socket drains. */
export async function* readAhead<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  depth = 4,
): AsyncGenerator<R> {
  const pending: Promise<R>[] = [];
  for (const item of items) {
    const result = work(item);
    // Whoever consumes meets the error in its turn; until then it is not an unhandled one.
    result.catch(() => undefined);
    pending.push(result);
    const first = pending.length >= depth ? pending.shift() : undefined;
    if (first) yield await first;
  }
  for (const result of pending) yield await result;
}

/** A body whose first piece is being made already, before anyone asks for it. */
export function begun(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  const first = pieces.next();
  first.catch(() => undefined);
  return (async function* () {
    try {
      for (let next = await first; !next.done; next = await pieces.next()) yield next.value;
    } finally {
      await pieces.return?.();
    }
  })();
}
