import type { FramePixels } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';

/**
 * The bytes that a decoded frame has in Explicit VR Little Endian, PS3.5 8.1: samples by pixel, the value at High Bit,
 * 1-bit frames packed and padded to whole bytes. Photometric interpretation is that of the pixels.
 */
export function nativeBytes(pixels: FramePixels, description: ImageDescription): Uint8Array {
  const { data } = pixels;
  if (description.bitsAllocated === 1) return packBits(data);
  const shift = description.highBit + 1 - description.bitsStored;
  const cells = shift > 0 && description.float === undefined ? data.map((value) => value << shift) : data;
  return new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
}

function packBits(bits: FramePixels['data']): Uint8Array {
  const out = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit: number, i: number) => {
    out[i >> 3] = (out[i >> 3] ?? 0) | (bit << (i & 7));
  });
  return out;
}
