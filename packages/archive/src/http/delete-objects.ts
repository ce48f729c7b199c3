import type { HttpResponse } from '@sightline/dicomweb';
import { deleteObjects as deleteBelow } from '../delete.ts';
import { ArchiveProblem } from './problems.ts';
import { type Asked, isInScope, type Services } from './transaction.ts';

/** Who asks where the door has not said: nothing is deleted without a name in the trail. */
const UNKNOWN = { name: 'unknown' } as const;

/**
 * DELETE of a study, series or object: an extension, which PS3.18 does not have and archives in use do. 204 when it is
 * gone, and its line in the audit trail is on the disk.
 */
export async function deleteObjects(asked: Asked, services: Services): Promise<HttpResponse> {
  const { study, series, instance } = asked.path;
  if (!asked.context.canDelete) throw new ArchiveProblem('delete_not_allowed');
  if (study === undefined || !isInScope(asked)) throw new ArchiveProblem('dicom_not_found');
  const path = {
    study,
    ...(series !== undefined && { series }),
    ...(instance !== undefined && { instance }),
  };
  const { instances } = await deleteBelow(services, path, asked.context.actor ?? UNKNOWN);
  if (instances === 0) throw new ArchiveProblem('dicom_not_found');
  return { status: 204, headers: {} };
}
