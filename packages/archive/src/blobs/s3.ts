import { open } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { BlobError, type BlobPart, type BlobStore, type ListedBlob } from './blob-store.ts';
import { blobErrorOf } from './s3-errors.ts';
import { verified } from './verified.ts';

export interface S3BlobsOptions {
  readonly bucket: string;
  /** Before each key: '' or a path that ends with a slash. */
  readonly prefix: string;
  /** Absent: Amazon's own of the region. */
  readonly endpoint?: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** A store that does not begin to answer within it is asked again; 20 s unless a test says otherwise. */
  readonly answerMs?: number;
  /** Files above it go in parts of it, at least 5 MiB as S3 demands; 16 MiB unless a test says otherwise. */
  readonly partBytes?: number;
}

const ANSWER_MS = 20_000;
const CONNECT_MS = 5000;
const PART_BYTES = 16 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** Parts of one file on their way at once. */
const PARTS_AT_ONCE = 3;
const MAX_SOCKETS = 64;
/** The first try and those after SlowDown, a lost connection or an answer that did not begin. */
const MAX_ATTEMPTS = 4;
/** How often a stream that breaks is taken up again where it broke. */
const MAX_RESUMES = 3;

/**
 * Blobs in a bucket of a store that speaks S3, under `<prefix>ab/abcd...`: the layout of the files, so that a copy of
 * the one is the other. Rejects with BlobError `unavailable` where the bucket cannot be read.
 */
export async function openS3Blobs(options: S3BlobsOptions): Promise<BlobStore> {
  const store = new S3Blobs(options);
  try {
    await store.check();
  } catch (error) {
    await store.close();
    throw blobErrorOf(error);
  }
  return store;
}

interface Found {
  /** Of the whole. */
  readonly size: number;
  readonly body?: AsyncIterable<Uint8Array>;
}

