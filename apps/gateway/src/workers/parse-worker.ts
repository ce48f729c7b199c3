import {
  type FileInMemory,
  type ParsedInstance,
  readInstanceFile,
  takeInstance,
  type TakenInstance,
} from '@sightline/archive/reading';
import { serveJobs } from './worker-protocol.ts';

/** A file that the archive has just written, or one in memory that is to be written. */
export type ParseJob =
  | { readonly kind: 'read'; readonly file: string; readonly sha256?: string }
  | ({ readonly kind: 'take'; readonly stem: string; readonly placeIn?: string } & FileInMemory);

export type ParseAnswer = ParsedInstance | TakenInstance;

serveJobs<ParseJob, ParseAnswer>((job) => {
  if (job.kind === 'read') {
    const answer = readInstanceFile(job.file, job.sha256);
    return { answer, transfer: wholeBuffers(bytesOf(answer)) };
  }
  const answer = takeInstance(job, job.stem, job.placeIn);
  return { answer, transfer: wholeBuffers([answer.memory, ...bytesOf(answer.parsed)]) };
});

const bytesOf = ({ metadata, frameIndex, inflated }: ParsedInstance) => [metadata, frameIndex, inflated];

/** Memory that nothing else lies in may move; the rest is copied. */
function wholeBuffers(all: readonly (Uint8Array | undefined)[]): readonly ArrayBuffer[] {
  const buffers = all.flatMap((bytes) =>
    bytes?.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
      ? [bytes.buffer]
      : [],
  );
  return [...new Set(buffers)];
}
