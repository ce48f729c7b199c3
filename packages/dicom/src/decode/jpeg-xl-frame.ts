import { DicomError } from '../dicom-error.ts';
import type { FramePixels } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';
import type { Codecs } from './codecs.ts';
import { readJpegXlSize } from './jpeg-xl-header.ts';
import { decodedColor } from './sample-order.ts';
import { readCells, toStoredValues } from './stored-values.ts';
import { wasmDecode } from './wasm-decode.ts';

/**
 * Decodes a frame of JPEG XL, also one that holds a recompressed JPEG.
 * @throws DicomError decode_failed
 */
export async function decodeJpegXlFrame(
  bytes: Uint8Array,
  description: ImageDescription,
  codecs: Codecs,
): Promise<FramePixels> {
  const { rows, columns, samplesPerPixel } = description;
  const size = readJpegXlSize(bytes);
  if (size.rows !== rows || size.columns !== columns || description.float !== undefined) {
    throw new DicomError('decode_failed');
  }
  const frame = await wasmDecode(
    codecs,
    'libjxl',
    (module) => new module.JpegXLDecoder(),
    bytes,
    description,
  );
  const precision = frame.info.bitsPerSample;
  if (precision > description.bitsAllocated) throw new DicomError('decode_failed');
  return {
    rows,
    columns,
    samplesPerPixel,
    // The codec undoes whatever colour transformation the stream has.
    photometricInterpretation: samplesPerPixel === 3 ? 'RGB' : decodedColor(description),
    data: toStoredValues(readCells(frame.bytes, precision <= 8 ? 1 : 2, false), description, precision),
  };
}
