import type { Frames } from './frames.ts';
import { readAhead } from './http/read-ahead.ts';
import type { StoredInstance } from './index/index-store.ts';
import { cutStream } from './native-bytes.ts';

export interface PixelData {
  readonly length: number;
  read(part?: { readonly offset: number; readonly length: number }): Promise<AsyncIterable<Uint8Array>>;
}

/**
 * The frames of an object uncompressed, one after the other, little endian: the value that Pixel Data would have in
 * Explicit VR Little Endian, as the metadata describes it, and each frame checked before it is given. The first one is
 * there before this answers where it has to be decoded.
 */
export async function openPixelData(frames: Frames, instance: StoredInstance): Promise<PixelData> {
  const layout = await frames.layout(instance);
  const numbers = Array.from({ length: instance.numberOfFrames }, (_, at) => at + 1);
  if (layout.kind === 'native') {
    const { frameBits } = layout;
    const length = Math.ceil((frameBits * instance.numberOfFrames) / 8);
    const all = (): AsyncIterable<Uint8Array> =>
      joinedFrames(
        readAhead(numbers, (frame) => frames.stored(instance, frame)),
        frameBits,
      );
    return { length, read: async (part = { offset: 0, length }) => cutStream(all(), part) };
  }
  const first = await frames.native(instance, 1);
  const length = first.length * instance.numberOfFrames;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first;
    yield* readAhead(numbers.slice(1), (frame) => frames.native(instance, frame));
  }
  return { length, read: async (part = { offset: 0, length }) => cutStream(all(), part) };
}

/** PS3.5 8.1.1: frames follow each other without padding, those of single bits too. Each begins at a byte here. */
export async function* joinedFrames(
  frames: AsyncIterable<Uint8Array>,
  frameBits: number,
): AsyncGenerator<Uint8Array> {
  if (frameBits % 8 === 0) yield* frames;
  else yield* joinedBits(frames, frameBits);
}

async function* joinedBits(frames: AsyncIterable<Uint8Array>, bits: number): AsyncGenerator<Uint8Array> {
  let carried = 0;
  let carriedBits = 0;
  for await (const frame of frames) {
    const total = carriedBits + bits;
    const out = new Uint8Array(Math.floor(total / 8) + 1);
    out[0] = carried;
    for (let i = 0; i < Math.ceil(bits / 8); i += 1) {
      const left = bits - i * 8;
      const byte = (frame[i] ?? 0) & (left < 8 ? (1 << left) - 1 : 0xff);
      out[i] = (out[i] ?? 0) | ((byte << carriedBits) & 0xff);
      if (i + 1 < out.length) out[i + 1] = byte >> (8 - carriedBits);
    }
    carriedBits = total % 8;
    carried = out[out.length - 1] ?? 0;
    yield out.subarray(0, out.length - 1);
  }
  if (carriedBits > 0) yield Uint8Array.of(carried);
}
