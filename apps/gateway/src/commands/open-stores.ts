import { BlobError, type BlobStore, type FileArchiveOptions } from '@sightline/archive';
import type { S3BlobsOptions } from '@sightline/archive/s3';
import { type Config, StartError } from '../config.ts';

/** Index and blobs where they are not in the data folder. Their drivers are loaded only where they are wanted. */
export function openStores({
  blobs,
}: Pick<Config, 'blobs' | 'index'>): Pick<FileArchiveOptions, 'openIndex' | 'openBlobs'> {
  if (blobs.kind !== 's3') return {};
  const { credentials, ...place } = blobs;
  if (!credentials) throw new TypeError('S3 without credentials'); // readConfig refuses it
  return { openBlobs: () => openS3({ ...place, credentials }) };
}

async function openS3(options: S3BlobsOptions): Promise<BlobStore> {
  const { openS3Blobs } = await import('@sightline/archive/s3');
  try {
    return await openS3Blobs(options);
  } catch (cause) {
    if (!(cause instanceof BlobError)) throw cause;
    // The store's own name for it, as "AccessDenied": never its message, which may repeat a key.
    const name = cause.cause instanceof Error ? cause.cause.message : cause.code;
    throw new StartError(
      `The store that SIGHTLINE_BLOBS names cannot be read (${name}). Check its address, the bucket and the credentials.`,
      { cause },
    );
  }
}
