import { DicomError, decodeFrameIndex, nativeRange, transferSyntax, type FrameIndex } from '@sightline/dicom';
import { BlobError, type BlobStore } from './blobs/blob-store.ts';
import { crc32 } from './blobs/crc32.ts';
import type { FrameJob, FrameRenderer } from './frame-renderer.ts';
import { createFrameCache } from './frame-cache.ts';
import { unpackJson } from './index/stored-json.ts';
import type { IndexStore, ObjectPath, StoredInstance } from './index/index-store.ts';
import { createLru } from './lru.ts';
import type { Transcoder } from './transcoder.ts';
import { cutBits, cutStream, joinPieces, swapBytes, swapStream, wordBytesOf } from './native-bytes.ts';

export const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** Bounds memory: about 100 bytes for each object and each frame of a compressed one. */
const MAX_CACHED_OBJECTS = 20_000;
const MAX_CACHED_FRAGMENTS = 500_000;
/** Metadata and tables of the objects whose frames were drawn last. */
const MAX_CACHED_SOURCE_BYTES = 16 * 1024 ** 2;
/** A CT of 300 slices or a short cine: decoding costs more than memory, and reading three times what giving again does. */
const MAX_CACHED_FRAME_BYTES = 160 * 1024 ** 2;

/**
 * Objects and frames by their place. Where an object is, is remembered for as long as its study stays what it is; what is
 * in it for ever, under the hash of its bytes.
 */
export interface Frames {
  /** Nothing that was deleted, by whatever process, is found. */
  find(path: Required<ObjectPath>): Promise<StoredInstance | undefined>;
  /** The frame's bytes as they are stored. `frame` counts from 1; DicomError `frame_missing` where there is none. */
  readonly stored: (instance: StoredInstance, frame: number) => Promise<Uint8Array>;
  /** Bytes of `stored`, without reading it. */
  storedLength(instance: StoredInstance, frame: number): Promise<number>;
  /** The frame uncompressed, little endian, as the metadata of the stored object describes it (docs/adr/0010). */
  readonly native: (instance: StoredInstance, frame: number) => Promise<Uint8Array>;
  /** The frame compressed without loss to another transfer syntax; DicomError unsupported_transfer_syntax. */
  encoded(instance: StoredInstance, frame: number, transferSyntaxUid: string): Promise<Uint8Array>;
  /** DicomError `no_pixel_data` where there is none. */
  layout(instance: StoredInstance): Promise<FrameIndex>;
  /** Metadata and tables of the object, in shared memory. */
  source(instance: StoredInstance): Promise<ImageSource>;
  /** The bytes of `stored`, or a part of them, as they are read: a video is one frame of any size. */
  stream(
    instance: StoredInstance,
    frame: number,
    range?: { readonly offset: number; readonly length: number },
  ): Promise<AsyncIterable<Uint8Array>>;
  /** What a worker needs to decode or render the frame. */
  job(instance: StoredInstance, frame: number): Promise<FrameJob>;
  /** The values of one BulkDataURI, little endian. Undefined: there is no such path. */
  bulk(instance: StoredInstance, path: string): Promise<BulkBytes | undefined>;
}

export interface BulkBytes {
  readonly length: number;
  read(part?: { readonly offset: number; readonly length: number }): Promise<AsyncIterable<Uint8Array>>;
}

export interface FramesParts {
  readonly index: IndexStore;
  readonly blobs: BlobStore;
  readonly renderer: FrameRenderer;
  readonly transcoder?: Transcoder;
}

/** Whether the frames are stored as Explicit VR Little Endian would have them, but for byte order and bit offset. */
export const isNative = (instance: StoredInstance): boolean =>
  transferSyntax(instance.transferSyntaxUid)?.family === 'native';

