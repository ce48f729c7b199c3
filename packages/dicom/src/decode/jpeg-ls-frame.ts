import { DicomError } from '../dicom-error.ts';
import type { FramePixels } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';
import type { Codecs } from './codecs.ts';
import { withEndMarker } from './end-marker.ts';
import { decodedColor, interleavePlanes } from './sample-order.ts';
import { readCells, toStoredValues } from './stored-values.ts';
import { wasmDecode } from './wasm-decode.ts';

/** SOF55, ITU-T T.87 C.2.2. */
const FRAME_HEADER = 0xf7;

/**
 * Decodes a frame of JPEG-LS, lossless or near-lossless.
 * @throws DicomError decode_failed
 */
export async function decodeJpegLsFrame(
  bytes: Uint8Array,
  description: ImageDescription,
  codecs: Codecs,
): Promise<FramePixels> {
  checkHeader(bytes, description);
  let isByPlane = false;
  const { info, bytes: decoded } = await wasmDecode(
    codecs,
    'charls',
    (module) => new module.JpegLSDecoder(),
    withEndMarker(bytes),
    description,
    (decoder) => {
      const mode = decoder.getInterleaveMode();
      isByPlane = (typeof mode === 'number' ? mode : mode.value) === 0;
    },
  );
  const { rows, columns, samplesPerPixel } = description;
  const cells = readCells(decoded, info.bitsPerSample <= 8 ? 1 : 2, false);
  return {
    rows,
    columns,
    samplesPerPixel,
    photometricInterpretation: decodedColor(description),
    data: toStoredValues(
      isByPlane ? interleavePlanes(cells, samplesPerPixel) : cells,
      description,
      info.bitsPerSample,
    ),
  };
}

/** Sizes are compared before the codec allocates by them. */
function checkHeader(bytes: Uint8Array, description: ImageDescription): void {
  const at = frameHeader(bytes);
  const word = (offset: number): number => ((bytes[at + offset] ?? 0) << 8) | (bytes[at + offset + 1] ?? 0);
  const precision = bytes[at + 4] ?? 0;
  const isAsDescribed =
    precision <= description.bitsAllocated &&
    word(5) === description.rows &&
    word(7) === description.columns &&
    bytes[at + 9] === description.samplesPerPixel;
  if (!isAsDescribed || description.float !== undefined) throw new DicomError('decode_failed');
}

function frameHeader(bytes: Uint8Array): number {
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    if (bytes[at + 1] === FRAME_HEADER) return at;
    at += bytes[at + 1] === 0xff ? 1 : 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }
  throw new DicomError('decode_failed');
}
