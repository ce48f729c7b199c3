/** The parts of the WebAssembly codecs that are used here; the packages bring no types. */

/** One decoder of an Emscripten module. It holds memory of the module until `delete` is called. */
export interface WasmDecoder {
  /** Reserves memory for the encoded bytes and gives a view of it. */
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  /** A view of the module's memory: valid until the next call. */
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): WasmFrameInfo;
  delete(): void;
}

export interface WasmFrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned?: boolean;
}

export interface CharlsDecoder extends WasmDecoder {
  /** 0: by plane; 1 and 2: samples of a pixel side by side. Embind gives a number or an object with one. */
  getInterleaveMode(): number | { readonly value: number };
}

export interface OpenjpegModule {
  readonly J2KDecoder: new () => WasmDecoder;
}
export interface OpenjphModule {
  readonly HTJ2KDecoder: new () => WasmDecoder;
}
export interface CharlsModule {
  readonly JpegLSDecoder: new () => CharlsDecoder;
}
export interface LibjpegTurboModule {
  readonly JPEGDecoder: new () => WasmDecoder;
}

export interface LibjxlModule {
  readonly JpegXLDecoder: new () => WasmDecoder;
}

export interface CodecModules {
  readonly openjpeg: OpenjpegModule;
  readonly openjph: OpenjphModule;
  readonly charls: CharlsModule;
  readonly libjpegTurbo8: LibjpegTurboModule;
  readonly libjxl: LibjxlModule;
}

/**
 * How to make each module: Node and the browser find the WebAssembly differently. Every call makes a new instance, from
 * an options object of its own (Emscripten turns that object into the module) with a `print` and a `printErr` that do
 * nothing: codecs complain about damaged images on the console.
 */
export type CodecLoaders = { readonly [Name in keyof CodecModules]: () => Promise<CodecModules[Name]> };

export interface Codecs {
  /** The module, made when first asked for. A failed attempt is not remembered: a network may come back. */
  get<Name extends keyof CodecModules>(name: Name): Promise<CodecModules[Name]>;
  /** Forgets a module whose code has thrown: its memory may be in any state. */
  discard(name: keyof CodecModules): void;
}

export function createCodecs(load: CodecLoaders): Codecs {
  const modules = new Map<keyof CodecModules, Promise<CodecModules[keyof CodecModules]>>();
  return {
    get(name) {
      const known = modules.get(name);
      if (known !== undefined) return known as ReturnType<(typeof load)[typeof name]>; // stored under this name below
      const made = load[name]();
      modules.set(name, made);
      made.catch(() => modules.delete(name));
      return made;
    },
    discard(name) {
      modules.delete(name);
    },
  };
}