export function createFrames({ index, blobs, renderer, transcoder }: FramesParts): Frames {
  const uncompressed = createFrameCache(MAX_CACHED_FRAME_BYTES);
  const objects = createLru<{ readonly version: number; readonly instance: StoredInstance }>(
    MAX_CACHED_OBJECTS,
    () => 1,
  );
  const layouts = createLru<FrameIndex>(MAX_CACHED_FRAGMENTS, (layout) =>
    layout.kind === 'native' ? 1 : layout.frames.reduce((sum, fragments) => sum + 1 + fragments.length, 1),
  );

  const sources = createLru<ImageSource>(MAX_CACHED_SOURCE_BYTES, ({ metadata, bulk }) =>
    [...bulk.values()].reduce((sum, { length }) => sum + length, metadata.length),
  );

  async function find(path: Required<ObjectPath>): Promise<StoredInstance | undefined> {
    const key = `${path.study}/${path.series}/${path.instance}`;
    // Asked before the list, so that what changes in between is asked for once more.
    const version = await index.versionOf(path.study);
    if (version === undefined) return undefined;
    const known = objects.get(key);
    if (known?.version === version) return known.instance;
    const [instance] = await index.list(path);
    if (instance) objects.set(key, { version, instance });
    return instance;
  }

  async function layoutOf(instance: StoredInstance): Promise<FrameIndex> {
    const key = instance.hash;
    const known = layouts.get(key);
    if (known) return known;
    const encoded = await index.frameIndex(instance.id);
    if (!encoded) throw new DicomError('no_pixel_data');
    const layout = decodeFrameIndex(encoded);
    layouts.set(key, layout);
    return layout;
  }

  async function stored(instance: StoredInstance, frame: number): Promise<Uint8Array> {
    const layout = await layoutOf(instance);
    if (frame < 1 || frame > instance.numberOfFrames) throw new DicomError('frame_missing');
    if (layout.kind === 'native') return readNative(blobs, instance, layout, frame);
    const fragments = fragmentsOf(layout, frame);
    const pieces = await Promise.all(
      fragments.map(({ offset, length }) => blobs.read(instance.dataHash, offset, length)),
    );
    requireChecksum(layout, frame, pieces);
    return pieces.length === 1 && pieces[0] ? pieces[0] : joinPieces(pieces);
  }

  async function job(instance: StoredInstance, frame: number): Promise<FrameJob> {
    const [bytes, source] = await Promise.all([stored(instance, frame), sourceOf(instance)]);
    const transferSyntaxUid = isNative(instance) ? EXPLICIT_VR_LITTLE_ENDIAN : instance.transferSyntaxUid;
    return {
      ...source,
      bytes,
      transferSyntaxUid,
      frame: frame - 1,
      object: instance.hash,
      givesBytes: true,
    };
  }

  /** In shared memory: every worker reads the same bytes, and no frame costs a copy of them. */
  async function sourceOf(instance: StoredInstance): Promise<ImageSource> {
    const known = sources.get(instance.hash);
    if (known) return known;
    const [packed, bulk] = await Promise.all([index.metadata(instance.id), imageBulk(instance)]);
    if (!packed) throw new Error('the index has an object without metadata');
    const source = {
      metadata: inSharedMemory(unpackJson(packed)),
      bulk: new Map([...bulk].map(([uri, bytes]) => [uri, inSharedMemory(bytes)])),
    };
    sources.set(instance.hash, source);
    return source;
  }

  /** Group 0028 has every table that drawing an image can need. */
  async function imageBulk(instance: StoredInstance): Promise<ReadonlyMap<string, Uint8Array>> {
    const rows = (await index.bulk(instance.id)).filter(({ path }) => /(^|\.)0028[\dA-F]{4}$/.test(path));
    const entries = rows.map(async ({ path, vr, offset, length, bigEndian }) => {
      const bytes = await blobs.read(instance.dataHash, offset, length);
      return [`bulkdata/${path}`, bigEndian ? swapBytes(bytes, wordBytesOf(vr)) : bytes] as const;
    });
    return new Map(await Promise.all(entries));
  }

  return {
    find,
    stored,
    job,
    async storedLength(instance, frame) {
      const layout = await layoutOf(instance);
      return layout.kind === 'native'
        ? Math.ceil(layout.frameBits / 8)
        : fragmentsOf(layout, frame).reduce((sum, { length }) => sum + length, 0);
    },
    async stream(instance, frame, range) {
      const layout = await layoutOf(instance);
      if (layout.kind === 'native') return once(await readNative(blobs, instance, layout, frame), range);
      const pieces = partsOf(fragmentsOf(layout, frame), range);
      const open = (piece: BytePiece): Promise<AsyncIterable<Uint8Array>> =>
        blobs.stream(instance.dataHash, instance.dataSize, piece);
      const [first, ...others] = pieces;
      return first ? chained(await open(first), others, open) : once(new Uint8Array(0));
    },
    native: (instance, frame) =>
      uncompressed(`${instance.hash}/${frame}`, async () =>
        // Uncompressed in fragments (1.2.840.10008.1.2.1.98) has padding, which the decoder takes off.
        isNative(instance) && (await layoutOf(instance)).kind === 'native'
          ? stored(instance, frame)
          : renderer.decode(await job(instance, frame)),
      ),
    async encoded(instance, frame, target) {
      if (!transcoder) throw new DicomError('unsupported_transfer_syntax');
      const { bytes } = await transcoder.frame({ ...(await job(instance, frame)), target, for: 'metadata' });
      return bytes;
    },
    layout: layoutOf,
    source: sourceOf,
    async bulk(instance, path) {
      const row = (await index.bulk(instance.id)).find((each) => each.path === path);
      if (!row) return undefined;
      const { vr, offset, length, bigEndian } = row;
      return {
        length,
        async read(part = { offset: 0, length }) {
          const open = (from: number, size: number): Promise<AsyncIterable<Uint8Array>> =>
            blobs.stream(instance.dataHash, instance.dataSize, { offset: offset + from, length: size });
          if (!bigEndian) return open(part.offset, part.length);
          const word = wordBytesOf(vr);
          const first = part.offset - (part.offset % word);
          const last = Math.min(length, Math.ceil((part.offset + part.length) / word) * word);
          const whole = swapStream(await open(first, last - first), word);
          return cutStream(whole, { offset: part.offset - first, length: part.length });
        },
      };
    },
  };
}

