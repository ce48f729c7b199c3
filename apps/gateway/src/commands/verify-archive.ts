import type { Archive, DamagedInstance } from '@sightline/archive';
import type { AuditTrail } from '../audit/audit-trail.ts';

export interface VerifySummary {
  readonly checked: number;
  readonly bytes: number;
  readonly damaged: readonly DamagedInstance[];
  /** The number of the first line of the audit trail that is not as it was written. */
  readonly brokenAuditLine: number | undefined;
}

const AT_ONCE = 4;

/** Reads every blob of the archive and compares it with its hash, and looks through the audit trail. */
export async function verifyArchive(
  archive: Pick<Archive, 'checkBlobs' | 'damaged'>,
  trail: Pick<AuditTrail, 'firstBroken'>,
  clock: () => Date,
  onProgress: (checked: number) => void = () => {},
): Promise<VerifySummary> {
  let checked = 0;
  let bytes = 0;
  for await (const { size } of archive.checkBlobs({ before: clock().toISOString(), atOnce: AT_ONCE })) {
    checked += 1;
    bytes += size;
    onProgress(checked);
  }
  return { checked, bytes, damaged: await archive.damaged(), brokenAuditLine: trail.firstBroken() };
}

export const isWhole = ({ damaged, brokenAuditLine }: VerifySummary): boolean =>
  damaged.length === 0 && brokenAuditLine === undefined;

/** What the person reads at the end. Objects by their UIDs, which nobody can take for a name. */
export function describeVerify({ checked, bytes, damaged, brokenAuditLine }: VerifySummary): string {
  const lines = damaged.map(
    ({ state, instance }) =>
      `  ${state}: study ${instance.studyInstanceUid}, series ${instance.seriesInstanceUid}, object ${instance.sopInstanceUid}`,
  );
  return [
    `Checked ${checked} files, ${(bytes / 1e6).toFixed(1)} MB.`,
    ...(damaged.length > 0
      ? [
          `${damaged.length} objects are damaged or missing; storing them again, or their files from a backup, mends them:`,
          ...lines,
        ]
      : ['All are whole.']),
    ...(brokenAuditLine === undefined
      ? []
      : [`The audit trail is not as it was written, from line ${brokenAuditLine} on.`]),
    '',
  ].join('\n');
}
