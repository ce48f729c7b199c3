import {
  type ByteRange,
  describeImage,
  DicomError,
  type DicomDataset,
  fragmentHeader,
  fragmentsEnd,
  fragmentsHeader,
  type FrameIndex,
  pixelDataHeader,
  type RecodedPiece,
  type SparsePiece,
  transferSyntax,
} from '@sightline/dicom';
import type { BlobStore } from './blobs/blob-store.ts';
import { EXPLICIT_VR_LITTLE_ENDIAN, type Frames } from './frames.ts';
import { readAhead } from './http/read-ahead.ts';
import type { IndexStore, StoredInstance } from './index/index-store.ts';
import { swapStream } from './native-bytes.ts';
import { joinedFrames, openPixelData } from './pixel-data.ts';
import type { TranscodedFrame, Transcoder } from './transcoder.ts';

export interface TranscodedObject {
  /** Undefined where only the last frame tells. */
  readonly length: number | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface TranscodeParts {
  readonly index: IndexStore;
  readonly blobs: BlobStore;
  readonly frames: Frames;
  readonly transcoder: Transcoder;
}

/** Longer values are copied from where they are stored; the bound on the rest bounds the memory that an object takes. */
const LONG_VALUE_BYTES = 64 * 1024;
const MAX_DATA_SET_BYTES = 64 * 1024 ** 2;
const UNDEFINED_LENGTH_AT_LEAST = 0xfffffffe;

/**
 * The whole object in another transfer syntax, frame by frame: never more than a few frames are held. The first frame is
 * there before this answers, so that what cannot be decoded is an error and not a broken stream.
 *
 * @throws DicomError unsupported_transfer_syntax, too_large (uncompressed, the frames pass 4 GiB), decode_failed and
 *   others of decoding
 */
export async function transcodeObject(
  parts: TranscodeParts,
  instance: StoredInstance,
  target: string,
): Promise<TranscodedObject> {
  const layout = instance.numberOfFrames > 0 ? await parts.frames.layout(instance) : undefined;
  const isTargetNative = target === EXPLICIT_VR_LITTLE_ENDIAN;
  const isSourceNative = transferSyntax(instance.transferSyntaxUid)?.family === 'native';
  const keepsPixels = !layout || (isTargetNative && isSourceNative && layout.kind === 'native');
  if (!layout && !isTargetNative && !transferSyntax(target)?.encapsulated) {
    throw new DicomError('unsupported_transfer_syntax');
  }
  const first = keepsPixels ? undefined : await transcodedFrame(parts, instance, 1, target);
  const pieces = await parts.transcoder.dataSet({
    ...(await skeletonOf(parts, instance, layout)),
    size: instance.dataSize,
    isBare: instance.dataHash !== instance.hash,
    target,
    sopClassUid: instance.sopClassUid,
    sopInstanceUid: instance.sopInstanceUid,
    replaced: first ? await replacedAttributes(parts, instance, first) : {},
    ...(first && { frames: layout?.kind === 'encapsulated' ? { end: lastByteOf(layout) } : {} }),
    ...(layout?.kind === 'native' && { pixelWordBytes: layout.wordBytes }),
  });
  const pixels = first && (await pixelPlan(parts, instance, target, first));
  const lengths = pieces.map((piece) => lengthOf(piece, pixels?.length));
  return {
    length: lengths.reduce<number | undefined>(
      (sum, length) => (sum === undefined || length === undefined ? undefined : sum + length),
      0,
    ),
    bytes: written(parts, instance, pieces, { ...(pixels && { pixels }), ...(layout && { layout }) }),
  };
}

const lengthOf = (piece: RecodedPiece, pixels: number | undefined): number | undefined =>
  piece.kind === 'bytes' ? piece.bytes.length : piece.kind === 'copy' ? piece.length : pixels;

interface PixelPlan {
  readonly length: number | undefined;
  read(): AsyncIterable<Uint8Array>;
}

async function* written(
  parts: TranscodeParts,
  instance: StoredInstance,
  pieces: readonly RecodedPiece[],
  { pixels, layout }: { readonly pixels?: PixelPlan; readonly layout?: FrameIndex },
): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece.kind === 'bytes') yield piece.bytes;
    else if (piece.kind === 'pixels') yield* pixels?.read() ?? [];
    else if (layout?.kind === 'native' && layout.offset === piece.offset) {
      yield* nativePixels(parts, instance, piece);
    } else yield* copied(parts, instance, piece);
  }
}

type CopiedPiece = Extract<RecodedPiece, { kind: 'copy' }>;

async function* copied(
  { blobs }: TranscodeParts,
  { dataHash, dataSize }: StoredInstance,
  { offset, length, wordBytes }: CopiedPiece,
): AsyncGenerator<Uint8Array> {
  const bytes = await blobs.stream(dataHash, dataSize, { offset, length });
  yield* wordBytes > 1 ? swapStream(bytes, wordBytes) : bytes;
}

/** Frame by frame, because frames are checked one by one; then what of the value belongs to none. */
async function* nativePixels(
  parts: TranscodeParts,
  instance: StoredInstance,
  piece: CopiedPiece,
): AsyncGenerator<Uint8Array> {
  const { length, read } = await openPixelData(parts.frames, instance);
  const checked = Math.min(piece.length, length - (length % piece.wordBytes));
  yield* await read({ offset: 0, length: checked });
  const rest = { ...piece, offset: piece.offset + checked, length: piece.length - checked };
  if (rest.length > 0) yield* copied(parts, instance, rest);
}

