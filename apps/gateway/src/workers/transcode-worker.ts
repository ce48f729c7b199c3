import type { TranscodeDataSetJob, TranscodedFrame, TranscodeFrameJob } from '@sightline/archive';
import {
  type DicomDataset,
  describeImage,
  DicomError,
  type ImageDescription,
  recodeDataSet,
  type RecodedPiece,
  sparseAccess,
  transferSyntax,
} from '@sightline/dicom';
import { decodeFrame, describedPixels, encodeFrame, nativeBytes } from '@sightline/dicom/decode';
import { nodeCodecs } from './node-codecs.ts';
import { nodeEncoders } from './node-encoders.ts';
import type { TranscodeWorkerAnswer, TranscodeWorkerJob } from './transcode-job.ts';
import { serveJobs, type WorkerAnswer } from './worker-protocol.ts';

const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const codecs = nodeCodecs();
const encoders = nodeEncoders();
let latest: { readonly object: string; readonly description: ImageDescription } | undefined;

serveJobs<TranscodeWorkerJob, TranscodeWorkerAnswer>(async (message) =>
  message.kind === 'frame' ? transcodeFrame(message.job) : transcodeDataSet(message.job),
);

async function transcodeFrame(job: TranscodeFrameJob): Promise<WorkerAnswer<TranscodedFrame>> {
  const stated = descriptionOf(job);
  const description = wholeCells(job, stated);
  const decoded = await decodeFrame(
    job.bytes,
    description,
    job.transferSyntaxUid,
    codecs,
    job.for === 'metadata',
  );
  const pixels = job.for === 'metadata' ? describedPixels(decoded, description) : decoded;
  const frame =
    job.target === EXPLICIT_VR_LITTLE_ENDIAN
      ? {
          bytes: nativeBytes(pixels, description),
          photometricInterpretation: pixels.photometricInterpretation,
        }
      : await encodeFrame(pixels, description, job.target, { encoders, codecs });
  const bytes = owned(frame.bytes);
  return { answer: { ...frame, bytes }, transfer: [bytes.buffer] };
}

/**
 * Grey cells of uncompressed images may hold more than the values: old overlays above them. They are compressed too, by
 * taking the whole cell for the value.
 */
function wholeCells(
  { bytes, transferSyntaxUid }: TranscodeFrameJob,
  description: ImageDescription,
): ImageDescription {
  const { bitsAllocated, bitsStored, samplesPerPixel, float } = description;
  const isNative = transferSyntax(transferSyntaxUid)?.family === 'native';
  if (!isNative || samplesPerPixel !== 1 || float !== undefined || bitsAllocated !== 16) return description;
  if (bitsStored === 16) return description;
  const cells = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isSigned = description.pixelRepresentation === 1;
  const shift = 32 - (description.highBit + 1);
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const cell = isSigned ? cells.getInt16(at, true) : cells.getUint16(at, true);
    const kept = isSigned ? (cell << shift) >> shift : (cell << shift) >>> shift;
    if (kept !== cell) return { ...description, bitsStored: 16, highBit: 15 };
  }
  return description;
}

/** The frames of an object come one after the other: their metadata is read once. */
function descriptionOf({ object, metadata }: TranscodeFrameJob): ImageDescription {
  if (latest && object === latest.object) return latest.description;
  const text = Buffer.from(metadata.buffer, metadata.byteOffset, metadata.length).toString();
  const description = describeImage(JSON.parse(text) as DicomDataset); // written by the archive
  latest = object === undefined ? undefined : { object, description };
  return description;
}

function transcodeDataSet(job: TranscodeDataSetJob): WorkerAnswer<readonly RecodedPiece[]> {
  const { pieces, size, target, ...options } = job;
  if (transferSyntax(target) === undefined) throw new DicomError('unsupported_transfer_syntax');
  const recoded = recodeDataSet(sparseAccess(size, pieces), { ...options, transferSyntaxUid: target });
  return { answer: recoded.pieces };
}

/** Memory that may move to the main thread. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isWhole = !Buffer.isBuffer(bytes) && bytes.byteLength === bytes.buffer.byteLength;
  return isWhole && bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer)
    : new Uint8Array(bytes);
}
