import { type DicomDataset, describeImage } from '@sightline/dicom';
import { decodeFrame, nativeBytes } from '@sightline/dicom/decode';
import { nodeCodecs } from './node-codecs.ts';
import { encodePicture } from './picture.ts';
import type { RenderWorkerJob } from './render-job.ts';
import { serveJobs, type WorkerAnswer } from './worker-protocol.ts';

const codecs = nodeCodecs();
let latest: { readonly text: Uint8Array; readonly dataset: DicomDataset } | undefined;

serveJobs<RenderWorkerJob, Uint8Array>(async (message) => {
  const dataset = readDataset(message.job.metadata);
  const { bytes, transferSyntaxUid } = message.job;
  const pixels = await decodeFrame(bytes, describeImage(dataset), transferSyntaxUid, codecs);
  return message.kind === 'render'
    ? owned(await encodePicture(pixels, dataset, message.job))
    : owned(nativeBytes(pixels, describeImage(dataset)));
});

/** The frames of a cine are asked for one after the other: their metadata, often megabytes, is read once. */
function readDataset(text: Uint8Array): DicomDataset {
  if (latest && Buffer.compare(latest.text, text) === 0) return latest.dataset;
  const dataset: DicomDataset = JSON.parse(new TextDecoder().decode(text));
  latest = { text, dataset };
  return dataset;
}

/** Moves the result to the main thread; copied first where it is part of something larger, or native memory of sharp. */
function owned(bytes: Uint8Array): WorkerAnswer<Uint8Array> {
  const isWhole = !Buffer.isBuffer(bytes) && bytes.byteLength === bytes.buffer.byteLength;
  const answer = isWhole ? bytes : new Uint8Array(bytes);
  return { answer, transfer: [answer.buffer as ArrayBuffer] }; // decoders never use shared memory
}
