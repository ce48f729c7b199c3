import { open } from 'node:fs/promises';
import type { Archive, StoreRefusal } from '@sightline/archive';
import { dicomErrors } from '@sightline/dicom';
import { type Found, walkFiles, walkRefusals } from './walk-files.ts';

export interface ImportSummary {
  readonly stored: number;
  /** The same bytes were in the archive before. */
  readonly identical: number;
  readonly refused: readonly RefusedFile[];
}

export interface RefusedFile {
  readonly name: string;
  /** A fixed sentence. */
  readonly reason: string;
}

/** Enough to keep the workers and the disk busy; they share syncs and transactions. */
const PARALLEL = 8;

const reasons = {
  ...dicomErrors,
  ...walkRefusals,
  conflict: 'Another object with the same UID and other content is already in the archive, and stays.',
  out_of_space: 'There is no room left in the data folder.',
  unavailable: 'The storage of the archive cannot be reached at the moment.',
  processing_failed: 'Reading the file took too long or ended. It may be imported again.',
} as const satisfies Readonly<Record<StoreRefusal, string>>;

/**
 * Stores every DICOM file below the paths. What cannot be stored is listed with its reason and stops nothing, but for a
 * full disk, which ends the import there. Rejects when the archive itself fails.
 */
export async function importFiles(
  archive: Pick<Archive, 'store'>,
  paths: readonly string[],
  onProgress: (summary: ImportSummary) => void = () => {},
): Promise<ImportSummary> {
  const refused: RefusedFile[] = [];
  const summary = { stored: 0, identical: 0, refused };
  const found = walkAll(paths);
  const work = async (): Promise<void> => {
    for await (const item of found) {
      const outcome = 'file' in item ? await storeFile(archive, item.file) : item.refusal;
      if (outcome === 'stored' || outcome === 'identical') summary[outcome] += 1;
      else refused.push({ name: item.name, reason: reasons[outcome] });
      onProgress(summary);
      if (outcome === 'out_of_space') return;
    }
  };
  // One walk feeds all: when one of them ends it early, it ends for the others too.
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return summary;
}

async function* walkAll(paths: readonly string[]): AsyncGenerator<Found> {
  for (const path of paths) yield* walkFiles(path);
}

async function storeFile(
  archive: Pick<Archive, 'store'>,
  file: Buffer,
): Promise<'stored' | 'identical' | keyof typeof reasons> {
  let isUnreadable = false;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      await using handle = await open(file);
      yield* handle.createReadStream({ highWaterMark: 256 * 1024, autoClose: false });
    } catch (error) {
      isUnreadable = true;
      throw error;
    }
  }
  try {
    const outcome = await archive.store(bytes());
    return outcome.kind === 'refused' ? outcome.code : outcome.kind;
  } catch (error) {
    if (isUnreadable) return 'unreadable';
    throw error;
  }
}

/** What the person reads at the end: the counts, then the refused files by reason. */
export function describeImport({ stored, identical, refused }: ImportSummary): string {
  const byReason = Map.groupBy(refused, ({ reason }) => reason);
  const groups = [...byReason].map(([reason, files]) =>
    [`\n${reason} (${files.length})`, ...files.map(({ name }) => `  ${printable(name)}`)].join('\n'),
  );
  const counts = `Stored ${stored}, already there ${identical}, refused ${refused.length}.`;
  return [counts, ...groups, ''].join('\n');
}

/** A file name may hold what a terminal would obey. */
function printable(name: string): string {
  return name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '?');
}
