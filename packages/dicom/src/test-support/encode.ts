import { instantiate } from './codecs.ts';

export interface EncodedImage {
  readonly columns: number;
  readonly rows: number;
  readonly components: 1 | 3;
  readonly bits: number;
  readonly isSigned?: boolean;
  /** Samples of a pixel side by side, in cells of one or two bytes. */
  readonly data: Uint8Array | Uint16Array | Int16Array;
}

interface Encoder {
  getDecodedBuffer(info: object): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  encode(): void;
  setQuality(...settings: (boolean | number)[]): void;
  setInterleaveMode(mode: number): void;
  setLossless(is: boolean): void;
  setNearLossless(most: number): void;
  setProgressive(is: boolean): void;
  setSubSampling(mode: number): void;
  setTileSize(size: { readonly width: number; readonly height: number }): void;
  delete(): void;
}

const packages = {
  openjpeg: ['codec-openjpeg', 'J2KEncoder'],
  openjph: ['codec-openjph', 'HTJ2KEncoder'],
  charls: ['codec-charls', 'JpegLSEncoder'],
  libjpegTurbo8: ['codec-libjpeg-turbo-8bit', 'JPEGEncoder'],
  libjxl: ['codec-libjxl', 'JpegXLEncoder'],
} as const;

/** Encodes with the codec packages' own encoders, which are nobody's decoder of ours. Small synthetic images only. */
export async function encode(
  codec: keyof typeof packages,
  image: EncodedImage,
  configure: (encoder: Encoder) => void = () => {},
): Promise<Uint8Array> {
  const [name, type] = packages[codec];
  const isJpegXl = codec === 'libjxl';
  const module = await instantiate<Record<typeof type, new () => Encoder>>(
    `@cornerstonejs/${name}/${isJpegXl ? 'encodewasmjs' : 'wasmjs'}`,
    isJpegXl ? `@cornerstonejs/${name}/encodewasm` : undefined,
  );
  const encoder = new module[type]();
  const buffer = encoder.getDecodedBuffer({
    width: image.columns,
    height: image.rows,
    bitsPerSample: image.bits,
    componentCount: image.components,
    isSigned: image.isSigned ?? false,
    isUsingColorTransform: image.components === 3,
  });
  buffer.set(new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength));
  configure(encoder);
  encoder.encode();
  const bytes = encoder.getEncodedBuffer().slice();
  encoder.delete();
  return bytes;
}
