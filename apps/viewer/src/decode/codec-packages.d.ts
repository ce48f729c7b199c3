/** The codec packages bring no types. Each exports one Emscripten factory. */
interface EmscriptenOptions {
  locateFile(): string;
  print(text: string): void;
  printErr(text: string): void;
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  import type { OpenjpegModule } from '@sightline/dicom/decode';
  const create: (options: EmscriptenOptions) => Promise<OpenjpegModule>;
  export default create;
}
declare module '@cornerstonejs/codec-openjph/wasmjs' {
  import type { OpenjphModule } from '@sightline/dicom/decode';
  const create: (options: EmscriptenOptions) => Promise<OpenjphModule>;
  export default create;
}
declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  import type { CharlsModule } from '@sightline/dicom/decode';
  const create: (options: EmscriptenOptions) => Promise<CharlsModule>;
  export default create;
}
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  import type { LibjpegTurboModule } from '@sightline/dicom/decode';
  const create: (options: EmscriptenOptions) => Promise<LibjpegTurboModule>;
  export default create;
}
declare module '@cornerstonejs/codec-libjxl/decodewasmjs' {
  import type { LibjxlModule } from '@sightline/dicom/decode';
  const create: (options: EmscriptenOptions) => Promise<LibjxlModule>;
  export default create;
}