interface BytePiece {
  readonly offset: number;
  readonly length: number;
}

/** Where the bytes of a range lie that counts through all the fragments. */
function partsOf(fragments: readonly BytePiece[], range?: BytePiece): readonly BytePiece[] {
  if (!range) return fragments;
  let before = 0;
  return fragments.flatMap(({ offset, length }) => {
    const from = Math.max(0, range.offset - before);
    const to = Math.min(length, range.offset + range.length - before);
    before += length;
    return from < to ? [{ offset: offset + from, length: to - from }] : [];
  });
}

/** The first one is open before the answer begins, so that a damaged file is a status. */
async function* chained(
  first: AsyncIterable<Uint8Array>,
  others: readonly BytePiece[],
  open: (piece: BytePiece) => Promise<AsyncIterable<Uint8Array>>,
): AsyncGenerator<Uint8Array> {
  yield* first;
  for (const piece of others) yield* await open(piece);
}

async function* once(bytes: Uint8Array, range?: BytePiece): AsyncGenerator<Uint8Array> {
  yield range ? bytes.subarray(range.offset, range.offset + range.length) : bytes;
}

/** What is the same for every frame of an object. */
export type ImageSource = Required<Pick<FrameJob, 'metadata' | 'bulk'>>;

function inSharedMemory(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

function fragmentsOf(
  { frames }: Extract<FrameIndex, { kind: 'encapsulated' }>,
  frame: number,
): readonly { readonly offset: number; readonly length: number }[] {
  const fragments = frames[frame - 1] ?? [];
  if (fragments.length === 0) throw new DicomError('frame_missing');
  return fragments;
}

/** One positioned read, and nothing more for what most images are: whole bytes, little endian. */
async function readNative(
  blobs: BlobStore,
  instance: StoredInstance,
  layout: Extract<FrameIndex, { kind: 'native' }>,
  frame: number,
): Promise<Uint8Array> {
  const { frameBits, wordBytes, bigEndian } = layout;
  const { offset, length } = nativeRange(layout, frame);
  const read = await blobs.read(instance.dataHash, offset, length);
  requireChecksum(layout, frame, [read]);
  const bytes = bigEndian ? swapBytes(read, wordBytes) : read;
  return cutBits(bytes, (frame - 1) * frameBits - (offset - layout.offset) * 8, frameBits);
}

/** The disk may have changed a byte since the frame was stored: then it is not given. Throws BlobError `damaged`. */
function requireChecksum(layout: FrameIndex, frame: number, pieces: readonly Uint8Array[]): void {
  const expected = layout.checksums?.[frame - 1];
  if (expected === undefined) return;
  const actual = pieces.reduce((before, piece) => crc32(piece, before), 0);
  if (actual !== expected) throw new BlobError('damaged');
}
