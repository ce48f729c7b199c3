/** The parts of the WebAssembly encoders that are used here; the packages bring no types. */

export interface WasmEncoder {
  /** Reserves memory for the samples and gives a view of it. */
  getDecodedBuffer(info: EncodedFrameInfo): Uint8Array;
  encode(): void;
  /** A view of the module's memory: valid until the next call. */
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

export interface EncodedFrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned: boolean;
  /** Of `openjph` only; `openjpeg` transforms whatever has three components. */
  readonly isUsingColorTransform: boolean;
}

export interface JpegLsEncoder extends WasmEncoder {
  setNearLossless(difference: number): void;
  /** 2: samples of a pixel side by side. */
  setInterleaveMode(mode: number): void;
}

export interface Jpeg2000Encoder extends WasmEncoder {
  setQuality(isLossless: boolean, quantization: number): void;
  setDecompositions(levels: number): void;
}

export interface EncoderModules {
  readonly charls: { readonly JpegLSEncoder: new () => JpegLsEncoder };
  readonly openjpeg: { readonly J2KEncoder: new () => Jpeg2000Encoder };
  readonly openjph: {
    readonly HTJ2KEncoder: new () => Jpeg2000Encoder & { setProgressionOrder(order: number): void };
  };
}

export interface Encoders {
  /** A new instance, or one that encoded before. */
  get<Name extends keyof EncoderModules>(name: Name): Promise<EncoderModules[Name]>;
  /** Forgets a module whose code trapped. */
  discard(name: keyof EncoderModules): void;
}
