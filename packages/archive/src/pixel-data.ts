import type { BlobStore } from './blobs/blob-store.ts';
import type { Frames } from './frames.ts';
import { readAhead } from './http/read-ahead.ts';
import type { StoredInstance } from './index/index-store.ts';
import { cutStream, swapStream } from './native-bytes.ts';

export interface PixelData {
  readonly length: number;
  read(part?: { readonly offset: number; readonly length: number }): Promise<AsyncIterable<Uint8Array>>;
}

/**
 * The frames of an object uncompressed, one after the other, little endian: the value that Pixel Data would have in
 * Explicit VR Little Endian, as the metadata describes it. The first frame is there before this answers where it has to
 * be decoded.
 */
export async function openPixelData(
  { blobs, frames }: { readonly blobs: BlobStore; readonly frames: Frames },
  instance: StoredInstance,
): Promise<PixelData> {
  const layout = await frames.layout(instance);
  if (layout.kind === 'native') {
    const { offset, frameBits, count, bigEndian, wordBytes } = layout;
    const length = Math.ceil((frameBits * count) / 8);
    return {
      length,
      async read(part = { offset: 0, length }) {
        if (!bigEndian || wordBytes === 1)
          return blobs.stream(instance.dataHash, instance.dataSize, {
            offset: offset + part.offset,
            length: part.length,
          });
        const words = Math.ceil(length / wordBytes) * wordBytes;
        const bytes = await blobs.stream(instance.dataHash, instance.dataSize, { offset, length: words });
        return cutStream(swapStream(bytes, wordBytes), part);
      },
    };
  }
  const first = await frames.native(instance, 1);
  const length = first.length * instance.numberOfFrames;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first;
    const others = Array.from({ length: instance.numberOfFrames - 1 }, (_, at) => at + 2);
    yield* readAhead(others, (frame) => frames.native(instance, frame));
  }
  return { length, read: async (part = { offset: 0, length }) => cutStream(all(), part) };
}
