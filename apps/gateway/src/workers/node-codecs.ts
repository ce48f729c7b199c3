import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Codecs, createCodecs, type LibjxlModule } from '@sightline/dicom/decode';

const require = createRequire(import.meta.url);

/** The codecs of `@sightline/dicom/decode` from node_modules. Each WebAssembly module loads when first needed. */
export function nodeCodecs(): Codecs {
  return createCodecs({
    openjpeg: () => instantiate('@cornerstonejs/codec-openjpeg/decodewasmjs'),
    openjph: () => instantiate('@cornerstonejs/codec-openjph/wasmjs'),
    charls: () => instantiate('@cornerstonejs/codec-charls/decodewasmjs'),
    libjpegTurbo8: () => instantiate('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'),
    libjxl,
  });
}

type Factory<Module> = (options: object) => Promise<Module>;

/**
 * Otherwise codecs write about damaged images on the console. A new object each time: Emscripten makes it the module.
 */
const silent = () => ({ print: () => {}, printErr: () => {} });

/** The packages are CommonJS without types: a function that makes a module and finds its .wasm file itself. */
function instantiate<Module>(specifier: string): Promise<Module> {
  const factory = require(specifier) as Factory<Module>; // as its documentation has it
  return factory(silent());
}

/** This one is an ES module built for the browser, and has to be handed its WebAssembly. */
async function libjxl(): Promise<LibjxlModule> {
  const exported = require('@cornerstonejs/codec-libjxl/decodewasmjs') as { default: Factory<LibjxlModule> }; // as above
  const wasmBinary = await readFile(require.resolve('@cornerstonejs/codec-libjxl/decodewasm'));
  return exported.default({ ...silent(), wasmBinary });
}
