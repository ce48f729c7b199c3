import { createRequire } from 'node:module';
import { type Codecs, createCodecs } from '@sightline/dicom/decode';

const require = createRequire(import.meta.url);

/** The codecs of `@sightline/dicom/decode` from node_modules. Each WebAssembly module loads when first needed. */
export function nodeCodecs(): Codecs {
  return createCodecs({
    openjpeg: () => instantiate('@cornerstonejs/codec-openjpeg/decodewasmjs'),
    openjph: () => instantiate('@cornerstonejs/codec-openjph/wasmjs'),
    charls: () => instantiate('@cornerstonejs/codec-charls/decodewasmjs'),
    libjpegTurbo8: () => instantiate('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'),
  });
}

/** The packages are CommonJS without types: a function that makes a module and finds its .wasm file itself. */
function instantiate<Module>(specifier: string): Promise<Module> {
  const factory = require(specifier) as (options: object) => Promise<Module>; // as its documentation has it
  // Otherwise codecs write about damaged images on the console.
  return factory({ print: () => {}, printErr: () => {} });
}
