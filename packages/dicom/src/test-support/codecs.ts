import { createRequire } from 'node:module';
import { type Codecs, createCodecs } from '../decode/codecs.ts';

/** The codecs as Node finds them, for the tests of this package; the gateway and the viewer have loaders of their own. */
export function testCodecs(): Codecs {
  return createCodecs({
    openjpeg: () => instantiate('@cornerstonejs/codec-openjpeg/decodewasmjs'),
    openjph: () => instantiate('@cornerstonejs/codec-openjph/wasmjs'),
    charls: () => instantiate('@cornerstonejs/codec-charls/decodewasmjs'),
    libjpegTurbo8: () => instantiate('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'),
  });
}

/** Makes an instance of an Emscripten module; also of those with encoders. */
export function instantiate<Module>(specifier: string): Promise<Module> {
  const factory = createRequire(import.meta.url)(specifier) as (options: object) => Promise<Module>; // untyped package
  return factory({ print: () => {}, printErr: () => {} });
}
