import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { DicomError, readPart10, type RandomAccess } from '@sightline/dicom';
import type { ParsedInstance } from '../instance-reader.ts';
import { parseInstance } from '../parse-instance.ts';

/**
 * Reads one DICOM file, synchronously: the work of an InstanceReader, for a worker thread. Throws DicomError where the
 * file cannot be used.
 */
export function readInstanceFile(file: string): ParsedInstance {
  const fd = openSync(file, 'r');
  try {
    return parseInstance(readPart10(randomAccess(fd), { inflateRaw }));
  } finally {
    closeSync(fd);
  }
}

function randomAccess(fd: number): RandomAccess {
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
