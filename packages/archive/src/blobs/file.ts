import { createHash, randomUUID } from 'node:crypto';
import { existsSync, fstat, mkdirSync, read, unlinkSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { BlobError, type BlobPart, type BlobStore, type StagedBlob } from './blob-store.ts';
import { isNotThere, OpenFiles } from './open-files.ts';

/** Few enough for the usual limit of 1024 descriptors of a process. */
const MAX_OPEN_FILES = 256;
const STREAM_CHUNK_BYTES = 256 * 1024;

/** Tells the temporary files of this process from those of others, alive or dead, and of a dead one with its number. */
const OWNER = `${process.pid}-${randomUUID().slice(0, 8)}`;
/** One count for the whole process: two stores may be open on one folder. */
let serial = 0;
const TEMPORARY = /^((\d+)-[0-9a-f]{8})-\d+(?:\.part|\.([0-9a-f]{64})\.published)$/;

/**
 * Blobs as files, in two levels of folders of 256: `ab/cd/abcd...`. Below `tmp` are the files of stores in progress,
 * and a mark for each blob that is visible while the record that names it may not be.
 */
export function openFileBlobs(folder: string): BlobStore {
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const files = new OpenFiles(MAX_OPEN_FILES);
  const pathOf = (hash: string): string => join(folder, hash.slice(0, 2), hash.slice(2, 4), hash);

  return {
    async stage(bytes, maxBytes) {
      serial += 1;
      const name = join(temporary, `${OWNER}-${serial}`);
      const { hash, size } = await writeTemporary(`${name}.part`, bytes, maxBytes);
      return stagedBlob({ name, hash, size, root: folder, path: pathOf(hash), files });
    },

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

    async recover(collect) {
      const leftovers = (await readdir(temporary)).filter(isLeftover);
      const published = leftovers.flatMap((name) => TEMPORARY.exec(name)?.[3] ?? []);
      if (published.length > 0) await collect(published);
      await Promise.all(leftovers.map((name) => rm(join(temporary, name), { force: true })));
    },

    has: (hash) => existsSync(pathOf(hash)),

    remove(hash) {
      try {
        unlinkSync(pathOf(hash));
      } catch (error) {
        if (!isNotThere(error)) throw error;
      }
    },

    close: () => files.close(),
  };
}

interface Staging {
  /** Of the temporary file and of the mark, without their endings. */
  readonly name: string;
  readonly hash: string;
  readonly size: number;
  readonly root: string;
  readonly path: string;
  readonly files: OpenFiles;
}

function stagedBlob({ name, hash, size, root, path, files }: Staging): StagedBlob {
  const mark = `${name}.${hash}.published`;
  return {
    hash,
    size,
    file: `${name}.part`,
    publish: () =>
      reportingFullDisk(async () => {
        // Before the blob is visible, so that a crash in between leaves a mark too many, never one too few.
        await writeFile(mark, '');
        await makeFolderDurably(dirname(path), root);
        await rename(`${name}.part`, path);
        await syncFolder(dirname(path));
        // Open may be a damaged file of the same name, which this one has replaced.
        await files.drop(path);
      }),
    async end() {
      // What cannot be removed now is removed at the next start.
      await Promise.allSettled([rm(`${name}.part`, { force: true }), rm(mark, { force: true })]);
    },
  };
}

/** Streams to the file and makes it durable; leaves no file behind when it fails. */
async function writeTemporary(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ readonly hash: string; readonly size: number }> {
  return reportingFullDisk(async () => {
    await using file = await open(path, 'wx');
    try {
      const hash = createHash('sha256');
      let size = 0;
      for await (const chunk of bytes) {
        size += chunk.length;
        if (size > maxBytes) throw new BlobError('too_large');
        hash.update(chunk);
        await file.appendFile(chunk);
      }
      await file.datasync();
      return { hash: hash.digest('hex'), size };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  });
}

async function reportingFullDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    throw code === 'ENOSPC' || code === 'EDQUOT' ? new BlobError('out_of_space', { cause }) : cause;
  }
}

/** A new folder is durable when the folder that holds it is. */
async function makeFolderDurably(folder: string, root: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let parent = dirname(folder); parent.length >= root.length; parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent === dirname(first)) return;
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its file systems keep the order of a rename themselves.
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
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

function isLeftover(name: string): boolean {
  const [, owner, pid] = TEMPORARY.exec(name) ?? [];
  return owner !== undefined && owner !== OWNER && !isAlive(Number(pid));
}

/** A process of our own number that is not us is a dead one: numbers begin anew when a container does. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
