import { DicomError } from '../dicom-error.ts';
import type { Codecs } from '../decode/codecs.ts';
import { decodeFrame } from '../decode/decode-frame.ts';
import { nativeBytes } from '../decode/native-bytes.ts';
import type { FramePixels } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';
import type { EncodedFrameInfo, Encoders, EncoderModules, WasmEncoder } from './encoders.ts';
import { encodeRle } from './rle-encode.ts';

export interface EncodedFrame {
  readonly bytes: Uint8Array;
  /** As a data set has to name it: YBR_RCT where the codec's own reversible transform was used. */
  readonly photometricInterpretation: FramePixels['photometricInterpretation'] | 'YBR_RCT';
}

/**
 * Compresses a frame without loss, decodes what came of it, and gives it away only where that is the same, bit for bit.
 *
 * @throws DicomError unsupported_transfer_syntax where the syntax cannot hold such samples, or the proof fails
 */
export async function encodeFrame(
  pixels: FramePixels,
  description: ImageDescription,
  transferSyntaxUid: string,
  tools: { readonly encoders: Encoders; readonly codecs: Codecs },
): Promise<EncodedFrame> {
  const raw = nativeBytes(pixels, description);
  const photometricInterpretation =
    transferSyntaxUid === '1.2.840.10008.1.2.4.90' && pixels.photometricInterpretation === 'RGB'
      ? 'YBR_RCT'
      : pixels.photometricInterpretation;
  const bytes = await compressed(raw, { pixels, description, transferSyntaxUid, encoders: tools.encoders });
  const encoded = { ...description, photometricInterpretation, planarConfiguration: 0 } as const;
  const proof = await decodeFrame(bytes, encoded, transferSyntaxUid, tools.codecs);
  if (!isSame(nativeBytes(proof, encoded), raw)) throw new DicomError('unsupported_transfer_syntax');
  return { bytes, photometricInterpretation };
}

interface Encoding {
  readonly pixels: FramePixels;
  readonly description: ImageDescription;
  readonly transferSyntaxUid: string;
  readonly encoders: Encoders;
}

async function compressed(raw: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  const { pixels, description, transferSyntaxUid, encoders } = encoding;
  const { bitsAllocated, float } = description;
  const isRle = transferSyntaxUid === '1.2.840.10008.1.2.5';
  const fits = bitsAllocated === 8 || bitsAllocated === 16 || (isRle && bitsAllocated === 32);
  if (float !== undefined || !fits) throw new DicomError('unsupported_transfer_syntax');
  switch (transferSyntaxUid) {
    case '1.2.840.10008.1.2.5':
      return encodeRle(raw, { ...pixels, cellBytes: bitsAllocated / 8 });
    case '1.2.840.10008.1.2.4.80':
      return wasmEncode(encoders, 'charls', raw, jpegLsInfo(encoding), (module) => {
        const encoder = new module.JpegLSEncoder();
        encoder.setNearLossless(0);
        if (pixels.samplesPerPixel === 3) encoder.setInterleaveMode(2);
        return encoder;
      });
    case '1.2.840.10008.1.2.4.90':
      // It would transform YCbCr once more, and name the result RGB.
      if (pixels.photometricInterpretation === 'YBR_FULL')
        throw new DicomError('unsupported_transfer_syntax');
      return wasmEncode(encoders, 'openjpeg', raw, jpeg2000Info(encoding), (module) => {
        const encoder = losslessly(new module.J2KEncoder());
        // It refuses to halve an image that is one pixel wide.
        encoder.setDecompositions(Math.min(5, Math.floor(Math.log2(Math.min(pixels.rows, pixels.columns)))));
        return encoder;
      });
    case '1.2.840.10008.1.2.4.201':
    case '1.2.840.10008.1.2.4.202':
      return wasmEncode(encoders, 'openjph', raw, jpeg2000Info(encoding), (module) => {
        const encoder = losslessly(new module.HTJ2KEncoder());
        encoder.setProgressionOrder(RPCL);
        return encoder;
      });
    default:
      throw new DicomError('unsupported_transfer_syntax');
  }
}

/** The order that 1.2.840.10008.1.2.4.202 asks for, and .201 allows. */
const RPCL = 2;

function losslessly<Encoder extends { setQuality(isLossless: boolean, quantization: number): void }>(
  encoder: Encoder,
): Encoder {
  encoder.setQuality(true, 0);
  return encoder;
}

const infoOf = ({ pixels }: Encoding): Omit<EncodedFrameInfo, 'bitsPerSample' | 'isSigned'> => ({
  width: pixels.columns,
  height: pixels.rows,
  componentCount: pixels.samplesPerPixel,
  isUsingColorTransform: false,
});

/** JPEG-LS has no sign: negative numbers are the whole word of their two's complement. */
const jpegLsInfo = (encoding: Encoding): EncodedFrameInfo => {
  const { bitsAllocated, bitsStored, highBit, pixelRepresentation } = encoding.description;
  const isPlain = pixelRepresentation === 0 && highBit === bitsStored - 1 && bitsStored >= 2;
  return { ...infoOf(encoding), isSigned: false, bitsPerSample: isPlain ? bitsStored : bitsAllocated };
};

const jpeg2000Info = (encoding: Encoding): EncodedFrameInfo => {
  const { bitsAllocated, bitsStored, highBit, pixelRepresentation } = encoding.description;
  return {
    ...infoOf(encoding),
    isSigned: pixelRepresentation === 1,
    bitsPerSample: highBit === bitsStored - 1 ? bitsStored : bitsAllocated,
  };
};

async function wasmEncode<Name extends keyof EncoderModules, Encoder extends WasmEncoder>(
  encoders: Encoders,
  name: Name,
  raw: Uint8Array,
  info: EncodedFrameInfo,
  create: (module: EncoderModules[Name]) => Encoder,
): Promise<Uint8Array> {
  const module = await encoders.get(name);
  let encoder: Encoder | undefined;
  try {
    encoder = create(module);
    encoder.getDecodedBuffer(info).set(raw);
    encoder.encode();
    const bytes = encoder.getEncodedBuffer().slice();
    encoder.delete();
    return bytes;
  } catch (cause) {
    // Whatever it was, the memory of the module may be in any state.
    encoders.discard(name);
    throw new DicomError('unsupported_transfer_syntax', { cause });
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
