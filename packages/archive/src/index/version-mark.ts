import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';

const MARK_BYTES = 8;

/**
 * The number of the last change of an index, in a file beside it that is written after each one, without waiting for
 * the disk. An index that is behind its mark has lost what was answered as stored: its write-ahead log was cut or is
 * gone, or an older copy took its place. SQLite takes such a file for whole. The mark itself may be behind, after a
 * power cut; then it says nothing.
 */
export interface VersionMark {
  read(): number;
  write(version: number): void;
  close(): void;
}

/** Made where it is not there. */
export function openVersionMark(file: string): VersionMark {
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  const bytes = new DataView(new ArrayBuffer(MARK_BYTES));
  let isOpen = true;
  return {
    read: () => (readSync(descriptor, bytes, 0, MARK_BYTES, 0) === MARK_BYTES ? bytes.getFloat64(0) : 0),
    write(version) {
      bytes.setFloat64(0, version);
      writeSync(descriptor, bytes, 0, MARK_BYTES, 0);
    },
    close() {
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}

/** In memory there is nothing to lose. */
export const noMark: VersionMark = { read: () => 0, write: () => undefined, close: () => undefined };
