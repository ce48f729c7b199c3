import { createLru } from '../lru.ts';

/** A metadata answer, put together. */
export interface MetadataBody {
  /** Of the study, when the answer was put together. */
  readonly version: number;
  readonly etag: string;
  /** Of XML: what stands between the parts. */
  readonly boundary: string;
  readonly bytes: Uint8Array;
}

/** Answers that were asked for last, by what was asked. What is in them is true for one version of the study only. */
export interface MetadataMemory {
  /** Undefined: not remembered, or the study has changed since. */
  get(key: string, version: number): MetadataBody | undefined;
  set(key: string, body: MetadataBody): void;
}

/** About the metadata of 300 series as gzip. */
const MAX_BYTES = 32 * 1024 ** 2;
/** A longer answer would drive out many that are asked for more often. */
export const MAX_BODY_BYTES = 8 * 1024 ** 2;

export function createMetadataMemory(): MetadataMemory {
  const bodies = createLru<MetadataBody>(MAX_BYTES, ({ bytes }) => bytes.length);
  return {
    get(key, version) {
      const known = bodies.get(key);
      return known?.version === version ? known : undefined;
    },
    set(key, body) {
      if (body.bytes.length <= MAX_BODY_BYTES) bodies.set(key, body);
    },
  };
}