async function transcodedFrame(
  { frames, transcoder }: TranscodeParts,
  instance: StoredInstance,
  frame: number,
  target: string,
): Promise<TranscodedFrame> {
  return transcoder.frame({ ...(await frames.job(instance, frame)), target, for: 'object' });
}

/** What decoding changes. Whether an image was ever compressed with loss it goes on saying. */
async function replacedAttributes(
  { frames }: TranscodeParts,
  instance: StoredInstance,
  { photometricInterpretation }: TranscodedFrame,
): Promise<DicomDataset> {
  const description = describeImage(await metadataOf(frames, instance));
  return {
    '00280004': { vr: 'CS', Value: [photometricInterpretation] },
    ...(description.samplesPerPixel === 3 && { '00280006': { vr: 'US' as const, Value: [0] } }),
  };
}

async function metadataOf(frames: Frames, instance: StoredInstance): Promise<DicomDataset> {
  const { metadata } = await frames.source(instance);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(metadata))) as DicomDataset; // written by the archive
}

async function pixelPlan(
  parts: TranscodeParts,
  instance: StoredInstance,
  target: string,
  first: TranscodedFrame,
): Promise<PixelPlan> {
  const { numberOfFrames: count } = instance;
  const frames = (): AsyncIterable<Uint8Array> => allFrames(parts, instance, target, first);
  if (target !== EXPLICIT_VR_LITTLE_ENDIAN) return { length: undefined, read: () => encapsulated(frames()) };
  const { rows, columns, samplesPerPixel, bitsAllocated } = describeImage(
    await metadataOf(parts.frames, instance),
  );
  const bits = rows * columns * samplesPerPixel * bitsAllocated;
  const size = Math.ceil((bits * count) / 8);
  if (size + (size % 2) >= UNDEFINED_LENGTH_AT_LEAST) throw new DicomError('too_large');
  const head = pixelDataHeader(bitsAllocated > 8 ? 'OW' : 'OB', size + (size % 2));
  async function* read(): AsyncGenerator<Uint8Array> {
    yield head;
    yield* joinedFrames(ofSize(frames(), Math.ceil(bits / 8)), bits);
    if (size % 2 === 1) yield new Uint8Array(1);
  }
  return { length: head.length + size + (size % 2), read };
}

async function* allFrames(
  parts: TranscodeParts,
  instance: StoredInstance,
  target: string,
  first: TranscodedFrame,
): AsyncGenerator<Uint8Array> {
  yield first.bytes;
  const others = Array.from({ length: instance.numberOfFrames - 1 }, (_, at) => at + 2);
  for await (const frame of readAhead(others, (each) => transcodedFrame(parts, instance, each, target))) {
    // One description stands before all of them.
    if (frame.photometricInterpretation !== first.photometricInterpretation)
      throw new DicomError('decode_failed');
    yield frame.bytes;
  }
}

/** A decoder that gives other than it said would shift every frame behind. */
async function* ofSize(frames: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  for await (const frame of frames) {
    if (frame.length < size) throw new DicomError('frame_missing');
    yield frame.length === size ? frame : frame.subarray(0, size);
  }
}

async function* encapsulated(frames: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield fragmentsHeader();
  for await (const frame of frames) {
    yield fragmentHeader(frame.length + (frame.length % 2));
    yield frame;
    if (frame.length % 2 === 1) yield new Uint8Array(1);
  }
  yield fragmentsEnd();
}

/** Everything but long values and frames. */
async function skeletonOf(
  { index, blobs }: TranscodeParts,
  instance: StoredInstance,
  layout: FrameIndex | undefined,
): Promise<{ readonly pieces: readonly SparsePiece[] }> {
  const rows = await index.bulk(instance.id);
  const holes = [...rows.filter(({ length }) => length > LONG_VALUE_BYTES), ...pixelHole(layout)];
  const wanted = between(holes, instance.dataSize);
  if (wanted.reduce((sum, { length }) => sum + length, 0) > MAX_DATA_SET_BYTES)
    throw new DicomError('too_large');
  const pieces = await Promise.all(
    wanted.map(async ({ offset, length }) => ({
      offset,
      bytes: await blobs.read(instance.dataHash, offset, length),
    })),
  );
  return { pieces };
}

function pixelHole(layout: FrameIndex | undefined): readonly ByteRange[] {
  if (!layout) return [];
  if (layout.kind === 'native') {
    return [{ offset: layout.offset, length: Math.floor((layout.count * layout.frameBits) / 8) }];
  }
  const offset = layout.frames.flat().reduce((least, range) => Math.min(least, range.offset), Infinity);
  return [{ offset, length: lastByteOf(layout) - offset }];
}

/** Where the item of the last fragment ends, which is of an even length. */
function lastByteOf({ frames }: Extract<FrameIndex, { kind: 'encapsulated' }>): number {
  const last = frames.flat().reduce((most, { offset, length }) => Math.max(most, offset + length), 0);
  const first = frames.flat().reduce((least, { offset }) => Math.min(least, offset), Infinity);
  return last + ((last - first) % 2);
}

function between(holes: readonly ByteRange[], size: number): readonly ByteRange[] {
  const sorted = holes.toSorted((a, b) => a.offset - b.offset);
  const wanted: ByteRange[] = [];
  let at = 0;
  for (const { offset, length } of [...sorted, { offset: size, length: 0 }]) {
    if (offset > at) wanted.push({ offset: at, length: offset - at });
    at = Math.max(at, offset + length);
  }
  return wanted;
}
