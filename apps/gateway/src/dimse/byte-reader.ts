/** The peer's bytes in the sizes that its protocol has. A reader that does not ask makes the peer wait. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Exactly `length` bytes. Undefined: the peer ended before the last of them. */
  async take(length: number): Promise<Buffer | undefined> {
    if (this.#rest.length >= length) return this.#cut(length);
    // Only what was asked for is copied: what follows it in the chunk can be a large piece of an object.
    const bytes = Buffer.alloc(length);
    let size = 0;
    while (size < length) {
      const part = await this.some(length - size);
      if (!part) return undefined;
      size += part.copy(bytes, size);
    }
    return bytes;
  }

  /** What is there, at least one byte and at most `length`. Undefined: the peer ended. */
  async some(length: number): Promise<Buffer | undefined> {
    if (this.#rest.length === 0) {
      const part = await this.#next();
      if (!part) return undefined;
      this.#rest = part;
    }
    return this.#cut(Math.min(length, this.#rest.length));
  }

  async #next(): Promise<Buffer | undefined> {
    const { done, value } = await this.#source.next();
    return done ? undefined : value;
  }

  #cut(length: number): Buffer {
    const cut = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return cut;
  }
}
