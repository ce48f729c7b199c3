import { existsSync, fstat, mkdirSync, read } from 'node:fs';
import { mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BlobError, type BlobPart, type BlobStore } from './blob-store.ts';
import { blobFolder, FolderSyncs, placeFile, reportingFullDisk } from './durable-files.ts';
import { isNotThere, OpenFiles } from './open-files.ts';
import { isWhole, type Proof, verified } from './verified.ts';
import { PiecePool } from './piece-pool.ts';

/** Few enough, with the folders, for the usual limit of 1024 descriptors of a process. */
const MAX_OPEN_FILES = 512;
/** A slice of a CT in one piece; as many kept as several clients have on their way. */
const STREAM_PIECE_BYTES = 1024 * 1024;
const MAX_FREE_PIECES = 24;
const HASH = /^[0-9a-f]{64}$/;
const PAIR = /^[0-9a-f]{2}$/;

/** Blobs as files in at most 256 folders, each made when it is first needed: `ab/abcd...`. */
export function openFileBlobs(folder: string): BlobStore {
  mkdirSync(folder, { recursive: true });
  const files = new OpenFiles(MAX_OPEN_FILES);
  const pool = new PiecePool(STREAM_PIECE_BYTES, MAX_FREE_PIECES);
  const folders = new FolderSyncs();
  const folderOf = (hash: string): string => blobFolder(folder, hash);
  const pathOf = (hash: string): string => join(folderOf(hash), hash);

  /** Folders of which it is known that they are there, durably, or will be. */
  const made = new Map<string, Promise<void>>();
  function makeFolder(path: string): Promise<void> {
    const known = made.get(path);
    if (known) return known;
    const making = mkdir(path, { recursive: true }).then(() => folders.sync(folder));
    made.set(path, making);
    making.catch(() => made.delete(path));
    return making;
  }

  return {
    put: (hash, file) =>
      reportingFullDisk(async () => {
        await makeFolder(folderOf(hash));
        await placeFile(file, pathOf(hash));
        await folders.sync(folderOf(hash));
        // Open may be a damaged file of the same name, which this one has replaced.
        files.drop(pathOf(hash));
      }),

    async read(hash, offset, length) {
      const path = pathOf(hash);
      return reopeningDamaged(files, path, () =>
        files.use(path, (fd) => readExactly(fd, offset, Buffer.allocUnsafeSlow(length))),
      );
    },

    async stream(hash, size, part, crc32) {
      const path = pathOf(hash);
      if (part === undefined && size < pool.pieceBytes) {
        return reopeningDamaged(files, path, () =>
          files.use(path, (fd) => wholePiece(fd, { hash, crc32, size }, pool)),
        );
      }
      const { offset, length } = part ?? { offset: 0, length: size };
      await reopeningDamaged(files, path, async () => {
        const actual = await files.use(path, sizeOf);
        if (actual !== size || offset + length > size) throw new BlobError('short');
      });
      const pieces = streamPart({ files, pool, path }, { offset, length });
      return part === undefined ? verified(pieces, { hash, crc32 }) : pieces;
    },

    release: (piece) => pool.give(piece),

    // Asked under the index's write lock, so without a turn through another thread.
    has: async (hash) => existsSync(pathOf(hash)),

    fileOf: pathOf,

    places: {
      folder,
      placed: (hash) =>
        reportingFullDisk(async () => {
          // The folder may be there and not yet on the disk.
          await makeFolder(folderOf(hash));
          files.drop(pathOf(hash));
        }),
    },

    async remove(hash) {
      await unlessNotThere(unlink(pathOf(hash)));
      // The space is free when nobody has the file open.
      files.drop(pathOf(hash));
    },

    async *list() {
      for (const name of (await readdir(folder)).filter((each) => PAIR.test(each))) {
        for (const hash of (await readdir(join(folder, name))).filter((each) => HASH.test(each))) {
          const found = await unlessNotThere(stat(pathOf(hash)));
          if (found) yield { hash, size: found.size, modified: found.mtime.toISOString() };
        }
      }
    },

    async close() {
      files.close();
      await folders.close();
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

/** Fills the buffer, or BlobError `short`. */
async function readExactly(fd: number, offset: number, buffer: Uint8Array): Promise<Uint8Array> {
  if ((await readUpTo(fd, offset, buffer)) < buffer.length) throw new BlobError('short');
  return buffer;
}

/** Reads until the buffer has `enough` bytes or the file ends; answers how many there are. */
function readUpTo(fd: number, offset: number, buffer: Uint8Array, enough = buffer.length): Promise<number> {
  return new Promise((resolve, reject) => {
    const readOn = (done: number): void => {
      if (done >= enough) return resolve(done);
      read(fd, buffer, done, buffer.length - done, offset + done, (error, count) => {
        if (error) reject(error);
        else if (count === 0) resolve(done);
        else readOn(done + count);
      });
    };
    readOn(0);
  });
}

/**
 * A whole blob of one piece, looked at before any of it is given away. Its length is known from reading one byte more
 * than it should have, because each turn through another thread costs as much as a tenth of a megabyte.
 */
async function wholePiece(
  fd: number,
  { size, ...proof }: Proof & { readonly size: number },
  pool: PiecePool,
): Promise<AsyncIterable<Uint8Array>> {
  const piece = pool.take(size);
  const count = await readUpTo(fd, 0, new Uint8Array(piece.buffer, 0, size + 1), size);
  if (count === size && isWhole(piece, proof)) return single(piece);
  pool.give(piece);
  throw new BlobError(count === size ? 'damaged' : 'short');
}

async function* single(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
}

async function* streamPart(
  { files, pool, path }: { readonly files: OpenFiles; readonly pool: PiecePool; readonly path: string },
  { offset, length }: BlobPart,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; done += pool.pieceBytes) {
    const piece = pool.take(Math.min(pool.pieceBytes, length - done));
    yield await files.use(path, (fd) => readExactly(fd, offset + done, piece));
  }
}

/** A file that was found damaged may be replaced by a whole one, by another process as well: the next read looks. */
async function reopeningDamaged<T>(files: OpenFiles, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BlobError) files.drop(path);
    throw error;
  }
}
