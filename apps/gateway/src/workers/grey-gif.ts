/**
 * GIF89a of grey pictures, written here because each of the 256 grey levels has its place in the palette: what libraries
 * choose by themselves are fewer, and a medical picture loses its soft edges.
 */
export interface GreyPictures {
  readonly width: number;
  readonly height: number;
  /** One byte for each pixel. */
  readonly frames: readonly Uint8Array[];
  /** Milliseconds from one to the next, of more than one. */
  readonly frameTime: number;
}

const MAX_CODES = 4096;
const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;
const MIN_CODE_BITS = 8;

export function encodeGreyGif({ width, height, frames, frameTime }: GreyPictures): Uint8Array {
  const parts: Uint8Array[] = [head(width, height)];
  if (frames.length > 1) parts.push(Buffer.from('\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0', 'latin1'));
  // In hundredths of a second; browsers take less than two for "as fast as ten a second".
  const delay = Math.min(0xffff, Math.max(2, Math.round(frameTime / 10)));
  for (const frame of frames) {
    if (frames.length > 1) parts.push(Uint8Array.of(0x21, 0xf9, 4, 0, delay & 0xff, delay >> 8, 0, 0));
    const size = [width & 0xff, width >> 8, height & 0xff, height >> 8];
    parts.push(Uint8Array.of(0x2c, 0, 0, 0, 0, ...size, 0, MIN_CODE_BITS), inBlocks(compress(frame)));
  }
  parts.push(Uint8Array.of(0x3b));
  return Buffer.concat(parts);
}

/** Signature, size, and a palette in which each level stands for itself. */
function head(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(13 + 256 * 3);
  bytes.write('GIF89a', 'latin1');
  bytes.writeUInt16LE(width, 6);
  bytes.writeUInt16LE(height, 8);
  bytes[10] = 0xf7;
  for (let level = 0; level < 256; level++) bytes.fill(level, 13 + level * 3, 16 + level * 3);
  return bytes;
}

/** Variable-length LZW, GIF89a appendix F: codes grow from 9 to 12 bits, lowest bit first. */
function compress(pixels: Uint8Array): Uint8Array {
  // No pixel takes more than one code; a clear code comes every few thousand.
  const out = new Uint8Array(Math.ceil((pixels.length * 1.6 + 64) * 1.01));
  // `next[prefix * 256 + pixel]`: the code of what is known; codes below FIRST_FREE are never one.
  const next = new Uint16Array(MAX_CODES * 256);
  let [at, held, heldBits, bits, free] = [0, 0, 0, MIN_CODE_BITS + 1, FIRST_FREE];
  const put = (code: number): void => {
    held |= code << heldBits;
    heldBits += bits;
    while (heldBits >= 8) {
      out[at++] = held & 0xff;
      held >>>= 8;
      heldBits -= 8;
    }
  };
  put(CLEAR);
  let prefix = pixels[0] ?? 0;
  for (let i = 1; i < pixels.length; i++) {
    const pixel = pixels[i] ?? 0;
    const place = prefix * 256 + pixel;
    const known = next[place] ?? 0;
    if (known !== 0) {
      prefix = known;
      continue;
    }
    put(prefix);
    if (free < MAX_CODES) {
      if (free === 1 << bits) bits += 1;
      next[place] = free++;
    } else {
      put(CLEAR);
      next.fill(0);
      free = FIRST_FREE;
      bits = MIN_CODE_BITS + 1;
    }
    prefix = pixel;
  }
  put(prefix);
  // A decoder has by now added the code that this one would have been the first to use.
  if (free === 1 << bits && bits < 12) bits += 1;
  put(END);
  if (heldBits > 0) out[at++] = held & 0xff;
  return out.subarray(0, at);
}

/** Data sub-blocks of at most 255 bytes, ended by an empty one. */
function inBlocks(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / 255);
  const out = new Uint8Array(bytes.length + blocks + 1);
  let at = 0;
  for (let from = 0; from < bytes.length; from += 255) {
    const block = bytes.subarray(from, from + 255);
    out[at++] = block.length;
    out.set(block, at);
    at += block.length;
  }
  return out;
}
