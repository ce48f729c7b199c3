import type { DicomDataset } from '@sightline/dicom';
import { everything } from '@sightline/dicomweb';
import type { Archive, Audit, FirstImageOfStudy } from './archive.ts';
import type { BlobStore, Staging } from './blobs/blob-store.ts';
import { checkBlobs } from './check-blobs.ts';
import { deleteObjects } from './delete.ts';
import type { FrameRenderer } from './frame-renderer.ts';
import { createFrames } from './frames.ts';
import { createCommitmentMemory } from './http/commitment.ts';
import { handleRequest } from './http/handle.ts';
import { isImage } from './http/rendered-kinds.ts';
import { retrieveByUri } from './http/wado-uri.ts';
import { createMetadataMemory } from './http/metadata-memory.ts';
import { createSearchMemory } from './http/search-memory.ts';
import type { IndexStore, StoredInstance } from './index/index-store.ts';
import { unpackJson } from './index/stored-json.ts';
import type { InstanceReader } from './instance-reader.ts';
import { createIntakeMemory } from './intake-memory.ts';
import { createPictures } from './pictures.ts';
import { storeInstance } from './store.ts';
import type { Transcoder } from './transcoder.ts';

/** Objects on their way to a worker and the disk, of all requests together. */
const INTAKE_BYTES = 48 * 1024 ** 2;

export interface ArchiveParts {
  readonly index: IndexStore;
  readonly blobs: BlobStore;
  readonly staging: Staging;
  readonly reader: InstanceReader;
  readonly renderer: FrameRenderer;
  /** Absent: objects and frames are given as they are stored, and frames decoded. */
  readonly transcoder?: Transcoder;
  readonly audit: Audit;
  readonly clock: () => Date;
  /** A multipart boundary that nobody can foresee: a stored object could otherwise be made to end its own part. */
  readonly newBoundary: () => string;
}

/** The archive over its parts. Closing it closes index and blobs, not reader and renderer, which others share. */
export function createArchive(parts: ArchiveParts): Archive {
  const { index, blobs } = parts;
  const frames = createFrames(parts);
  const services = {
    ...parts,
    memory: createIntakeMemory(INTAKE_BYTES),
    frames,
    pictures: createPictures({ frames, renderer: parts.renderer }),
    searches: createSearchMemory(parts.clock),
    metadata: createMetadataMemory(),
    commitments: createCommitmentMemory(),
  };
  return {
    async store(bytes) {
      const result = await storeInstance(services, bytes);
      if (result.kind === 'refused' && result.code === 'not_admitted')
        throw new Error('nothing was to be refused here');
      return result;
    },
    storeIf: (bytes, admission) => storeInstance(services, bytes, admission),
    handle: (request, context) => handleRequest(request, context, services),
    retrieveByUri: (request, context) => retrieveByUri(request, context, services),
    delete: (path, actor) => deleteObjects(parts, path, actor),
    checkBlobs: (options) => checkBlobs(parts, options),
    damaged: () => index.damaged(),
    statistics: () => index.statistics(),
    hasStudy: async (study) =>
      (await index.search({ ...oneStudy(study), query: everything })).rows.length > 0,
    isEmpty: () => index.isEmpty(),
    firstImage: (study) => firstImage(index, study),
    listStudies: async ({ limit = 1000, offset = 0 } = {}) => {
      const query = { ...everything, offset };
      const page = await index.search({ level: 'study', query, maxResults: limit });
      return page.rows.map(({ study }) => study);
    },
    async close() {
      await blobs.close();
      await index.close();
    },
  };
}

const oneStudy = (study: string) => ({ level: 'study', study, maxResults: 1 }) as const;

/** Objects with frames that are not what a person wants to see first: segmentations, doses, parametric maps. */
const notFirst = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(66(\.\d+)?|481\.2|30)$/;

async function firstImage(index: IndexStore, study: string): Promise<FirstImageOfStudy | undefined> {
  const images = (await index.list({ study })).filter(isImage);
  const first: StoredInstance | undefined =
    images.find(({ sopClassUid }) => !notFirst.test(sopClassUid)) ?? images[0];
  const packed = first && (await index.metadata(first.id));
  if (!first || !packed) return undefined;
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = first;
  const metadata = JSON.parse(new TextDecoder().decode(unpackJson(packed))) as DicomDataset; // written by the archive
  return { studyInstanceUid, seriesInstanceUid, sopInstanceUid, frame: 1, metadata };
}
