import { DicomError } from '../dicom-error.ts';
import type { FramePixels, PixelArray } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';
import type { Codecs } from './codecs.ts';
import { withEndMarker } from './end-marker.ts';
import { decodeJpeg } from './jpeg/decode-jpeg.ts';
import { type JpegHeader, readJpegHeader } from './jpeg/segments.ts';
import { clampToStored, toStoredValues } from './stored-values.ts';
import { wasmDecode } from './wasm-decode.ts';

/**
 * Decodes a frame of JPEG, whatever process the stream turns out to use: transfer syntaxes are confused in real files,
 * and the stream's own header is what its bytes obey.
 *
 * @param keepsYbr whether YCbCr stays what it is where the description says YBR_FULL or YBR_FULL_422
 * @throws DicomError decode_failed where the stream is damaged or is not the image that the description announces
 */
export async function decodeJpegFrame(
  bytes: Uint8Array,
  description: ImageDescription,
  codecs: Codecs,
  keepsYbr = false,
): Promise<FramePixels> {
  const header = readJpegHeader(bytes);
  checkHeader(header, description);
  const { rows, columns, samplesPerPixel } = description;
  const isLossless = header.process === 3;
  const isColor = samplesPerPixel === 3;
  const isYbr = isColor && !isLossless && isYcbcr(header, description);
  const staysYbr = keepsYbr && isYbr && description.photometricInterpretation.startsWith('YBR_FULL');
  if (header.precision === 8 && !isLossless && description.bitsAllocated === 8) {
    const stream = withEndMarker(bytes);
    const { bytes: data } = await wasmDecode(
      codecs,
      'libjpegTurbo8',
      (module) => new module.JPEGDecoder(),
      staysYbr ? withoutTransform(stream) : withColorMarker(stream, header, isColor && !isYbr),
      description,
    );
    const color = staysYbr ? 'YBR_FULL' : 'RGB';
    const photometricInterpretation = isColor ? color : greyOf(description);
    return {
      rows,
      columns,
      samplesPerPixel,
      photometricInterpretation,
      data: toStoredValues(data, description, 8),
    };
  }
  return {
    rows,
    columns,
    samplesPerPixel,
    photometricInterpretation: isColor ? colorOf(description, isLossless, isYbr) : greyOf(description),
    data: storedValues(decodeJpeg(bytes, header), header, description, isLossless),
  };
}

/** A process with the cosine transform gives numbers; a lossless one gives back the bits that went in. */
function storedValues(
  cells: PixelArray,
  header: JpegHeader,
  description: ImageDescription,
  isLossless: boolean,
): PixelArray {
  const isUnsigned = description.pixelRepresentation === 0;
  const isLowest = description.highBit === description.bitsStored - 1;
  return !isLossless && isUnsigned && isLowest
    ? clampToStored(cells, description)
    : toStoredValues(cells, description, header.precision);
}

/** Before anything is allocated: the sizes of the stream decide how much memory decoding takes. */
function checkHeader(header: JpegHeader, description: ImageDescription): void {
  const isAsDescribed =
    header.rows === description.rows &&
    header.columns === description.columns &&
    header.components.length === description.samplesPerPixel &&
    header.precision >= 2 &&
    header.precision <= 16 &&
    header.precision <= description.bitsAllocated;
  if (!isAsDescribed || description.float !== undefined) throw new DicomError('decode_failed');
}

/**
 * Whether the samples of a DCT stream are YCbCr. What the stream says of itself outweighs the data set, which is wrong
 * more often: Adobe and JFIF markers, component letters, subsampling (which RGB never has). Only then PS3.3 C.7.6.3.1.2.
 */
function isYcbcr(header: JpegHeader, description: ImageDescription): boolean {
  if (header.isJfif) return true;
  if (header.adobeTransform !== undefined) return header.adobeTransform !== 0;
  if (header.components.map(({ id }) => String.fromCharCode(id)).join('') === 'RGB') return false;
  const [first] = header.components;
  const isSubsampled = header.components.some(
    (c) => c.horizontal !== first?.horizontal || c.vertical !== first.vertical,
  );
  return isSubsampled || description.photometricInterpretation !== 'RGB';
}

function colorOf(description: ImageDescription, isLossless: boolean, isYbr: boolean): 'RGB' | 'YBR_FULL' {
  // The lossless process has no colour transformation: the data set tells what went in.
  const isYbrFull = isLossless ? description.photometricInterpretation.startsWith('YBR_FULL') : isYbr;
  return isYbrFull ? 'YBR_FULL' : 'RGB';
}

function greyOf({
  photometricInterpretation: name,
}: ImageDescription): 'MONOCHROME1' | 'MONOCHROME2' | 'PALETTE COLOR' {
  if (name === 'MONOCHROME1' || name === 'MONOCHROME2' || name === 'PALETTE COLOR') return name;
  throw new DicomError('bad_image_attributes');
}

/** libjpeg guesses YCbCr where a stream is silent; an Adobe marker with transform 0 says RGB. */
function withColorMarker(bytes: Uint8Array, header: JpegHeader, isRgb: boolean): Uint8Array {
  if (!isRgb || header.adobeTransform !== undefined || header.isJfif) return bytes;
  return markedRgb(bytes);
}

const APP0 = 0xe0;
const APP14 = 0xee;
const APP15 = 0xef;
const START_OF_SCAN = 0xda;

/** libjpeg leaves the samples alone where a stream says RGB: what says otherwise (JFIF, Adobe) is made unknown to it. */
function withoutTransform(bytes: Uint8Array): Uint8Array {
  const out = markedRgb(bytes);
  // Behind SOI and the marker just put in.
  let at = 18;
  while (out[at] === 0xff && out[at + 1] !== START_OF_SCAN) {
    if (out[at + 1] === APP0 || out[at + 1] === APP14) out[at + 1] = APP15;
    at += out[at + 1] === 0xff ? 1 : 2 + (((out[at + 2] ?? 0) << 8) | (out[at + 3] ?? 0));
  }
  return out;
}

/** With an Adobe marker of transform 0 in front. */
function markedRgb(bytes: Uint8Array): Uint8Array {
  const adobe = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0];
  const out = new Uint8Array(bytes.length + adobe.length);
  out.set(bytes.subarray(0, 2));
  out.set(adobe, 2);
  out.set(bytes.subarray(2), 2 + adobe.length);
  return out;
}
