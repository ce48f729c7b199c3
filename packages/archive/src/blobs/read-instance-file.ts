import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { checksumFrames, DicomError, randomAccess, readPart10, type RandomAccess } from '@sightline/dicom';
import type { FileInMemory, ParsedInstance, TakenInstance } from '../instance-reader.ts';
import { parseInstance } from '../parse-instance.ts';
import { BlobError, stagedFile } from './blob-store.ts';
import { asFullDisk, placeByLink } from './durable-files.ts';

/**
 * `InstanceReader.read`, synchronously, for a worker thread. Throws DicomError where the file cannot be used, BlobError
 * `damaged` where its hash is another one than the one given.
 */
export function readInstanceFile(file: string, sha256?: string): ParsedInstance {
  const fd = openSync(file, 'r');
  try {
    if (sha256 === undefined) return readInstance(fileAccess(fd));
    const sums = sumsOf(fd);
    if (sums.sha256 !== sha256) throw new BlobError('damaged');
    return { ...readInstance(fileAccess(fd)), crc32: sums.crc32 };
  } finally {
    closeSync(fd);
  }
}

/**
 * `InstanceReader.take`, synchronously, for a worker thread. What is no usable DICOM file is refused before anything
 * is written.
 */
export function takeInstance({ memory, size }: FileInMemory, stem: string, placeIn?: string): TakenInstance {
  const bytes = memory.subarray(0, size);
  const parsed = readInstance(randomAccess(bytes));
  const hash = createHash('sha256').update(bytes).digest('hex');
  const file = stagedFile(stem, hash);
  writeDurably(file, bytes);
  const isPlaced = placeIn !== undefined && placeByLink(file, placeIn, hash);
  return { memory, size, parsed: { ...parsed, crc32: crc32(bytes) }, hash, isPlaced };
}

/** Frames of more bytes than these have no checksum of their own: reading them takes longer than a worker may. */
const MAX_CHECKED_BYTES = 8 * 1024 ** 3;

function readInstance(file: RandomAccess): ParsedInstance {
  const part10 = readPart10(file, { inflateRaw });
  if (!part10.frames) return parseInstance(part10);
  const data = part10.inflated ? randomAccess(part10.inflated) : file;
  return parseInstance({ ...part10, frames: checksumFrames(part10.frames, data, crc32, MAX_CHECKED_BYTES) });
}

function writeDurably(file: string, bytes: Uint8Array): void {
  try {
    const fd = openSync(file, 'wx');
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
      fdatasyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    rmSync(file, { force: true });
    throw asFullDisk(error);
  }
}

const PIECE_BYTES = 1024 * 1024;

function sumsOf(fd: number): { readonly sha256: string; readonly crc32: number } {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let crc = 0;
  for (let at = 0; ; ) {
    const piece = buffer.subarray(0, readSync(fd, buffer, 0, PIECE_BYTES, at));
    if (piece.length === 0) return { sha256: hash.digest('hex'), crc32: crc };
    hash.update(piece);
    crc = crc32(piece, crc);
    at += piece.length;
  }
}

function fileAccess(fd: number): RandomAccess {
  return {
    size: fstatSync(fd).size,
    read(offset, length) {
      const buffer = Buffer.allocUnsafeSlow(length);
      let done = 0;
      while (done < length) {
        const count = readSync(fd, buffer, done, length - done, offset + done);
        if (count === 0) break;
        done += count;
      }
      return buffer.subarray(0, done);
    },
  };
}

/** The limit holds before memory is taken: a deflate bomb never gets further. */
function inflateRaw(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    const isTooLarge = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    throw new DicomError(isTooLarge ? 'too_large' : 'malformed', { cause });
  }
}
