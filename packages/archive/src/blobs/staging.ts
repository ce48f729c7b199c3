import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, unlinkSync } from 'node:fs';
import { open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import {
  BlobError,
  type BlobStore,
  type StagedBlob,
  stagedFile,
  type Staging,
  type WrittenFile,
} from './blob-store.ts';
import { reportingFullDisk } from './durable-files.ts';

/** Tells the files of this process from those of others, alive or dead, and of a dead one with its number. */
const OWNER = `${process.pid}-${randomUUID().slice(0, 8)}`;
/** One count for the whole process: two archives may be open on one folder. */
let serial = 0;
/** `.published` is the mark that version 0.1 left for each blob. */
const LEFTOVER = /^((\d+)-[0-9a-f]{8})-\d+(?:\.part|\.([0-9a-f]{64})\.(?:staged|staged\.copy|published))$/;
/** Many small chunks of a socket become one write, and none of them is kept. */
const WRITE_BYTES = 1024 * 1024;

/**
 * Files on their way into `blobs`, in a folder of their own, which is made. It must be on the same file system as the
 * blobs where those are files: then publishing costs no copy.
 */
export function openStaging(folder: string, blobs: BlobStore): Staging {
  mkdirSync(folder, { recursive: true });
  const newStem = (): string => {
    serial += 1;
    return join(folder, `${OWNER}-${serial}`);
  };
  const stageBy: Staging['stageBy'] = async (write) => {
    const stem = newStem();
    try {
      const written = await reportingFullDisk(() => write(stem, blobs.places?.folder));
      return { written, blob: stagedBlob(blobs, stem, written) };
    } catch (error) {
      await removeAll(folder, stem, blobs);
      throw error;
    }
  };
  return {
    stageBy,
    async stage(bytes, maxBytes) {
      const { blob } = await stageBy(async (stem) => {
        const written = await writePart(`${stem}.part`, bytes, maxBytes);
        await rename(`${stem}.part`, stagedFile(stem, written.hash));
        return written;
      });
      return blob;
    },
    async recover(collect) {
      const leftovers = (await readdir(folder)).filter(isLeftover);
      const put = leftovers.flatMap((name) => LEFTOVER.exec(name)?.[3] ?? []);
      if (put.length > 0) await collect([...new Set(put)]);
      await Promise.all(leftovers.map((name) => rm(join(folder, name), { force: true })));
    },
  };
}

/** Taking one of its names from a small file, or a few megabytes from the disk, costs less than a thread's turn. */
const UNLINK_AT_ONCE_BYTES = 4 * 1024 * 1024;

function stagedBlob(
  blobs: BlobStore,
  stem: string,
  { hash, size, isPlaced = false }: WrittenFile,
): StagedBlob {
  const file = stagedFile(stem, hash);
  let isToPlace = !isPlaced;
  return {
    hash,
    size,
    file,
    isPlaced,
    bytes: () => createReadStream(file, { highWaterMark: WRITE_BYTES }),
    publish() {
      const places = isToPlace ? undefined : blobs.places;
      isToPlace = true;
      return places ? places.placed(hash) : blobs.put(hash, file, size);
    },
    async end() {
      // What cannot be removed now is removed at the next start. It frees no space where the blob has the same.
      try {
        if (size > UNLINK_AT_ONCE_BYTES) await unlink(file);
        else unlinkSync(file);
      } catch {
        // As above.
      }
    },
  };
}

/** Which of its names the file had when the writing failed is not known. */
async function removeAll(folder: string, stem: string, blobs: BlobStore): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const own = names.filter((name) => name.startsWith(`${basename(stem)}.`));
  const remove = async (name: string): Promise<void> => {
    const hash = LEFTOVER.exec(name)?.[3];
    // It may have been placed, by a thread that was then stopped.
    if (hash !== undefined && blobs.places && (await blobs.has(hash))) return;
    await rm(join(folder, name), { force: true });
  };
  await Promise.allSettled(own.map(remove));
}

/** Streams to the file and makes it durable. */
async function writePart(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ readonly hash: string; readonly size: number }> {
  await using file = await open(path, 'wx');
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafeSlow(WRITE_BYTES);
  let size = 0;
  let filled = 0;
  const write = async (): Promise<void> => {
    const whole = piece.subarray(0, filled);
    hash.update(whole);
    for (let done = 0; done < whole.length; ) {
      done += (await file.write(whole, done)).bytesWritten;
    }
    filled = 0;
  };
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > maxBytes) throw new BlobError('too_large');
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + WRITE_BYTES - filled);
      piece.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled === WRITE_BYTES) await write();
    }
  }
  await write();
  await file.datasync();
  return { hash: hash.digest('hex'), size };
}

function isLeftover(name: string): boolean {
  const [, owner, pid] = LEFTOVER.exec(name) ?? [];
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
