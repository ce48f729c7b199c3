import { createLru } from './lru.ts';

/** Answers the bytes of a key, loading them once for all who ask at the same time. */
export type FrameCache = (key: string, load: () => Promise<Uint8Array>) => Promise<Uint8Array>;

/**
 * Uncompressed frames that were asked for last, whole, up to so many bytes in all: what several viewports, a second
 * look and a colleague ask for again. Whoever is given the bytes may not change them. A failure is not remembered.
 */
export function createFrameCache(maxBytes: number): FrameCache {
  const frames = createLru<Uint8Array>(maxBytes, ({ length }) => length);
  const loading = new Map<string, Promise<Uint8Array>>();
  return (key, load) => {
    const known = frames.get(key);
    if (known) return Promise.resolve(known);
    const begun = loading.get(key);
    if (begun) return begun;
    const frame = load()
      .then((bytes) => {
        frames.set(key, bytes);
        return bytes;
      })
      .finally(() => loading.delete(key));
    loading.set(key, frame);
    return frame;
  };
}
