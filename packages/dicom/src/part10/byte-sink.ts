/** Bytes in the making: grows by doubling, and lets a length be filled in after what it measures. */
export class ByteSink {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#size);
    this.#size += values.length;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#view.setUint8(this.#size, value);
    this.#size += 1;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#size, value, true);
    this.#size += 2;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#size, value, true);
    this.#size += 4;
  }

  /** Writes what `write` writes, preceded by its length in 32 bits. */
  measured(write: () => void): void {
    const at = this.#size;
    this.uint32(0);
    write();
    this.#view.setUint32(at, this.#size - at - 4, true);
  }

  /** What was written so far, as a copy of exactly its size. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  #reserve(more: number): void {
    const needed = this.#size + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
