import type { HttpResponse, Offer } from '@sightline/dicomweb';
import { writeZip, zipLength, type ZipEntry } from '../blobs/zip.ts';
import type { StoredInstance } from '../index/index-store.ts';
import { ArchiveProblem } from './problems.ts';
import type { Asked, Services } from './transaction.ts';

/** Not in the tables of PS3.18, but what people download: all objects below the path, as they are stored. */
export const zipOffer: Offer = { mediaType: 'application/zip', multipart: false };

export async function zipResponse(
  { path }: Asked,
  { blobs, index }: Services,
  instances: readonly StoredInstance[],
): Promise<HttpResponse> {
  const damaged = new Set((await index.damaged()).map(({ hash }) => hash));
  if (instances.some(({ hash }) => damaged.has(hash))) throw new ArchiveProblem('stored_object_damaged');
  const entries = instances.map(
    (instance): ZipEntry => ({
      name: `${instance.seriesInstanceUid}/${instance.sopInstanceUid}.dcm`,
      size: instance.size,
      open: () => blobs.stream(instance.hash, instance.size, undefined, instance.crc32),
    }),
  );
  const name = path.instance ?? path.series ?? path.study ?? 'objects';
  return {
    status: 200,
    headers: {
      'content-type': 'application/zip',
      'content-length': String(zipLength(entries)),
      'content-disposition': `attachment; filename="${name}.zip"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
      vary: 'accept',
    },
    body: writeZip(entries),
    ...(blobs.release && { onSent: blobs.release }),
  };
}
