/** More than this waits for its reader: the sender has to wait too. */
const HIGH_WATER_BYTES = 1024 * 1024;

/**
 * The bytes of one data set as they arrive, for one reader. Whoever writes waits while the reader is behind, so that
 * memory is bounded however large the object is.
 */
export class IncomingDataSet implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  #waiting = 0;
  #end: 'open' | 'ended' | 'dropped' | Error = 'open';
  #changed = Promise.withResolvers<void>();

  /** The sender waits for the reader, and not the other way round. */
  get isFull(): boolean {
    return this.#waiting > HIGH_WATER_BYTES;
  }

  /** Resolves when there is room for more. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#end !== 'open') return;
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
    this.#notify();
    while (this.isFull && this.#end === 'open') await this.#changed.promise;
  }

  end(): void {
    this.#finish('ended');
  }

  /** The connection is gone: the reader gets the error instead of an end. */
  fail(error: Error): void {
    this.#finish(error);
  }

  /** What is left is of no interest to anybody. */
  drop(): void {
    this.#finish('dropped');
    this.#chunks.length = 0;
    this.#waiting = 0;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk) {
          this.#waiting -= chunk.length;
          this.#notify();
          yield chunk;
        } else if (this.#end instanceof Error) throw this.#end;
        else if (this.#end === 'open') await this.#changed.promise;
        else return;
      }
    } finally {
      this.drop();
    }
  }

  #finish(end: 'ended' | 'dropped' | Error): void {
    if (this.#end === 'open' || end === 'dropped') this.#end = end;
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

/** All of it; undefined where it is larger than allowed, and then the rest is dropped. */
export async function collect(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Bytes that are here already, as a stream of one piece. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
