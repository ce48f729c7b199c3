/** Text of base64 (RFC 4648) for bytes. Uint8Array's own toBase64 is not in Node 24 yet. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  // A slice at a time: the arguments of one call are limited by the stack.
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(binary);
}

/** The bytes of base64 text; undefined when it is not base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
