import { type ParsedInstance, readInstanceFile } from '@sightline/archive';
import { serveJobs } from './worker-protocol.ts';

/** A job is the path of a file that the archive has just written. */
serveJobs<string, ParsedInstance>((file) => {
  const answer = readInstanceFile(file);
  const bytes = [answer.metadata, answer.frameIndex, answer.inflated];
  return { answer, transfer: wholeBuffers(bytes) };
});

/** Memory that nothing else lies in may move; the rest is copied. */
function wholeBuffers(all: readonly (Uint8Array | undefined)[]): readonly ArrayBuffer[] {
  const buffers = all.flatMap((bytes) =>
    bytes?.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
      ? [bytes.buffer]
      : [],
  );
  return [...new Set(buffers)];
}
