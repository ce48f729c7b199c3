import {
  type Archive,
  type Audit,
  createFileArchive,
  FolderInUse,
  IndexDamaged,
  ToolsAtWork,
} from '@sightline/archive';
import { type Config, StartError } from '../config.ts';
import type { DataFolder } from '../storage/data-folder.ts';
import { createFrameRenderer } from '../workers/frame-renderer.ts';
import { createInstanceReader } from '../workers/instance-reader.ts';
import { createTranscoder } from '../workers/transcoder.ts';
import { warmUp } from '../workers/warm-up.ts';
import { openStores } from './open-stores.ts';

/**
 * The archive of a data folder with its worker threads, which start when there is work for them. `server` keeps other
 * servers off the folder and throws a StartError where there is one; `beside` may run while a server does.
 */
export async function openArchive(
  folder: DataFolder,
  config: Pick<Config, 'index' | 'blobs'>,
  options: { readonly role: 'server' | 'beside'; readonly clock: () => Date; readonly audit: Audit },
): Promise<Archive> {
  const reader = createInstanceReader();
  const renderer = createFrameRenderer();
  const transcoder = createTranscoder();
  const closeWorkers = async (): Promise<void> => {
    await Promise.all([reader.close(), renderer.close(), transcoder.close()]);
  };
  try {
    const archive = await createFileArchive(folder.path, {
      reader,
      renderer,
      transcoder,
      ...options,
      ...openStores(config),
    });
    if (options.role === 'server') void warmUp(renderer);
    return {
      ...archive,
      async close() {
        await archive.close();
        await closeWorkers();
      },
    };
  } catch (error) {
    await closeWorkers();
    const isForOperator = [FolderInUse, ToolsAtWork, IndexDamaged].some((kind) => error instanceof kind);
    throw error instanceof Error && isForOperator ? new StartError(error.message, { cause: error }) : error;
  }
}
