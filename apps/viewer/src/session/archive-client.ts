import { Tag, type DicomDataset } from '@sightline/dicom';
import { request, RequestError, type RequestOptions, type RequestWorld } from './request.ts';

/** A frame as the archive stores it. */
export interface StoredFrame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly transferSyntaxUid: string;
}

export interface FrameAddress {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  /** 1-based. */
  readonly frame: number;
}

/** The session's DICOMweb root, PS3.18 chapter 10. Every method throws RequestError, or the signal's reason. */
export interface ArchiveClient {
  /** The study's own attributes; undefined when the archive does not have it. */
  searchForStudy(studyInstanceUid: string, signal?: AbortSignal): Promise<DicomDataset | undefined>;
  searchForSeries(studyInstanceUid: string, signal?: AbortSignal): Promise<readonly DicomDataset[]>;
  retrieveSeriesMetadata(
    studyInstanceUid: string,
    seriesInstanceUid: string,
    signal?: AbortSignal,
  ): Promise<readonly DicomDataset[]>;
  retrieveFrame(
    address: FrameAddress,
    signal?: AbortSignal,
    priority?: RequestPriority,
  ): Promise<StoredFrame>;
  /** A relative BulkDataURI is one below the instance that names it. */
  retrieveBulk(
    uri: string,
    instance: Omit<FrameAddress, 'frame'>,
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
  thumbnailUrl(studyInstanceUid: string, seriesInstanceUid: string, sopInstanceUid?: string): string;
}

/**
 * As stored: compressed images in their own media types (PS3.18 table 8.7.3-5), which are smaller on the way and whose
 * codestream says what its colours are; uncompressed values otherwise. A single part, so that nothing has to be searched
 * for a boundary.
 */
const COMPRESSED = ['image/jls', 'image/jp2', 'image/jphc', 'image/jpeg', 'image/jxl', 'image/dicom-rle'];
const UNCOMPRESSED = 'application/octet-stream';
const FRAME_TYPES = [...COMPRESSED, `${UNCOMPRESSED}; transfer-syntax=*; q=0.5`].join(', ');
const JSON_TYPE = 'application/dicom+json';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
/** Attributes a list of series shows that PS3.18 table 10.6.3-4 does not promise by default. */
const SERIES_FIELDS = [
  Tag.SeriesDescription,
  Tag.SeriesNumber,
  Tag.NumberOfSeriesRelatedInstances,
  Tag.SeriesDate,
  Tag.BodyPartExamined,
].join(',');

export function createArchiveClient(root: string, world: RequestWorld): ArchiveClient {
  const getJson = (path: string, signal: AbortSignal | undefined) =>
    request(world, `${root}${path}`, withSignal({ accept: JSON_TYPE }, signal), readDatasets);
  return {
    async searchForStudy(study, signal) {
      const found = await getJson(
        `/studies?StudyInstanceUID=${study}&includefield=${Tag.StudyDescription}`,
        signal,
      );
      return found[0];
    },
    searchForSeries: (study, signal) =>
      getJson(`/studies/${study}/series?includefield=${SERIES_FIELDS}`, signal),
    retrieveSeriesMetadata: (study, series, signal) =>
      getJson(`/studies/${study}/series/${series}/metadata`, signal),
    retrieveFrame: (address, signal, priority) =>
      request(
        world,
        `${root}${instancePath(address)}/frames/${address.frame}`,
        withSignal({ accept: FRAME_TYPES, ...(priority && { priority }) }, signal),
        readFrame,
      ),
    retrieveBulk(uri, instance, signal) {
      const isRelative = !/^([a-z]+:)?\//i.test(uri);
      const url = isRelative ? `${root}${instancePath(instance)}/${uri}` : uri;
      return request(world, url, withSignal({ accept: 'application/octet-stream' }, signal), readBytes);
    },
    thumbnailUrl: (study, series, instance) =>
      `${root}/studies/${study}/series/${series}${instance ? `/instances/${instance}` : ''}/thumbnail`,
  };
}

function withSignal(options: RequestOptions, signal: AbortSignal | undefined): RequestOptions {
  return signal ? { ...options, signal } : options;
}

export function instancePath(address: Omit<FrameAddress, 'frame'>): string {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = address;
  return `/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
}

/** A search without matches is 204 in PS3.18 10.6.3.3, and an empty list in many servers. */
export async function readDatasets(response: Response): Promise<readonly DicomDataset[]> {
  if (response.status === 204) return [];
  const body: unknown = await response.json();
  if (!Array.isArray(body)) throw new RequestError('refused');
  return body as DicomDataset[]; // our own gateway's answer, of the type it was written from
}

/**
 * Only what was asked for: a page of a proxy's own, taken for pixels, would be a picture of noise under a patient's name.
 * @throws RequestError refused for any other media type
 */
export async function readFrame(response: Response): Promise<StoredFrame> {
  const type = response.headers.get('Content-Type') ?? '';
  const media = /^[^;\s]*/.exec(type)?.[0].toLowerCase() ?? '';
  const stated = /transfer-syntax="?([0-9.]+)"?/i.exec(type)?.[1];
  const syntax = stated ?? (media === UNCOMPRESSED ? EXPLICIT_LITTLE_ENDIAN : undefined);
  if (!syntax || !(media === UNCOMPRESSED || COMPRESSED.includes(media))) throw new RequestError('refused');
  return { bytes: await readBytes(response), transferSyntaxUid: syntax };
}

async function readBytes(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await response.arrayBuffer());
}
