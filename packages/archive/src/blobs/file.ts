import { createHash } from 'node:crypto';
import { existsSync, fstat, mkdirSync, read } from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BlobError, type BlobPart, type BlobStore } from './blob-store.ts';
import { FolderSyncs, placeFile, reportingFullDisk } from './durable-files.ts';
import { isNotThere, OpenFiles } from './open-files.ts';

/** Few enough, with the folders, for the usual limit of 1024 descriptors of a process. */
const MAX_OPEN_FILES = 256;
const STREAM_CHUNK_BYTES = 256 * 1024;
const HASH = /^[0-9a-f]{64}$/;

/** `00` to `ff`. */
const FOLDERS = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'));

/** Blobs as files in 256 folders, which are all made at once: `ab/abcd...`. */
export function openFileBlobs(folder: string): BlobStore {
  for (const name of FOLDERS) mkdirSync(join(folder, name), { recursive: true });
  const files = new OpenFiles(MAX_OPEN_FILES);
  const folders = new FolderSyncs();
  const made = folders.sync(folder);
  made.catch(() => undefined);
  const folderOf = (hash: string): string => join(folder, hash.slice(0, 2));
  const pathOf = (hash: string): string => join(folderOf(hash), hash);

  return {
    put: (hash, file) =>
      reportingFullDisk(async () => {
        await made;
        await placeFile(file, pathOf(hash));
        await folders.sync(folderOf(hash));
        // Open may be a damaged file of the same name, which this one has replaced.
        await files.drop(pathOf(hash));
      }),

    async read(hash, offset, length) {
      const path = pathOf(hash);
      return reopeningDamaged(files, path, () => files.use(path, (fd) => readExactly(fd, offset, length)));
    },

    async stream(hash, size, part) {
      const path = pathOf(hash);
      const { offset, length } = part ?? { offset: 0, length: size };
      await reopeningDamaged(files, path, async () => {
        const actual = await files.use(path, sizeOf);
        if (actual !== size || offset + length > size) throw new BlobError('short');
      });
      const pieces = streamPart(files, path, { offset, length });
      return part === undefined ? verified(pieces, hash) : pieces;
    },

    // Asked under the index's write lock, so without a turn through another thread.
    has: async (hash) => existsSync(pathOf(hash)),

    async remove(hash) {
      await unlessNotThere(unlink(pathOf(hash)));
      // The space is free when nobody has the file open.
      await files.drop(pathOf(hash));
    },

    async *list() {
      for (const name of FOLDERS) {
        for (const hash of (await readdir(join(folder, name))).filter((each) => HASH.test(each))) {
          const found = await unlessNotThere(stat(pathOf(hash)));
          if (found) yield { hash, size: found.size, modified: found.mtime.toISOString() };
        }
      }
    },

    async close() {
      await Promise.all([files.close(), folders.close()]);
    },
  };
}

async function unlessNotThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isNotThere(error)) return undefined;
    throw error;
  }
}

const statFile = promisify(fstat);
const sizeOf = async (fd: number): Promise<number> => (await statFile(fd)).size;

function readExactly(fd: number, offset: number, length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafeSlow(length);
    const readOn = (done: number): void => {
      if (done === length) return resolve(buffer);
      read(fd, buffer, done, length - done, offset + done, (error, count) => {
        if (error) reject(error);
        else if (count === 0) reject(new BlobError('short'));
        else readOn(done + count);
      });
    };
    readOn(0);
  });
}

async function* streamPart(
  files: OpenFiles,
  path: string,
  { offset, length }: BlobPart,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; done += STREAM_CHUNK_BYTES) {
    const size = Math.min(STREAM_CHUNK_BYTES, length - done);
    yield await files.use(path, (fd) => readExactly(fd, offset + done, size));
  }
}

/** A file that was found damaged may be replaced by a whole one, by another process as well: the next read looks. */
async function reopeningDamaged<T>(files: OpenFiles, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BlobError) await files.drop(path);
    throw error;
  }
}

/** A whole blob, whose last piece is given away only when all of them together have the hash that is their name. */
async function* verified(pieces: AsyncIterable<Uint8Array>, hash: string): AsyncGenerator<Uint8Array> {
  const sum = createHash('sha256');
  let last: Uint8Array | undefined;
  for await (const piece of pieces) {
    sum.update(piece);
    if (last) yield last;
    last = piece;
  }
  if (sum.digest('hex') !== hash) throw new BlobError('damaged');
  if (last) yield last;
}
