/** The codec packages bring no types. Each exports one Emscripten factory. */
interface EmscriptenOptions {
  locateFile(): string;
  print(text: string): void;
  printErr(text: string): void;
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  const create: (options: EmscriptenOptions) => Promise<import('@sightline/dicom/decode').OpenjpegModule>;
  export default create;
}
declare module '@cornerstonejs/codec-openjph/wasmjs' {
  const create: (options: EmscriptenOptions) => Promise<import('@sightline/dicom/decode').OpenjphModule>;
  export default create;
}
declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  const create: (options: EmscriptenOptions) => Promise<import('@sightline/dicom/decode').CharlsModule>;
  export default create;
}
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  const create: (options: EmscriptenOptions) => Promise<import('@sightline/dicom/decode').LibjpegTurboModule>;
  export default create;
}
declare module '@cornerstonejs/codec-libjxl/decodewasmjs' {
  const create: (options: EmscriptenOptions) => Promise<import('@sightline/dicom/decode').LibjxlModule>;
  export default create;
}
