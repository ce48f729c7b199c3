/** Runs what it is given one after the other; a failure is its own caller's business. */
export class WriteQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Resolves when everything that was given until now is done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
