import { describe, expect, it } from 'vitest';
import { nodeCodecs } from './node-codecs.ts';

describe('nodeCodecs', () => {
  const codecs = nodeCodecs();

  it.each([
    ['openjpeg', 'J2KDecoder'],
    ['openjph', 'HTJ2KDecoder'],
    ['charls', 'JpegLSDecoder'],
    ['libjpegTurbo8', 'JPEGDecoder'],
    ['libjxl', 'JpegXLDecoder'],
  ] as const)('finds %s in node_modules, with its WebAssembly', async (name, decoder) => {
    expect(await codecs.get(name)).toHaveProperty(decoder);
  });
});
