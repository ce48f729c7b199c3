import { close, closeSync, fsync, fsyncSync, linkSync, open, openSync } from 'node:fs';
import { copyFile, link, open as openFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { BlobError } from './blob-store.ts';

const openFd = promisify(open);
const closeFd = promisify(close);
const syncFd = promisify(fsync);

/** ENOSPC, EDQUOT and EFBIG (a limit on the size of files) are one thing to whoever stores: there is no room. */
const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];

export async function reportingFullDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asFullDisk(error);
  }
}

/** BlobError `out_of_space` where that is what the error says, else the error itself. */
export const asFullDisk = (error: unknown): unknown =>
  FULL.includes(codeOf(error)) ? new BlobError('out_of_space', { cause: error }) : error;

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** What file systems answer that have no hard links, or no more of them for this file. */
const NO_LINK = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EINVAL', 'EACCES'];

/**
 * Makes a file visible under another name as well, whole or not at all, in place of what is there. The first file
 * stays; its bytes are on the disk already.
 */
export async function placeFile(file: string, path: string): Promise<void> {
  try {
    // A name in a cached folder costs less than a turn through another thread.
    return linkSync(file, path);
  } catch (error) {
    if (![...NO_LINK, 'EEXIST'].includes(codeOf(error))) throw error;
  }
  const twin = `${file}.copy`;
  await rm(twin, { force: true });
  await copyDurably(file, twin);
  await rename(twin, path);
  // Two names of one file are left as they are by a rename.
  await rm(twin, { force: true });
}

/**
 * The same and its folder to the disk, synchronously, for the thread that wrote the file. False: this way does not do,
 * because the blob or no folder is there, say; `put` then does what is left.
 */
export function placeByLink(file: string, folder: string, hash: string): boolean {
  // Windows cannot open a folder.
  if (process.platform === 'win32') return false;
  try {
    const own = blobFolder(folder, hash);
    linkSync(file, join(own, hash));
    const fd = openSync(own, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return true;
  } catch {
    return false;
  }
}

/** Blobs lie in at most 256 folders: `ab/abcd...`. */
export const blobFolder = (folder: string, hash: string): string => join(folder, hash.slice(0, 2));

async function copyDurably(file: string, twin: string): Promise<void> {
  try {
    return await link(file, twin);
  } catch (error) {
    if (!NO_LINK.includes(codeOf(error))) throw error;
  }
  await copyFile(file, twin);
  await using handle = await openFile(twin, 'r+');
  await handle.datasync();
}

/** Few, so that reading is not kept waiting by syncs: what one commits, the others find done. */
const SYNCS_AT_ONCE = 2;

interface Sync {
  readonly done: Promise<void>;
  readonly settle: () => void;
  readonly fail: (error: unknown) => void;
}

/** Makes the names in folders durable. Callers that come together for one folder share a sync. */
export class FolderSyncs {
  readonly #open = new Map<string, Promise<number>>();
  readonly #waiting = new Map<string, Sync>();
  #running = 0;

  /** Resolves when every name that was in the folder when it was called is on the disk. */
  sync(folder: string): Promise<void> {
    // Windows cannot open a folder; its file systems keep the order of a rename themselves.
    if (process.platform === 'win32') return Promise.resolve();
    // One that runs may have begun before the caller's name was there: only those that wait are shared.
    const waiting = this.#waiting.get(folder);
    if (waiting) return waiting.done;
    const { promise: done, resolve: settle, reject: fail } = Promise.withResolvers<void>();
    this.#waiting.set(folder, { done, settle, fail });
    if (this.#running < SYNCS_AT_ONCE) void this.#run();
    return done;
  }

  async close(): Promise<void> {
    const fds = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    await Promise.all(fds.flatMap((fd) => (fd.status === 'fulfilled' ? [closeFd(fd.value)] : [])));
  }

  /** Never rejects: each caller is told for itself. */
  async #run(): Promise<void> {
    this.#running += 1;
    // A turn later, so that names that are made together are synced together.
    await Promise.resolve();
    for (const [folder, sync] of this.#waiting) {
      this.#waiting.delete(folder);
      await this.#syncNow(folder).then(sync.settle, sync.fail);
    }
    this.#running -= 1;
  }

  async #syncNow(folder: string): Promise<void> {
    const fd = this.#open.get(folder) ?? openFd(folder, 'r');
    this.#open.set(folder, fd);
    try {
      await syncFd(await fd);
    } catch (error) {
      this.#open.delete(folder);
      throw error;
    }
  }
}
