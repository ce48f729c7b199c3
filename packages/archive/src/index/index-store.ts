import type { DicomDataset, Uid } from '@sightline/dicom';
import type { QueryLevel, StudyQuery } from '@sightline/dicomweb';
import type { BulkLocationRow, ParsedInstance } from '../instance-reader.ts';

/** What the archive knows of each object: everything that a search or a retrieve needs but the bytes themselves. */
export interface IndexStore {
  /**
   * One durable transaction, visible whole or not at all. `isPublished` is asked inside it: a record never becomes
   * visible before its bytes. `conflict`: the SOP Instance UID is here with other bytes, which stay.
   */
  add(instance: NewInstance, isPublished: () => boolean): Promise<AddOutcome>;
  /** The hash of the bytes stored under this SOP Instance UID. */
  hashOf(sopInstanceUid: string): Promise<string | undefined>;
  /** Objects below a path, by series number, series, instance number, instance; `scope` as in RequestContext. */
  list(path: ObjectPath, scope?: ReadonlySet<string>): Promise<readonly StoredInstance[]>;
  /** `ParsedInstance.metadata` of `StoredInstance.id`. */
  metadata(id: number): Promise<Uint8Array | undefined>;
  /** `ParsedInstance.frameIndex` of `StoredInstance.id`. */
  frameIndex(id: number): Promise<Uint8Array | undefined>;
  /** `ParsedInstance.bulk` of `StoredInstance.id`. */
  bulk(id: number): Promise<readonly BulkLocationRow[]>;
  search(search: IndexSearch): Promise<IndexPage>;
  isEmpty(): Promise<boolean>;
  /** Hands each of the hashes that no record names to `remove`, under the write lock, so that no store can race it. */
  collect(hashes: readonly string[], remove: (hash: string) => void): Promise<void>;
  /** Closing what is closed does nothing. */
  close(): Promise<void>;
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
}

export interface IndexPage {
  readonly rows: readonly IndexRow[];
  /** Matches after the last row. */
  readonly remaining: number;
}

/** Attributes of the levels asked for; those of a level that is not part of the resource are empty. */
export interface IndexRow {
  readonly study: DicomDataset;
  readonly series: DicomDataset;
  readonly instance: DicomDataset;
  /** An object of the row, for attributes that only its metadata has; of a study or series the first. */
  readonly instanceId: number;
  readonly studyInstanceUid: Uid;
  readonly seriesInstanceUid?: Uid;
  readonly sopInstanceUid?: Uid;
}
