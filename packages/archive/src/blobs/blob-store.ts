/**
 * Where bytes live: whole files named by the SHA-256 of their content (64 lower-case hexadecimal digits), so writing
 * one twice is harmless and a name can never be a path.
 */
export interface BlobStore {
  /**
   * Takes the bytes in, hashing, and makes them durable, but not yet visible. Rejects with BlobError `too_large` or
   * `out_of_space`, or with the source's own error, and then leaves nothing behind.
   */
  stage(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedBlob>;
  /** Exactly `length` bytes from `offset`, or BlobError `missing` or `short`; never fewer. */
  read(hash: string, offset: number, length: number): Promise<Uint8Array>;
  /**
   * The whole blob or a part of it, in pieces. It must have `size` bytes: BlobError before the first byte where it has
   * not. A whole blob whose bytes are not those of its name ends with BlobError `damaged` instead of its last piece.
   */
  stream(hash: string, size: number, part?: BlobPart): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Takes away the leftovers of processes that died. Blobs that such a process made visible, perhaps without ever
   * recording them, are handed to `collect`.
   */
  recover(collect: (hashes: readonly string[]) => Promise<void>): Promise<void>;
  /** Synchronous, because it is asked inside the index's transaction. */
  has(hash: string): boolean;
  /** As above. Removing what is not there is no error. */
  remove(hash: string): void;
  close(): Promise<void>;
}

export interface BlobPart {
  readonly offset: number;
  readonly length: number;
}

export interface StagedBlob {
  readonly hash: string;
  readonly size: number;
  /** Local path where the bytes can be read until published or discarded. */
  readonly file: string;
  /** Makes the blob visible under its name, durably, in place of what is there. */
  publish(): Promise<void>;
  /** Ends the staging, published or not: whatever is left of it besides the blob itself goes. Never rejects. */
  end(): Promise<void>;
}

export type BlobErrorCode = 'missing' | 'short' | 'damaged' | 'too_large' | 'out_of_space';

/** A foreseen failure of storage. The message is the code: it never names a file. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
  readonly code: BlobErrorCode;

  constructor(code: BlobErrorCode, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}
