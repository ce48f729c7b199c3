import {
  BlobError,
  type BlobStore,
  type FileArchiveOptions,
  type IndexStore,
  IndexUnavailable,
} from '@sightline/archive';
import { type Config, StartError } from '../config.ts';

/** Index and blobs where they are not in the data folder. Their drivers are loaded only where they are wanted. */
export function openStores({
  blobs,
  index,
}: Pick<Config, 'blobs' | 'index'>): Pick<FileArchiveOptions, 'openIndex' | 'openBlobs'> {
  return {
    ...(index.kind === 'postgres' && { openIndex: () => openPostgres(index.url) }),
    ...(blobs.kind === 's3' && { openBlobs: () => openS3(blobs) }),
  };
}

async function openPostgres(url: string): Promise<IndexStore> {
  const { openPostgresIndex } = await import('@sightline/archive/postgres');
  try {
    return await openPostgresIndex(url);
  } catch (cause) {
    if (!(cause instanceof IndexUnavailable)) throw cause;
    throw new StartError(
      'The database that SIGHTLINE_INDEX names cannot be reached, or refuses us. Check its address, its name and the user.',
      { cause },
    );
  }
}

async function openS3({ credentials, ...place }: S3Blobs): Promise<BlobStore> {
  if (!credentials) throw new TypeError('S3 without credentials'); // readConfig refuses it
  const { openS3Blobs } = await import('@sightline/archive/s3');
  try {
    return await openS3Blobs({ ...place, credentials });
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

type S3Blobs = Extract<Config['blobs'], { kind: 's3' }>;
