import {
  describeImage,
  DicomError,
  frameTransform,
  isGrey,
  neededBulk,
  readPalette,
  transferSyntax,
  type DicomErrorCode,
  type ImageDescription,
} from '@sightline/dicom';
import { byteLength, type DecodedFrame } from '../decode/decoded-frame.ts';
import { DecoderError } from '../decode/decode-pool.ts';
import type { DecodeJob } from '../decode/decode-protocol.ts';
import type { ArchiveClient, StoredFrame } from '../session/archive-client.ts';
import type { ConnectionWatch } from '../session/connection.ts';
import { RequestError } from '../session/request.ts';
import { imageKey, type StackImage } from '../studies/instance.ts';
import { createFrameCache } from './frame-cache.ts';
import type { FrameFailure, LoadedFrame } from './loaded-frame.ts';
import { createLoadQueue, interleave } from './load-queue.ts';

/** Loads images in the order in which viewports want them, and keeps them. */
export interface FrameLoader {
  frame(image: StackImage): LoadedFrame | undefined;
  failure(image: StackImage): FrameFailure | undefined;
  /** True once an image has been loaded, even if memory has since been given to others. */
  wasLoaded(image: StackImage): boolean;
  /** What a viewport wants, most urgent first; replaces what it wanted before. */
  want(viewport: number, images: readonly StackImage[]): void;
  /** Tries an image again that has failed. */
  retry(image: StackImage): void;
  /** Adopts a frame that was loaded by other means: the first paint. */
  adopt(frame: LoadedFrame): void;
  /** Called after an image has been loaded or has failed. */
  onChange(listener: (image: StackImage) => void): () => void;
}

export interface FrameLoaderParts {
  readonly archive: ArchiveClient;
  readonly connection: ConnectionWatch;
  readonly decode: (job: Omit<DecodeJob, 'id'>, signal: AbortSignal) => Promise<DecodedFrame>;
  readonly memoryBytes: number;
}

/** Six is what a browser opens to one host over HTTP/1.1; more would only queue out of our sight. */
const REQUESTS_AT_ONCE = 6;