class S3Blobs implements BlobStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #partBytes: number;

  constructor({ bucket, prefix, endpoint, region, credentials, ...limits }: S3BlobsOptions) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#partBytes = limits.partBytes ?? PART_BYTES;
    this.#client = new S3Client({
      region,
      credentials,
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      maxAttempts: MAX_ATTEMPTS,
      // The payload is signed with its SHA-256, and ours are named by it; the other sums are unknown to many stores.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        requestTimeout: limits.answerMs ?? ANSWER_MS,
        throwOnRequestTimeout: true,
        socketTimeout: limits.answerMs ?? ANSWER_MS,
        httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
        httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      },
    });
  }

  async check(): Promise<void> {
    await this.#client.send(
      new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#prefix, MaxKeys: 1 }),
    );
  }

  async put(hash: string, file: string, size: number): Promise<void> {
    await using handle = await open(file, 'r');
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const buffer = Buffer.alloc(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
        if (bytesRead === 0) throw new BlobError('short');
        done += bytesRead;
      }
      return buffer;
    };
    await mapped(async () => {
      if (size > this.#partBytes) return this.#putParts(hash, read, size);
      const ContentLength = size;
      const Body = await read(0, size);
      await this.#client.send(new PutObjectCommand({ ...this.#object(hash), Body, ContentLength }));
    });
  }

  async read(hash: string, offset: number, length: number): Promise<Uint8Array> {
    if (length === 0) return new Uint8Array(0);
    return mapped(async () => {
      const { body } = await this.#get(hash, { offset, length });
      const pieces: Uint8Array[] = [];
      for await (const piece of body) pieces.push(piece);
      const [only] = pieces;
      const bytes = only && pieces.length === 1 ? only : Buffer.concat(pieces);
      if (bytes.length !== length) throw new BlobError('short');
      return bytes;
    });
  }

  async stream(
    hash: string,
    size: number,
    part?: BlobPart,
    crc32?: number | null,
  ): Promise<AsyncIterable<Uint8Array>> {
    const wanted = part ?? { offset: 0, length: size };
    const isEmpty = wanted.length === 0 || wanted.offset + wanted.length > size;
    const first = await mapped(async () => {
      const found: Found = isEmpty ? await this.#head(hash) : await this.#get(hash, wanted);
      if (found.size !== size || wanted.offset + wanted.length > size) throw new BlobError('short');
      return found;
    });
    const pieces = first.body ? this.#resuming(hash, wanted, first.body) : nothing();
    return part === undefined ? verified(pieces, { hash, crc32 }) : pieces;
  }

  async has(hash: string): Promise<boolean> {
    try {
      await mapped(() => this.#head(hash));
      return true;
    } catch (error) {
      if (error instanceof BlobError && error.code === 'missing') return false;
      throw error;
    }
  }

  async remove(hash: string): Promise<void> {
    try {
      await mapped(() => this.#client.send(new DeleteObjectCommand(this.#object(hash))));
    } catch (error) {
      if (!(error instanceof BlobError) || error.code !== 'missing') throw error;
    }
  }

  async *list(): AsyncGenerator<ListedBlob> {
    let ContinuationToken: string | undefined;
    do {
      const page = await mapped(() =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: this.#prefix,
            ...(ContinuationToken !== undefined && { ContinuationToken }),
          }),
        ),
      );
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        const hash = /^[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(Key.slice(this.#prefix.length))?.[1];
        if (hash !== undefined && LastModified) {
          yield { hash, size: Size, modified: LastModified.toISOString() };
        }
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #object(hash: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${hash.slice(0, 2)}/${hash}` };
  }

  async #head(hash: string): Promise<Found> {
    const { ContentLength } = await this.#client.send(new HeadObjectCommand(this.#object(hash)));
    return { size: ContentLength ?? -1 };
  }

  /** A part, and the size of the whole. */
  async #get(
    hash: string,
    { offset, length }: BlobPart,
  ): Promise<{ readonly size: number; readonly body: AsyncIterable<Uint8Array> }> {
    const Range = `bytes=${offset}-${offset + length - 1}`;
    const { Body, ContentRange = '' } = await this.#client.send(
      new GetObjectCommand({ ...this.#object(hash), Range }),
    );
    const size = Number(/\/(\d+)$/.exec(ContentRange)?.[1] ?? -1);
    // In Node, the body of an answer is a stream of its bytes.
    return { size, body: Body as unknown as AsyncIterable<Uint8Array> };
  }

  /** A connection that breaks in the middle is not the end: the bytes are there, and never change. */
  async *#resuming(
    hash: string,
    { offset, length }: BlobPart,
    first: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    let body = first;
    let done = 0;
    for (let resumes = 0; ; resumes += 1) {
      try {
        for await (const piece of body) {
          done += piece.length;
          yield piece;
        }
        if (done === length) return;
      } catch (error) {
        if (resumes === MAX_RESUMES) throw blobErrorOf(error);
      }
      if (resumes === MAX_RESUMES) throw new BlobError('unavailable');
      const rest = { offset: offset + done, length: length - done };
      body = (await mapped(() => this.#get(hash, rest))).body;
    }
  }

  async #putParts(
    hash: string,
    read: (offset: number, length: number) => Promise<Uint8Array>,
    size: number,
  ): Promise<void> {
    const object = this.#object(hash);
    const { UploadId } = await this.#client.send(new CreateMultipartUploadCommand(object));
    const upload = { ...object, UploadId };
    try {
      const Parts = await this.#sendParts(upload, read, size);
      await this.#client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    } catch (error) {
      // What cannot be given up now is for the bucket's own rule on incomplete uploads.
      await this.#client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  }

  async #sendParts(
    upload: { Bucket: string; Key: string; UploadId: string | undefined },
    read: (offset: number, length: number) => Promise<Uint8Array>,
    size: number,
  ): Promise<{ PartNumber: number; ETag: string | undefined }[]> {
    const bytes = Math.max(this.#partBytes, Math.ceil(size / MAX_PARTS));
    const parts = Array.from({ length: Math.ceil(size / bytes) }, (_, at) => at);
    const sent: { PartNumber: number; ETag: string | undefined }[] = [];
    const next = parts.values();
    const work = async (): Promise<void> => {
      for (const at of next) {
        const PartNumber = at + 1;
        const Body = await read(at * bytes, Math.min(bytes, size - at * bytes));
        const { ETag } = await this.#client.send(
          new UploadPartCommand({ ...upload, PartNumber, Body, ContentLength: Body.length }),
        );
        sent[at] = { PartNumber, ETag };
      }
    };
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, work));
    return sent;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // An empty part.
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw blobErrorOf(error);
  }
}
