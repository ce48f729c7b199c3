const HEADER_BYTES = 64;
const MAX_RUN = 128;

/**
 * A frame in RLE Lossless, PS3.5 annex G: one segment for each byte of each sample, most significant byte first, each
 * row packed by itself and each segment of an even length.
 *
 * @param bytes little endian, samples of a pixel side by side
 * @param cellBytes bytes of one sample
 */
export function encodeRle(
  bytes: Uint8Array,
  shape: { readonly columns: number; readonly samplesPerPixel: number; readonly cellBytes: number },
): Uint8Array {
  const { columns, samplesPerPixel, cellBytes } = shape;
  const step = samplesPerPixel * cellBytes;
  const rows = bytes.length / (columns * step);
  // PackBits grows by one byte in 128 at most.
  const packed = new Uint8Array(HEADER_BYTES + step * (rows * (columns + Math.ceil(columns / MAX_RUN)) + 1));
  const header = new DataView(packed.buffer);
  header.setUint32(0, step, true);
  const row = new Uint8Array(columns);
  let at = HEADER_BYTES;
  for (let segment = 0; segment < step; segment += 1) {
    header.setUint32(4 + segment * 4, at, true);
    const sample = Math.floor(segment / cellBytes);
    const first = sample * cellBytes + (cellBytes - 1 - (segment % cellBytes));
    for (let y = 0; y < rows; y += 1) {
      for (let x = 0; x < columns; x += 1) row[x] = bytes[(y * columns + x) * step + first] ?? 0;
      at = packRow(row, packed, at);
    }
    at += at % 2;
  }
  return packed.slice(0, at);
}

/** G.3.1: runs of three and more are replicated, all else is literal. */
function packRow(row: Uint8Array, out: Uint8Array, start: number): number {
  let at = start;
  let literal = 0;
  const flush = (end: number): void => {
    for (let from = literal; from < end; from += MAX_RUN) {
      const length = Math.min(MAX_RUN, end - from);
      out[at] = length - 1;
      out.set(row.subarray(from, from + length), at + 1);
      at += length + 1;
    }
  };
  for (let x = 0; x < row.length; ) {
    let end = x + 1;
    while (end < row.length && end - x < MAX_RUN && row[end] === row[x]) end += 1;
    if (end - x >= 3) {
      flush(x);
      out[at] = 257 - (end - x);
      out[at + 1] = row[x] ?? 0;
      at += 2;
      literal = end;
    }
    x = end;
  }
  flush(row.length);
  return at;
}
