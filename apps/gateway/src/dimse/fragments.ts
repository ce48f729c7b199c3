/** Header of a P-DATA-TF unit (6 bytes) counts beside its length, that of a fragment (6 bytes) within it: PS3.8 9.3.5. */
const FRAGMENT_HEADER = 6;
/** Larger units save nothing, and a peer that names no limit still has to hold them. */
const MAX_UNIT_BYTES = 128 * 1024;
const MIN_UNIT_BYTES = 1024;

/** What one fragment may hold, an even number (PS3.8 annex D), under the limit that the peer announced; 0: none. */
export function maxFragmentBytes(peerMaxPduLength: number): number {
  const announced = peerMaxPduLength === 0 ? MAX_UNIT_BYTES : peerMaxPduLength;
  const unit = Math.max(MIN_UNIT_BYTES, Math.min(announced, MAX_UNIT_BYTES));
  return (unit - FRAGMENT_HEADER) & ~1;
}

/** The headers of a P-DATA-TF unit with one fragment. `header`: bit 0 a command, bit 1 the last fragment. */
export function protocolDataUnit(contextId: number, header: number, length: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes[0] = 0x04;
  bytes.writeUInt32BE(length + FRAGMENT_HEADER, 2);
  bytes.writeUInt32BE(length + 2, 6);
  bytes[10] = contextId;
  bytes[11] = header;
  return bytes;
}

/** The same bytes in pieces of `size`; the last is shorter, and even: an odd end is padded with a zero (PS3.5 7.1). */
export async function* pieces(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array(0);
  for await (const chunk of bytes) {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; all.length - at >= size; at += size) yield all.subarray(at, at + size);
    rest = Uint8Array.from(all.subarray(at));
  }
  if (rest.length === 0) return;
  yield rest.length % 2 === 0 ? rest : Buffer.concat([rest, Buffer.alloc(1)]);
}
