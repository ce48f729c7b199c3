import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { collectGarbage } from '../delete.ts';
import { lockFolder } from '../index/folder-lock.ts';
import { IndexDamaged } from '../index/index-errors.ts';
import type { IndexStatistics, IndexStore } from '../index/index-store.ts';
import { removeSqliteIndex, replaceSqliteIndex } from '../index/sqlite-file.ts';
import { openSqliteIndex } from '../index/sqlite.ts';
import { lockTools } from '../index/tools-lock.ts';
import { rebuildIndex, type Rebuilt, type RebuildParts } from '../rebuild-index.ts';
import type { BlobStore } from './blob-store.ts';
import type { FileArchiveOptions } from './file-archive.ts';
import { openFileBlobs } from './file.ts';
import { moveOldLayout } from './move-old-layout.ts';
import { openStaging } from './staging.ts';

export interface RebuildOptions
  extends Pick<RebuildParts, 'reader' | 'isDeleted'>,
    Pick<FileArchiveOptions, 'openIndex' | 'openBlobs'> {
  readonly onBlob: (rebuilt: Rebuilt) => void;
}

/**
 * Builds the index of the folder anew from its blobs, beside the old one, which it then replaces; an index that is
 * elsewhere gets what it lacks. Nobody else may use the folder meanwhile: throws FolderInUse or ToolsAtWork.
 */
export async function rebuildArchive(folder: string, options: RebuildOptions): Promise<IndexStatistics> {
  mkdirSync(folder, { recursive: true });
  await using opened = new AsyncDisposableStack();
  const server = lockFolder(folder);
  opened.defer(() => server.release());
  const tools = lockTools(folder, 'alone');
  opened.defer(() => tools.release());
  const blobs = options.openBlobs ? await options.openBlobs() : openFileBlobs(join(folder, 'blobs'));
  opened.defer(() => blobs.close());
  if (!options.openBlobs) await moveOldLayout(join(folder, 'blobs'));
  const staging = openStaging(join(folder, 'blobs', 'tmp'), blobs);
  const { openIndex } = options;
  await takeGarbageAway(openIndex ?? (async () => openSqliteIndex(join(folder, 'index.sqlite'))), blobs);
  // What was staged and perhaps put is here whole or not at all; recorded now, sending it again does no harm.
  await staging.recover(async () => undefined);
  const file = join(folder, 'index.rebuilt.sqlite');
  if (!openIndex) removeSqliteIndex(file);
  const index = openIndex ? await openIndex() : openSqliteIndex(file);
  const statistics = await fill(index, { ...options, blobs, staging });
  // What failed until here has left the old index as it was.
  if (!openIndex) replaceSqliteIndex(file, join(folder, 'index.sqlite'));
  return statistics;
}

async function fill(
  index: IndexStore,
  options: Omit<RebuildParts, 'index'> & Pick<RebuildOptions, 'onBlob'>,
): Promise<IndexStatistics> {
  try {
    for await (const each of rebuildIndex({ ...options, index })) options.onBlob(each);
    return await index.statistics();
  } finally {
    await index.close();
  }
}

/** Deleted objects must not come back. A damaged index cannot say which those are; then the audit trail does. */
async function takeGarbageAway(openIndex: () => Promise<IndexStore>, blobs: BlobStore): Promise<void> {
  let index: IndexStore | undefined;
  try {
    index = await openIndex();
    await collectGarbage({ index, blobs });
  } catch (error) {
    if (!(error instanceof IndexDamaged)) throw error;
  } finally {
    await index?.close();
  }
}
