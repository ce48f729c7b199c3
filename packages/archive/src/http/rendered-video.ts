import { transferSyntax } from '@sightline/dicom';
import type { HttpResponse } from '@sightline/dicomweb';
import type { StoredInstance } from '../index/index-store.ts';
import { negotiate } from './accept.ts';
import { singlePartResponse } from './single-part.ts';
import type { Asked, Services } from './transaction.ts';

/** Two packets of an MPEG-2 transport stream tell what it is. */
const PACKET_BYTES = 188;
const HEAD_BYTES = PACKET_BYTES + 1;

/** PS3.18 table 8.7.4-1, video: the stream as it is stored, whole or a range of it, so that a player can seek. */
export async function renderedVideo(
  instance: StoredInstance,
  asked: Asked,
  services: Services,
): Promise<HttpResponse> {
  const { frames } = services;
  const length = await frames.storedLength(instance, 1);
  const head = await firstBytes(
    await frames.stream(instance, 1, { offset: 0, length: Math.min(length, HEAD_BYTES) }),
  );
  const mediaType = videoType(head, instance.transferSyntaxUid);
  negotiate(asked, [{ mediaType, multipart: false }]);
  return singlePartResponse(asked, {
    type: mediaType,
    length,
    etag: `"v-${instance.hash.slice(0, 32)}"`,
    read: (range) => frames.stream(instance, 1, range),
  });
}

async function firstBytes(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  const joined = new Uint8Array(list.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of list) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

/**
 * What is in the stream, and not what its transfer syntax lets one hope for: H.264 lies in MP4 files and in transport
 * streams, and a player needs to know which.
 */
function videoType(head: Uint8Array, transferSyntaxUid: string): string {
  const text = (from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));
  const code = (head[0] ?? 0) * 2 ** 24 + ((head[1] ?? 0) << 16) + ((head[2] ?? 0) << 8) + (head[3] ?? 0);
  if (text(4, 8) === 'ftyp') return 'video/mp4';
  if (head[0] === 0x47 && head[PACKET_BYTES] === 0x47) return 'video/mp2t';
  // A pack, or a sequence of an elementary stream.
  if (code === 0x1ba || code === 0x1b3) return 'video/mpeg';
  const keyword = transferSyntax(transferSyntaxUid)?.keyword ?? '';
  if (keyword.startsWith('HEVC')) return 'video/h265';
  return keyword.startsWith('MPEG2') ? 'video/mpeg' : 'video/mp4';
}
