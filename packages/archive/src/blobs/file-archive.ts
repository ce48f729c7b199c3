import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Archive } from '../archive.ts';
import { createArchive, type ArchiveParts } from '../create-archive.ts';
import { lockFolder } from '../index/folder-lock.ts';
import { openSqliteIndex } from '../index/sqlite.ts';
import { openFileBlobs } from './file.ts';

export interface FileArchiveOptions extends Pick<ArchiveParts, 'reader' | 'renderer' | 'clock'> {
  /**
   * `server`: alone on the folder, and first takes away what processes that died left behind; throws FolderInUse where
   * another server runs. `beside`: a tool such as the import, which may run while a server does.
   */
  readonly role: 'server' | 'beside';
}

/** An archive in one folder: `index.sqlite` and `blobs/`. Creates what is missing. */
export async function createFileArchive(folder: string, options: FileArchiveOptions): Promise<Archive> {
  mkdirSync(folder, { recursive: true });
  const lock = options.role === 'server' ? lockFolder(folder) : undefined;
  try {
    const archive = await openParts(folder, options);
    return {
      ...archive,
      async close() {
        await archive.close();
        lock?.release();
      },
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

async function openParts(folder: string, options: FileArchiveOptions): Promise<Archive> {
  const index = openSqliteIndex(join(folder, 'index.sqlite'));
  try {
    const blobs = openFileBlobs(join(folder, 'blobs'));
    if (options.role === 'server') {
      await blobs.recover((hashes) => index.collect(hashes, (hash) => blobs.remove(hash)));
    }
    return createArchive({ ...options, index, blobs, newBoundary: randomUUID });
  } catch (error) {
    await index.close();
    throw error;
  }
}
