import { type DicomDataset, describeImage, type PixelArray } from '@sightline/dicom';
import type { FrameJob } from '@sightline/archive';
import { decodeFrame, describedBytes } from '@sightline/dicom/decode';
import { nodeCodecs } from './node-codecs.ts';
import { encodeAnimation, encodePicture } from './picture.ts';
import type { RenderWorkerJob } from './render-job.ts';
import { serveJobs, type WorkerAnswer } from './worker-protocol.ts';

const codecs = nodeCodecs();

/** Characters of JSON that are kept parsed: some thousand slices, or the last few of the largest multi-frame objects. */
const MOST_REMEMBERED = 8 * 1024 ** 2;
const remembered = new Map<string, { readonly size: number; readonly dataset: DicomDataset }>();
let rememberedSize = 0;

serveJobs<RenderWorkerJob, Uint8Array>(async (message) => {
  if (message.kind === 'animate') return owned(await encodeAnimation(message.job));
  const dataset = datasetOf(message.job);
  const { bytes, transferSyntaxUid } = message.job;
  const description = describeImage(dataset);
  const keepsYbr = message.kind === 'decode';
  // The bytes came to stay: nobody else has this memory.
  const pixels = await decodeFrame(bytes, description, transferSyntaxUid, codecs, keepsYbr, true);
  if (message.kind === 'decode') return owned(describedBytes(pixels, description));
  const picture = owned(await encodePicture(pixels, dataset, message.job));
  release(bytes);
  release(pixels.data);
  return picture;
});

/**
 * Gives memory back at once. Left to the collector, the megabytes of every frame make it go through all of the heap every
 * few dozen frames, which took a quarter of the time of a picture. What is a part of something else stays.
 */
function release({ buffer, byteLength }: PixelArray): void {
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  if (isOwn && !buffer.detached) buffer.transfer(0);
}

/** The frames of a cine are asked for one after the other: their metadata, often megabytes, is read once. */
function datasetOf({ object, metadata }: FrameJob): DicomDataset {
  const known = object === undefined ? undefined : remembered.get(object);
  if (known) return known.dataset;
  const dataset: DicomDataset = JSON.parse(
    Buffer.from(metadata.buffer, metadata.byteOffset, metadata.length).toString(),
  );
  if (object !== undefined) remember(object, metadata.length, dataset);
  return dataset;
}

/** The one that came first goes first; the latest stays however large it is. */
function remember(object: string, size: number, dataset: DicomDataset): void {
  for (const [oldest, entry] of remembered) {
    if (rememberedSize + size <= MOST_REMEMBERED) break;
    remembered.delete(oldest);
    rememberedSize -= entry.size;
  }
  remembered.set(object, { size, dataset });
  rememberedSize += size;
}

/** Moves the result to the main thread; copied first where it is part of something larger, or native memory of sharp. */
function owned(bytes: Uint8Array): WorkerAnswer<Uint8Array> {
  const isWhole = !Buffer.isBuffer(bytes) && bytes.byteLength === bytes.buffer.byteLength;
  const answer = isWhole ? bytes : new Uint8Array(bytes);
  return { answer, transfer: [answer.buffer as ArrayBuffer] }; // decoders never use shared memory
}
