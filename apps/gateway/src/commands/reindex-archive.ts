import {
  type AuditEvent,
  FolderInUse,
  type IndexStatistics,
  type InstanceIdentity,
  type Rebuilt,
  rebuildArchive,
  ToolsAtWork,
} from '@sightline/archive';
import { dicomErrors } from '@sightline/dicom';
import { type Config, StartError } from '../config.ts';
import type { DataFolder } from '../storage/data-folder.ts';
import { createInstanceReader } from '../workers/instance-reader.ts';
import { openStores } from './open-stores.ts';

export interface ReindexSummary {
  readonly statistics: IndexStatistics;
  /** How many blobs had each outcome. */
  readonly outcomes: ReadonlyMap<Rebuilt['outcome'], number>;
}

/** Builds the index of the data folder anew from its blobs. Throws a StartError where somebody else uses the folder. */
export async function reindexArchive(
  folder: DataFolder,
  config: Pick<Config, 'index' | 'blobs'>,
  trail: Iterable<AuditEvent>,
  onProgress: (blobs: number) => void = () => {},
): Promise<ReindexSummary> {
  const reader = createInstanceReader();
  const outcomes = new Map<Rebuilt['outcome'], number>();
  let blobs = 0;
  const onBlob = ({ outcome }: Rebuilt): void => {
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    blobs += 1;
    onProgress(blobs);
  };
  try {
    const isDeleted = deletedBy(trail);
    const options = { reader, isDeleted, onBlob, ...openStores(config) };
    return { statistics: await rebuildArchive(folder.path, options), outcomes };
  } catch (error) {
    const isTaken = error instanceof FolderInUse || error instanceof ToolsAtWork;
    throw isTaken ? new StartError(error.message, { cause: error }) : error;
  } finally {
    await reader.close();
  }
}

/** What the audit trail says of an object: whether it, its series or its study was deleted after that time. */
export function deletedBy(
  trail: Iterable<AuditEvent>,
): (identity: InstanceIdentity, modified: string) => boolean {
  const last = new Map<string, string>();
  for (const { outcome, at, studyInstanceUids, seriesInstanceUid = '', sopInstanceUid = '' } of trail) {
    if (outcome !== 'success') continue;
    for (const study of studyInstanceUids) last.set(`${study}/${seriesInstanceUid}/${sopInstanceUid}`, at);
  }
  return ({ studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance }, modified) =>
    [`${study}//`, `${study}/${series}/`, `${study}/${series}/${instance}`].some(
      (path) => (last.get(path) ?? '') > modified,
    );
}

const sentences: Readonly<Record<Exclude<Rebuilt['outcome'], 'stored' | 'identical'>, string>> = {
  ...dicomErrors,
  conflict: 'Another object with the same UID came earlier, and stays.',
  deleted: 'It was deleted before the index was lost, and is gone now.',
  processing_failed:
    'Reading it took too long or ended. Its bytes are kept: run "sightline reindex" again when the machine is less busy.',
  damaged:
    'Its bytes are not those that were stored. Restore the file from a backup, or send the object again.',
};

/** What the person reads at the end. */
export function describeReindex({ statistics, outcomes }: ReindexSummary): string {
  const { studies, series, instances } = statistics;
  const rest = [...outcomes].flatMap(([outcome, count]) =>
    outcome === 'stored' || outcome === 'identical' ? [] : [`  ${count} left out: ${sentences[outcome]}`],
  );
  return [`The index has ${instances} objects in ${series} series of ${studies} studies.`, ...rest, ''].join(
    '\n',
  );
}
