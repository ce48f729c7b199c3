import { DicomError } from '../dicom-error.ts';
import type { FramePixels, PixelArray } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';
import type { Codecs } from './codecs.ts';
import { type Jpeg2000Header, readJpeg2000Header } from './jpeg2000-header.ts';
import { decodedColor } from './sample-order.ts';
import { clampToStored, readCells, toStoredValues } from './stored-values.ts';
import { type WasmFrame, wasmDecode } from './wasm-decode.ts';

/**
 * Decodes a frame of JPEG 2000 (`openjpeg`) or High-Throughput JPEG 2000 (`openjph`).
 * @throws DicomError decode_failed
 */
export async function decodeJpeg2000Frame(
  bytes: Uint8Array,
  description: ImageDescription,
  codecs: Codecs,
  codec: 'openjpeg' | 'openjph',
): Promise<FramePixels> {
  const header = readJpeg2000Header(bytes);
  checkHeader(header, description);
  const codestream = bytes.subarray(header.start);
  const frame =
    codec === 'openjpeg'
      ? await wasmDecode(codecs, codec, (module) => new module.J2KDecoder(), codestream, description)
      : await wasmDecode(codecs, codec, (module) => new module.HTJ2KDecoder(), codestream, description);
  const { rows, columns, samplesPerPixel } = description;
  return {
    rows,
    columns,
    samplesPerPixel,
    photometricInterpretation: header.hasColorTransform ? 'RGB' : decodedColor(description),
    data: storedValues(frame, header, description),
  };
}

function checkHeader(header: Jpeg2000Header, description: ImageDescription): void {
  const isAsDescribed =
    header.columns === description.columns &&
    header.rows === description.rows &&
    header.components === description.samplesPerPixel &&
    header.precision <= description.bitsAllocated &&
    (header.components === 3 || !header.hasColorTransform);
  if (!isAsDescribed || description.float !== undefined) throw new DicomError('decode_failed');
}

/**
 * Codestream and data set may disagree about the sign. The bits are the truth and Pixel Representation says how to read
 * them; only where the codestream is unsigned and narrower does its top bit become the sign.
 */
function storedValues(
  { info, bytes }: WasmFrame,
  header: Jpeg2000Header,
  description: ImageDescription,
): PixelArray {
  const cellBytes = info.bitsPerSample <= 8 ? 1 : info.bitsPerSample <= 16 ? 2 : 4;
  const cells = readCells(bytes, cellBytes, false);
  const isNumber = header.isIrreversible && header.isSigned === (description.pixelRepresentation === 1);
  const signed = header.isSigned && cellBytes * 8 < description.bitsAllocated ? asSigned(cells) : cells;
  if (isNumber && description.highBit === description.bitsStored - 1)
    return clampToStored(signed, description);
  return toStoredValues(signed, description, header.isSigned ? description.bitsStored : header.precision);
}

/** So that widening to the allocated size keeps the sign. */
function asSigned(cells: PixelArray): PixelArray {
  const { buffer, byteOffset, length, BYTES_PER_ELEMENT } = cells;
  if (BYTES_PER_ELEMENT === 1) return new Int8Array(buffer as ArrayBuffer, byteOffset, length); // made by readCells
  return new Int16Array(buffer as ArrayBuffer, byteOffset, length); // as above
}
