import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Archive } from '../archive.ts';
import { createArchive, type ArchiveParts } from '../create-archive.ts';
import { collectGarbage } from '../delete.ts';
import { lockFolder } from '../index/folder-lock.ts';
import type { IndexStore } from '../index/index-store.ts';
import { openSqliteIndex } from '../index/sqlite.ts';
import { lockTools } from '../index/tools-lock.ts';
import type { BlobStore } from './blob-store.ts';
import { openFileBlobs } from './file.ts';
import { moveOldLayout } from './move-old-layout.ts';
import { openStaging } from './staging.ts';

export interface FileArchiveOptions
  extends Pick<ArchiveParts, 'reader' | 'renderer' | 'transcoder' | 'clock' | 'audit'> {
  /**
   * `server`: alone on the folder, and first takes away what processes that died left behind; throws FolderInUse where
   * another server runs. `beside`: a tool such as the import, which may run while a server does.
   */
  readonly role: 'server' | 'beside';
  /** Absent: `index.sqlite` in the folder. */
  readonly openIndex?: () => Promise<IndexStore>;
  /** Absent: files below `blobs/`. */
  readonly openBlobs?: () => Promise<BlobStore>;
}

/** An archive in one folder: `index.sqlite` and `blobs/`, unless they are elsewhere. Creates what is missing. */
export async function createFileArchive(folder: string, options: FileArchiveOptions): Promise<Archive> {
  mkdirSync(folder, { recursive: true });
  await using opened = new AsyncDisposableStack();
  if (options.role === 'server') {
    const lock = lockFolder(folder);
    opened.defer(() => lock.release());
  } else {
    const lock = lockTools(folder, 'shared');
    opened.defer(() => lock.release());
  }
  const parts = await openParts(folder, options, opened);
  const archive = createArchive({ ...options, ...parts, newBoundary: randomUUID });
  const held = opened.move();
  return {
    ...archive,
    async close() {
      await archive.close();
      await held.disposeAsync();
    },
  };
}

/** What `opened` is given closes again where a later part does not open. */
async function openParts(
  folder: string,
  { role, openIndex, openBlobs }: FileArchiveOptions,
  opened: AsyncDisposableStack,
): Promise<Pick<ArchiveParts, 'index' | 'blobs' | 'staging'>> {
  const index = openIndex ? await openIndex() : openSqliteIndex(join(folder, 'index.sqlite'));
  opened.defer(() => index.close());
  const blobs = openBlobs ? await openBlobs() : openFileBlobs(join(folder, 'blobs'));
  opened.defer(() => blobs.close());
  const staging = openStaging(join(folder, 'blobs', 'tmp'), blobs);
  if (role === 'server') {
    if (!openBlobs) await moveOldLayout(join(folder, 'blobs'));
    await staging.recover((hashes) => index.collect(hashes, (hash) => blobs.remove(hash)));
    await collectGarbage({ index, blobs });
  }
  return { index, blobs, staging };
}
