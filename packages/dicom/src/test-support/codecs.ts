import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Codecs, createCodecs } from '../decode/codecs.ts';

/** The codecs as Node finds them, for the tests of this package; the gateway and the viewer have loaders of their own. */
export function testCodecs(): Codecs {
  return createCodecs({
    openjpeg: () => instantiate('@cornerstonejs/codec-openjpeg/decodewasmjs'),
    openjph: () => instantiate('@cornerstonejs/codec-openjph/wasmjs'),
    charls: () => instantiate('@cornerstonejs/codec-charls/decodewasmjs'),
    libjpegTurbo8: () => instantiate('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'),
    libjxl: () =>
      instantiate('@cornerstonejs/codec-libjxl/decodewasmjs', '@cornerstonejs/codec-libjxl/decodewasm'),
  });
}

/** Makes an instance of an Emscripten module; also of those with encoders. */
export function instantiate<Module>(specifier: string, wasm?: string): Promise<Module> {
  type Factory = (options: object) => Promise<Module>;
  const require = createRequire(import.meta.url);
  const exported = require(specifier) as Factory | { default: Factory }; // untyped packages, the newest an ES module
  const factory = typeof exported === 'function' ? exported : exported.default;
  const wasmBinary = wasm && readFileSync(require.resolve(wasm));
  return factory({ print: () => {}, printErr: () => {}, ...(wasmBinary && { wasmBinary }) });
}
