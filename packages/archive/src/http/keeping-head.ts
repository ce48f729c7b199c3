/** The same bytes, and the first of them for who wants to look at them after they have gone by. */
export function keepingHead(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): { readonly body: AsyncIterable<Uint8Array>; readonly head: () => Uint8Array } {
  let head: Uint8Array = new Uint8Array(0);
  async function* body(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      if (head.length < maxBytes) {
        const longer = new Uint8Array(Math.min(maxBytes, head.length + chunk.length));
        longer.set(head);
        longer.set(chunk.subarray(0, longer.length - head.length), head.length);
        head = longer;
      }
      yield chunk;
    }
  }
  return { body: body(), head: () => head };
}
