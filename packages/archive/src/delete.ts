import type { Actor, Audit, AuditEvent, Deletion } from './archive.ts';
import type { BlobStore } from './blobs/blob-store.ts';
import type { IndexStore, ObjectPath, StoredInstance } from './index/index-store.ts';

export interface DeleteParts {
  readonly index: IndexStore;
  readonly blobs: BlobStore;
  readonly audit: Audit;
  readonly clock: () => Date;
}

/**
 * Deletes everything below the path. The audit trail has a line before anything happens and one with the outcome before
 * it is answered: where the trail cannot be written, nothing is deleted. The bytes go afterwards; what is not collected
 * by then is collected at the next start, because the index has noted it as garbage in the transaction that removed it.
 */
export async function deleteObjects(parts: DeleteParts, path: ObjectPath, actor: Actor): Promise<Deletion> {
  const { index, audit, clock } = parts;
  const found = await index.list(path);
  if (found.length === 0) return { studyInstanceUids: [], series: 0, instances: 0 };
  const note = (outcome: AuditEvent['outcome'], instances: number): Promise<void> =>
    audit({ ...eventOf(path), at: clock().toISOString(), actor, instances, outcome });
  await note('begun', found.length);
  let removed: readonly StoredInstance[];
  try {
    removed = await index.remove(path);
  } catch (error) {
    await note('failure', 0);
    throw error;
  }
  await note('success', removed.length);
  // Deleted they are; bytes that cannot be taken away now stay noted, and go at the next deletion or start.
  await collectGarbage(parts).catch(() => undefined);
  return {
    studyInstanceUids: [...new Set(removed.map(({ studyInstanceUid }) => studyInstanceUid))],
    series: new Set(removed.map(({ seriesInstanceUid }) => seriesInstanceUid)).size,
    instances: removed.length,
  };
}

/** Takes away the bytes that deleted objects left and nothing else names. */
export async function collectGarbage({ index, blobs }: Pick<DeleteParts, 'index' | 'blobs'>): Promise<void> {
  const hashes = await index.garbage();
  for (let at = 0; at < hashes.length; at += COLLECTED_AT_ONCE) {
    await index.collect(hashes.slice(at, at + COLLECTED_AT_ONCE), (hash) => blobs.remove(hash));
  }
}

/** Others write between two turns: collecting holds the write lock. */
const COLLECTED_AT_ONCE = 50;

const eventOf = ({ study, series, instance }: ObjectPath) => ({
  action: 'deleted' as const,
  studyInstanceUids: [study],
  ...(series !== undefined && { seriesInstanceUid: series }),
  ...(instance !== undefined && { sopInstanceUid: instance }),
});
