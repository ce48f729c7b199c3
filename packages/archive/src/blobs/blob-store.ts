/**
 * Where bytes live: whole objects named by the SHA-256 of their content (64 lower-case hexadecimal digits), so writing
 * one twice is harmless and a name can never be a path. One contract test (`blob-store.contract.ts`) holds every kind.
 */
export interface BlobStore {
  /**
   * Makes the content of a local file visible under its hash, durably, in place of what is there. The file stays, and
   * may share its storage with the blob: nobody writes to it any more. Rejects with BlobError `out_of_space` or
   * `unavailable`.
   */
  put(hash: string, file: string, size: number): Promise<void>;
  /** Exactly `length` bytes from `offset`, or BlobError `missing` or `short`; never fewer. */
  read(hash: string, offset: number, length: number): Promise<Uint8Array>;
  /**
   * Streams the blob, or a part of it. Rejects before the first byte where the blob is missing or its length is
   * not. A whole blob whose bytes are not those of its name ends with BlobError `damaged` instead of its last piece.
   * With its CRC-32, that is looked at instead of the hash: it finds what disks do in a third of the time, and the slow
   * check of all blobs takes the hash.
   */
  stream(
    hash: string,
    size: number,
    part?: BlobPart,
    crc32?: number | null,
  ): Promise<AsyncIterable<Uint8Array>>;
  /** A piece of `stream` that nobody has any more: its memory may be used for another. Nobody has to call it. */
  readonly release?: (piece: Uint8Array) => void;
  has(hash: string): Promise<boolean>;
  /** Removing what is not there is no error. */
  remove(hash: string): Promise<void>;
  /** Where the blob lies on this machine. Absent: it does not. Nobody may write there. */
  fileOf?(hash: string): string;
  /** Absent: nobody but `put` can place a file. */
  readonly places?: PlacesByLink;
  /** Every blob there is, in no order; what the index is rebuilt from. */
  list(): AsyncIterable<ListedBlob>;
  close(): Promise<void>;
}

/**
 * For whoever has just written a file, durably, and waits for its disk anyway: `placeByLink` does what `put` does, and
 * saves a thread's turn for each object. `placed` must be waited for before anything refers to the blob.
 */
export interface PlacesByLink {
  readonly folder: string;
  placed(hash: string): Promise<void>;
}

export interface BlobPart {
  readonly offset: number;
  readonly length: number;
}

export interface ListedBlob {
  readonly hash: string;
  readonly size: number;
  /** ISO 8601, UTC: when it was put. */
  readonly modified: string;
}

/**
 * Bytes on their way in: files on a local disk, whatever kind of store they go to. A staged file is named by its hash
 * and stays until the blob is recorded, so that a later start knows what a process that died may have put.
 */
export interface Staging {
  /**
   * Takes the bytes in, hashing, and makes them durable, but not yet visible. Rejects with BlobError `too_large` or
   * `out_of_space`, or with the source's own error, and then leaves nothing behind.
   */
  stage(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedBlob>;
  /**
   * As above for a file that `write` makes, durably, under the name `stagedFile(stem, hash)`, and may have placed by
   * `placeByLink` in the folder given. What it answers comes back as `written`. Where it rejects, nothing is left
   * behind, unless the blob is there: then the next start asks whether it has a record.
   */
  stageBy<T extends WrittenFile>(
    write: (stem: string, placeIn: string | undefined) => Promise<T>,
  ): Promise<StagedBy<T>>;
  /** Takes away the leftovers of processes that died, and hands the blobs that they may have put to `collect`. */
  recover(collect: (hashes: readonly string[]) => Promise<void>): Promise<void>;
}

export interface WrittenFile {
  readonly hash: string;
  readonly size: number;
  /** It has the blob's name as well, durably. */
  readonly isPlaced?: boolean;
}

export interface StagedBy<T> {
  readonly blob: StagedBlob;
  readonly written: T;
}

export interface StagedBlob {
  readonly hash: string;
  readonly size: number;
  /** Local path where the bytes can be read until ended. */
  readonly file: string;
  /** The blob is there before `publish`: one that gets no record has to be collected. */
  readonly isPlaced: boolean;
  /** The bytes in pieces, as often as they are asked for, until ended. */
  bytes(): AsyncIterable<Uint8Array>;
  /** Puts the file into the store. Again, after the blob was taken away, it puts it again. */
  publish(): Promise<void>;
  /** Ends the staging, published or not: whatever is left of it besides the blob itself goes. Never rejects. */
  end(): Promise<void>;
}

/** The name of a complete staged file. */
export const stagedFile = (stem: string, hash: string): string => `${stem}.${hash}.staged`;

/** `unavailable`: the store cannot be reached or refuses us; asking again later may do. */
export type BlobErrorCode = 'missing' | 'short' | 'damaged' | 'too_large' | 'out_of_space' | 'unavailable';

/** A foreseen failure of storage. The message is the code: it never names a file. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
  readonly code: BlobErrorCode;

  constructor(code: BlobErrorCode, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}
