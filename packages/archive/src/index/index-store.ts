import type { DicomDataset, Uid } from '@sightline/dicom';
import type { QueryLevel, StudyQuery } from '@sightline/dicomweb';
import type { BulkLocationRow, ParsedInstance } from '../instance-reader.ts';

/** What the archive knows of each object: everything that a search or a retrieve needs but the bytes themselves. */
export interface IndexStore {
  /**
   * One durable transaction, visible whole or not at all; calls that come together may share one. `isPublished` is
   * asked inside it: a record never becomes visible before its bytes. `conflict`: the SOP Instance UID is here with
   * other bytes, which stay. `identical`: it is here with these bytes, which the caller has put again, so that they are
   * damaged no more.
   */
  add(instance: NewInstance, isPublished: () => boolean | Promise<boolean>): Promise<AddOutcome>;
  /** The hash of the bytes stored under this SOP Instance UID. */
  hashOf(sopInstanceUid: string): Promise<string | undefined>;
  /**
   * Changes whenever anything of the study does, and never comes back to an earlier number, not even when the study is
   * deleted and stored again. Undefined: there is no such study. Cheap: it is asked with every retrieve.
   */
  versionOf(studyInstanceUid: string): Promise<number | undefined>;
  /** Objects below a path, by series number, series, instance number, instance; `scope` as in RequestContext. */
  list(path: ObjectPath, scope?: ReadonlySet<string>): Promise<readonly StoredInstance[]>;
  /** `ParsedInstance.metadata` of `StoredInstance.id`. */
  metadata(id: number): Promise<Uint8Array | undefined>;
  /** As above, of many, in the order of the ids; those that are gone are left out. */
  metadataOf(ids: readonly number[]): AsyncIterable<{ readonly id: number; readonly metadata: Uint8Array }>;
  /** `ParsedInstance.frameIndex` of `StoredInstance.id`. */
  frameIndex(id: number): Promise<Uint8Array | undefined>;
  /** `ParsedInstance.bulk` of `StoredInstance.id`. */
  bulk(id: number): Promise<readonly BulkLocationRow[]>;
  search(search: IndexSearch): Promise<IndexPage>;
  /** Where the index stands. Cheap: it is asked with every search. */
  moment(): Promise<IndexMoment>;
  isEmpty(): Promise<boolean>;
  /**
   * Takes the objects below the path out of the index, in one durable transaction that also notes their blobs as
   * garbage. Answers what was removed, which may be nothing.
   */
  remove(path: ObjectPath): Promise<readonly StoredInstance[]>;
  /** Hashes noted as garbage and not yet collected. */
  garbage(): Promise<readonly string[]>;
  /**
   * Hands each of the hashes that no record names to `remove`, under the write lock, so that no store can race it, and
   * then forgets that they were garbage.
   */
  collect(hashes: readonly string[], remove: (hash: string) => void | Promise<void>): Promise<void>;
  /** Blobs that were not checked since `before` (ISO 8601), those never checked first, then the oldest check first. */
  blobsToCheck(before: string, limit: number): Promise<readonly BlobToCheck[]>;
  /** Notes the result of a check. `at`: ISO 8601, UTC. */
  markChecked(hash: string, at: string, state: BlobState): Promise<void>;
  /** Blobs whose last check found them damaged or missing, with the objects that they are. */
  damaged(): Promise<readonly DamagedInstance[]>;
  /** The numbers of what there is. */
  statistics(): Promise<IndexStatistics>;
  /** Closing what is closed does nothing. */
  close(): Promise<void>;
}

export interface IndexMoment {
  /** Changes whenever anything does that a search could find, and never comes back to an earlier number. */
  readonly version: number;
  /** The id of the object stored last, 0 when there is none: what `IndexSearch.until` is compared with. */
  readonly newest: number;
}

export interface BlobToCheck {
  readonly hash: string;
  readonly size: number;
}

export type BlobState = 'whole' | 'damaged' | 'missing';

export interface DamagedInstance {
  readonly hash: string;
  readonly state: Exclude<BlobState, 'whole'>;
  readonly instance: StoredInstance;
}

export interface IndexStatistics {
  readonly studies: number;
  readonly series: number;
  readonly instances: number;
  readonly bytes: number;
}

export type AddOutcome = 'stored' | 'identical' | 'conflict' | 'unpublished' | 'out_of_space';

export interface ObjectPath {
  readonly study: string;
  readonly series?: string;
  readonly instance?: string;
}

export interface NewInstance {
  readonly parsed: Omit<ParsedInstance, 'inflated' | 'warnings'>;
  readonly hash: string;
  readonly size: number;
  /** The blob that offsets refer to; the same as `hash` but for a deflated transfer syntax. */
  readonly dataHash: string;
  readonly dataSize: number;
  /** ISO 8601, UTC. */
  readonly received: string;
}

export interface StoredInstance {
  /** Of this index only. */
  readonly id: number;
  readonly studyInstanceUid: Uid;
  readonly seriesInstanceUid: Uid;
  readonly sopInstanceUid: Uid;
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  /** 0: no pixel data. */
  readonly numberOfFrames: number;
  readonly hash: string;
  readonly size: number;
  readonly dataHash: string;
  readonly dataSize: number;
  /** `ParsedInstance.crc32`; null: not known. */
  readonly crc32: number | null;
}

export interface IndexSearch {
  readonly level: QueryLevel;
  /** Restricts to what is below this path. */
  readonly study?: string;
  readonly series?: string;
  /** As in RequestContext: filtered here, before limit and offset. */
  readonly scope?: ReadonlySet<string>;
  readonly query: StudyQuery;
  /** At most this many rows, whatever the query asks. */
  readonly maxResults: number;
  /**
   * Only rows that were there when `IndexMoment.newest` was this number: the later pages of a search are of what its first page
   * was of, whatever arrives between them.
   */
  readonly until?: number;
}

export interface IndexPage {
  readonly rows: readonly IndexRow[];
  /** Matches after the last row. */
  readonly remaining: number;
  /** True: there are more than `remaining`, and counting them all would take too long. */
  readonly isRemainingAtLeast?: boolean;
}

/**
 * Attributes of the levels asked for; those of a level that is not part of the resource are empty. They are parsed when
 * they are read, so that a row whose answer is remembered costs no parsing: `id` and `version` name the answer.
 */
export interface IndexRow {
  readonly study: DicomDataset;
  readonly series: DicomDataset;
  readonly instance: DicomDataset;
  /** An object of the row, for attributes that only its metadata has; of a study or series the first. */
  readonly instanceId: number;
  /** Of the row's own level: its id and a number that changes whenever the row would be answered otherwise. */
  readonly id: number;
  readonly version: number;
  readonly studyInstanceUid: Uid;
  readonly seriesInstanceUid?: Uid | undefined;
  readonly sopInstanceUid?: Uid | undefined;
}
