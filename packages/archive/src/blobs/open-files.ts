import { closeSync, openSync } from 'node:fs';
import { BlobError } from './blob-store.ts';

interface Entry {
  readonly fd: number;
  users: number;
  isDropped: boolean;
}

/**
 * File descriptors of the blobs read last, so that a frame costs one positioned read and nothing else. Blobs never
 * change, so a descriptor never goes stale; one in use outlives its eviction. Opening takes microseconds where the index
 * beside the blobs was just read, a hundredth of what asking another thread to do it costs.
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
      return await work(entry.fd);
    } finally {
      entry.users -= 1;
      if (entry.isDropped && entry.users === 0) closeEntry(entry);
    }
  }

  drop(path: string): void {
    const entry = this.#entries.get(path);
    if (!entry) return;
    this.#entries.delete(path);
    entry.isDropped = true;
    if (entry.users === 0) closeEntry(entry);
  }

  close(): void {
    for (const path of this.#entries.keys()) this.drop(path);
  }

  #entryOf(path: string): Entry {
    const known = this.#entries.get(path);
    this.#entries.delete(path);
    const entry = known ?? { fd: openForReading(path), users: 0, isDropped: false };
    this.#entries.set(path, entry);
    if (known) return entry;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxFiles) break;
      this.drop(oldest);
    }
    return entry;
  }
}

function openForReading(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw isNotThere(cause) ? new BlobError('missing', { cause }) : cause;
  }
}

function closeEntry({ fd }: Entry): void {
  try {
    closeSync(fd);
  } catch {
    // It was for reading only: nothing can be lost when its end fails.
  }
}

export const isNotThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
