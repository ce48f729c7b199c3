import type { HttpRequest, HttpResponse, QueryParameter } from '@sightline/dicomweb';
import type { RequestContext } from '../archive.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { FrameRenderer } from '../frame-renderer.ts';
import type { DeleteParts } from '../delete.ts';
import type { Frames } from '../frames.ts';
import type { IndexStore, StoredInstance } from '../index/index-store.ts';
import type { Pictures } from '../pictures.ts';
import type { StoreParts } from '../store.ts';
import type { Transcoder } from '../transcoder.ts';
import type { MetadataMemory } from './metadata-memory.ts';
import type { CommitmentMemory } from './commitment.ts';
import { ArchiveProblem } from './problems.ts';
import type { Claims } from './service-claims.ts';
import type { SearchMemory } from './search-memory.ts';

/** One row of the service: what is asked with which method at which path, and the clause of PS3.18 that says so. */
export interface Transaction {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'OPTIONS';
  /** Names in braces are PathParameters. */
  readonly path: string;
  readonly name:
    | 'Search'
    | 'Retrieve'
    | 'Store'
    | 'Delete'
    | 'Commitment'
    | 'CommitmentResult'
    | 'Capabilities';
  readonly section: string;
  /** What is promised of it, for capabilities and the conformance statement. */
  readonly claims: Claims;
  readonly handle: (asked: Asked, services: Services) => Promise<HttpResponse>;
}

/** A request that has been looked at: every part of its path is what it should be. */
export interface Asked {
  readonly request: HttpRequest;
  readonly context: RequestContext;
  readonly path: PathParameters;
  readonly query: readonly QueryParameter[];
}

export interface PathParameters {
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  readonly frames?: readonly number[];
  readonly bulk?: string;
  readonly transaction?: string;
}

export interface Services extends StoreParts, DeleteParts {
  readonly index: IndexStore;
  readonly blobs: BlobStore;
  readonly renderer: FrameRenderer;
  readonly frames: Frames;
  readonly pictures: Pictures;
  readonly transcoder?: Transcoder;
  readonly searches: SearchMemory;
  readonly metadata: MetadataMemory;
  readonly commitments: CommitmentMemory;
  /** A multipart boundary that nobody can foresee. */
  readonly newBoundary: () => string;
}

export const isInScope = ({ path, context }: Pick<Asked, 'path' | 'context'>): boolean =>
  path.study === undefined || !context.studies || context.studies.has(path.study);

/** The object of the path. Throws `dicom_not_found` where there is none, or none in scope. */
export async function findInstance(asked: Asked, { frames }: Services): Promise<StoredInstance> {
  const { study, series, instance } = asked.path;
  const found =
    study !== undefined && series !== undefined && instance !== undefined && isInScope(asked)
      ? await frames.find({ study, series, instance })
      : undefined;
  if (!found) throw new ArchiveProblem('dicom_not_found');
  return found;
}

/** All objects below the path. Throws `dicom_not_found` where there is none, or none in scope. */
export async function listInstances(asked: Asked, services: Services): Promise<readonly StoredInstance[]> {
  const { study, series, instance } = asked.path;
  if (instance !== undefined) return [await findInstance(asked, services)];
  if (study === undefined || !isInScope(asked)) throw new ArchiveProblem('dicom_not_found');
  const found = await services.index.list(
    { study, ...(series !== undefined && { series }) },
    asked.context.studies,
  );
  if (found.length === 0) throw new ArchiveProblem('dicom_not_found');
  return found;
}

/**
 * The body of an answer or of its first part, opened before the answer begins. HEAD opens nothing: nobody would read it,
 * and a connection to where blobs are kept would wait for that.
 */
export function openBody<Body>(
  { request }: Asked,
  open: () => Promise<Body>,
): Promise<Body | AsyncIterable<Uint8Array>> {
  return request.method === 'HEAD' ? Promise.resolve(nothing()) : open();
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // Nobody reads it.
}

export function instanceUrl(root: string, instance: StoredInstance): string {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = instance;
  return `${root}/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
}
