import { close, open } from 'node:fs';
import { promisify } from 'node:util';
import { BlobError } from './blob-store.ts';

const openFile = promisify(open);
const closeFile = promisify(close);

interface Entry {
  readonly fd: Promise<number>;
  users: number;
  isDropped: boolean;
}

/**
 * File descriptors of the blobs read last, so that a frame costs one positioned read and nothing else. Blobs never
 * change, so a descriptor never goes stale; one in use outlives its eviction.
 */
export class OpenFiles {
  /** In the order of use: a Map keeps the order of insertion, and every use inserts anew. */
  readonly #entries = new Map<string, Entry>();
  readonly #maxFiles: number;

  constructor(maxFiles: number) {
    this.#maxFiles = maxFiles;
  }

  /** Lends the descriptor. Rejects with BlobError `missing`. */
  async use<T>(path: string, work: (fd: number) => Promise<T>): Promise<T> {
    const entry = this.#entryOf(path);
    entry.users += 1;
    try {
      return await work(await entry.fd);
    } finally {
      entry.users -= 1;
      if (entry.isDropped && entry.users === 0) await closeEntry(entry);
    }
  }

  async drop(path: string): Promise<void> {
    const entry = this.#entries.get(path);
    if (!entry) return;
    this.#entries.delete(path);
    entry.isDropped = true;
    if (entry.users === 0) await closeEntry(entry);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((path) => this.drop(path)));
  }

  #entryOf(path: string): Entry {
    const known = this.#entries.get(path);
    this.#entries.delete(path);
    const entry = known ?? { fd: openForReading(path), users: 0, isDropped: false };
    this.#entries.set(path, entry);
    if (known) return entry;
    // One that cannot be opened is not remembered: the next read tries again.
    entry.fd.catch(() => this.#entries.get(path) === entry && this.#entries.delete(path));
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxFiles) break;
      this.drop(oldest).catch(ignoreCloseError);
    }
    return entry;
  }
}

async function openForReading(path: string): Promise<number> {
  try {
    return await openFile(path, 'r');
  } catch (cause) {
    throw isNotThere(cause) ? new BlobError('missing', { cause }) : cause;
  }
}

async function closeEntry(entry: Entry): Promise<void> {
  const fd = await entry.fd.catch(() => undefined);
  if (fd !== undefined) await closeFile(fd);
}

/** The descriptor was for reading only: nothing can be lost when its end fails. */
const ignoreCloseError = (): void => undefined;

export const isNotThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
