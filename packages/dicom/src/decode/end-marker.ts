/**
 * A JPEG or JPEG-LS stream with its EOI marker, which some writers leave out and cut streams lack. libjpeg takes complete
 * data without it for cut data; CharLS looks for it beyond the data, for seconds.
 */
export function withEndMarker(bytes: Uint8Array): Uint8Array {
  // Padding behind the marker is zero.
  const last = bytes.findLastIndex((byte) => byte !== 0);
  if (last > 0 && bytes[last] === 0xd9 && bytes[last - 1] === 0xff) return bytes;
  const out = new Uint8Array(bytes.length + 2);
  out.set(bytes);
  out.set([0xff, 0xd9], bytes.length);
  return out;
}
