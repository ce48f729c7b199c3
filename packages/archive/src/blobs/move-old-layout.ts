import { readdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderSyncs } from './durable-files.ts';

const PAIR = /^[0-9a-f]{2}$/;

/**
 * Version 0.1 kept blobs two folders deep, `ab/cd/abcd...`: they move one up. Stopped half way, it goes on at the next
 * start; what is done already costs a look into 256 folders.
 */
export async function moveOldLayout(folder: string): Promise<void> {
  const syncs = new FolderSyncs();
  for (const first of (await readdir(folder)).filter((name) => PAIR.test(name))) {
    const outer = join(folder, first);
    const inner = (await readdir(outer, { withFileTypes: true })).filter(
      (entry) => entry.isDirectory() && PAIR.test(entry.name),
    );
    for (const { name } of inner) {
      const files = await readdir(join(outer, name));
      await Promise.all(files.map((file) => rename(join(outer, name, file), join(outer, file))));
    }
    if (inner.length === 0) continue;
    await syncs.sync(outer);
    for (const { name } of inner) await rmdir(join(outer, name));
  }
  await syncs.close();
}
