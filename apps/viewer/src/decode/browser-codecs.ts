import { createCodecs, type Codecs } from '@sightline/dicom/decode';
import charlsWasm from '@cornerstonejs/codec-charls/decodewasm?url';
import turboWasm from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm?url';
import libjxlWasm from '@cornerstonejs/codec-libjxl/decodewasm?url';
import openjpegWasm from '@cornerstonejs/codec-openjpeg/decodewasm?url';
import openjphWasm from '@cornerstonejs/codec-openjph/wasm?url';

/** What Emscripten takes: where its WebAssembly is, and nowhere to complain about damaged images. */
function options(wasmUrl: string) {
  const silent = (): void => {};
  return { locateFile: () => wasmUrl, print: silent, printErr: silent };
}

/** The codecs of a worker. Each is fetched when the first image needs it. */
export function browserCodecs(): Codecs {
  return createCodecs({
    openjpeg: async () =>
      (await import('@cornerstonejs/codec-openjpeg/decodewasmjs')).default(options(openjpegWasm)),
    openjph: async () => (await import('@cornerstonejs/codec-openjph/wasmjs')).default(options(openjphWasm)),
    charls: async () =>
      (await import('@cornerstonejs/codec-charls/decodewasmjs')).default(options(charlsWasm)),
    libjpegTurbo8: async () =>
      (await import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs')).default(options(turboWasm)),
    libjxl: async () =>
      (await import('@cornerstonejs/codec-libjxl/decodewasmjs')).default(options(libjxlWasm)),
  });
}