export function createFrameLoader({
  archive,
  connection,
  decode,
  memoryBytes,
}: FrameLoaderParts): FrameLoader {
  const cache = createFrameCache<LoadedFrame>(memoryBytes);
  const failures = new Map<string, FrameFailure>();
  const loadedOnce = new Set<string>();
  const wanted = new Map<number, readonly StackImage[]>();
  const images = new Map<string, StackImage>();
  const listeners = new Set<(image: StackImage) => void>();
  let order: readonly string[] = [];
  let keep: ReadonlySet<string> = new Set();

  const announce = (image: StackImage): void => {
    for (const listener of listeners) listener(image);
  };
  const keepFrame = (frame: LoadedFrame): void => {
    const key = imageKey(frame.image);
    cache.set(key, frame, byteLength(frame.decoded), keep);
    loadedOnce.add(key);
    failures.delete(key);
  };
  const load = async (key: string, signal: AbortSignal): Promise<void> => {
    const image = images.get(key);
    if (!image) return;
    try {
      const isFirst = key === order[0];
      keepFrame(await loadFrame({ archive, decode }, image, signal, isFirst ? 'high' : 'auto'));
      connection.answered();
    } catch (error) {
      if (signal.aborted) return;
      failures.set(key, failureOf(error));
      connection.report(error);
    }
    announce(image);
  };
  const queue = createLoadQueue({
    limit: REQUESTS_AT_ONCE,
    isNeeded: (key) => !cache.has(key) && !failures.has(key),
    load,
  });
  const update = (): void => {
    images.clear();
    const orders = [...wanted.values()].map((list) =>
      withinBudget(list, memoryBytes / Math.max(1, wanted.size)),
    );
    for (const list of orders) for (const image of list) images.set(imageKey(image), image);
    order = interleave(orders.map((list) => list.map(imageKey)));
    keep = new Set(order);
    queue.update(order);
  };
  connection.state.subscribe(() => queue.setPaused(connection.state.get().kind !== 'up'));
  connection.onRetry(() => {
    for (const [key, failure] of failures) if (mayPass.has(failure)) failures.delete(key);
    queue.setPaused(false);
  });
  return {
    frame: (image) => cache.get(imageKey(image)),
    failure: (image) => failures.get(imageKey(image)),
    wasLoaded: (image) => loadedOnce.has(imageKey(image)),
    want(viewport, list) {
      if (list.length === 0) wanted.delete(viewport);
      else wanted.set(viewport, list);
      update();
    },
    retry(image) {
      failures.delete(imageKey(image));
      update();
    },
    adopt: keepFrame,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** As many of the most urgent images as memory holds at once; loading more would push out what was just loaded. */
function withinBudget(images: readonly StackImage[], budgetBytes: number): readonly StackImage[] {
  let bytes = 0;
  const end = images.findIndex(({ instance }, index) => {
    bytes += (sizes.get(instance) ?? remember(instance)) as number; // remembered as a number
    return index > 0 && bytes > budgetBytes;
  });
  return end < 0 ? images : images.slice(0, end);
}

const RGBA_BYTES = 4;
const sizes = new WeakMap<object, number>();

function remember(instance: StackImage['instance']): number {
  const size = frameBytes(instance);
  sizes.set(instance, size);
  return size;
}

function frameBytes({ dataset }: StackImage['instance']): number {
  try {
    const description = describeImage(dataset);
    const { rows, columns, bitsAllocated } = description;
    return rows * columns * (isGrey(description) ? Math.max(1, bitsAllocated / 8) : RGBA_BYTES);
  } catch {
    return 0; // an image that cannot be described is not kept: it fails when it is loaded
  }
}

/** What another try may mend once the archive, where the decoders come from too, is back. */
const mayPass: ReadonlySet<FrameFailure> = new Set(['unreachable', 'decoder']);

function failureOf(error: unknown): FrameFailure {
  if (error instanceof VideoError) return 'video';
  if (error instanceof DecoderError) return 'decoder';
  if (error instanceof DicomError) {
    return failureOfCode[error.code] ?? 'damaged';
  }
  if (!(error instanceof RequestError)) return 'damaged';
  const found = error.problem === undefined ? undefined : failureOfProblem[error.problem];
  if (found) return found;
  return error.failure === 'ended' || error.failure === 'forbidden' ? 'refused' : error.failure;
}

const failureOfCode: Readonly<Partial<Record<DicomErrorCode, FrameFailure>>> = {
  unsupported_transfer_syntax: 'unsupported',
  bad_image_attributes: 'undescribed',
};

/** Problem codes of the archive that say more than their status does. */
const failureOfProblem: Readonly<Record<string, FrameFailure>> = {
  frame_damaged: 'damaged',
  stored_object_damaged: 'damaged',
  frame_not_decodable: 'unsupported',
  no_image: 'empty',
};

class VideoError extends Error {
  override readonly name = 'VideoError';
}

async function loadFrame(
  { archive, decode }: Pick<FrameLoaderParts, 'archive' | 'decode'>,
  image: StackImage,
  signal: AbortSignal,
  priority: RequestPriority,
): Promise<LoadedFrame> {
  const { instance, frame } = image;
  const description = describeImage(instance.dataset);
  const [bulk, stored] = await Promise.all([
    fetchBulk(archive, image, signal),
    archive.retrieveFrame({ ...instance, frame }, signal, priority),
  ]);
  if (transferSyntax(stored.transferSyntaxUid)?.family === 'video') throw new VideoError();
  return decodeStored({ image, description, stored, bulk, decode, signal });
}

interface StoredImage {
  readonly image: StackImage;
  readonly description: ImageDescription;
  readonly stored: StoredFrame;
  readonly bulk: ReadonlyMap<string, Uint8Array>;
  readonly decode: FrameLoaderParts['decode'];
  readonly signal: AbortSignal;
}

async function decodeStored(parts: StoredImage): Promise<LoadedFrame> {
  const { image, description, stored, bulk } = parts;
  const { dataset } = image.instance;
  const lookup = (uri: string) => bulk.get(uri);
  const isPalette = description.photometricInterpretation === 'PALETTE COLOR';
  const palette = isPalette ? readPalette(dataset, lookup) : undefined;
  const decoded = await parts.decode({ ...stored, description, palette }, parts.signal);
  const transform = isGrey(description) ? frameTransform(dataset, image.frame, lookup) : undefined;
  return { image, description, transform, decoded };
}

/** Lookup tables are small and shared by the frames of an instance: each is kept for as long as the page lives. */
const fetchedBulk = new Map<string, Uint8Array>();

async function fetchBulk(
  archive: ArchiveClient,
  { instance, frame }: StackImage,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const uri of neededBulk(instance.dataset, frame)) {
    const key = `${instance.sopInstanceUid} ${uri}`;
    const bytes = fetchedBulk.get(key) ?? (await archive.retrieveBulk(uri, instance, signal));
    fetchedBulk.set(key, bytes);
    found.set(uri, bytes);
  }
  return found;
}
