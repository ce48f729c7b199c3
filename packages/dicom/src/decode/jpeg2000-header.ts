import { DicomError } from '../dicom-error.ts';

/** The main header of a JPEG 2000 codestream, ITU-T T.800 annex A. */
export interface Jpeg2000Header {
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
  readonly precision: number;
  readonly isSigned: boolean;
  /** Components 0 to 2 were transformed (RCT or ICT), so that decoding gives RGB. */
  readonly hasColorTransform: boolean;
  /** The 9-7 wavelet, which rounds: the result is near the original, on either side of it. */
  readonly isIrreversible: boolean;
  /** Where the codestream begins: behind boxes, in files that wrap it in JP2. */
  readonly start: number;
}

const SIZ = 0xff51;
const COD = 0xff52;
const SOT = 0xff90;

/**
 * Reads the header and follows the tile-parts to the end.
 *
 * OpenJPEG makes a picture of a stream that was cut, less sharp or partly empty; nobody could tell it from a real one, so
 * a tile-part that reaches beyond the end is refused here. So is a stream that lacks a tile or a part of one: both codecs
 * leave its place grey.
 *
 * @throws DicomError decode_failed
 */
export function readJpeg2000Header(bytes: Uint8Array): Jpeg2000Header {
  const start = codestreamStart(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: { size?: SizeHeader; coding?: CodingHeader } = {};
  let at = start + 2;
  while (at + 4 <= bytes.length) {
    const marker = view.getUint16(at);
    const length = view.getUint16(at + 2);
    if (marker === SOT) {
      const { size, coding } = found;
      if (!size || !coding) return fail();
      const { tiles, ...header } = size;
      checkTileParts(view, at, tiles);
      return { ...header, ...coding, start };
    }
    if (marker < 0xff00 || length < 2 || at + 2 + length > bytes.length) return fail();
    if (marker === SIZ) found.size = readSize(new DataView(view.buffer, view.byteOffset + at, length + 2));
    if (marker === COD) found.coding = readCoding(view, at, length);
    at += 2 + length;
  }
  return fail();
}

type CodingHeader = Pick<Jpeg2000Header, 'hasColorTransform' | 'isIrreversible'>;
type SizeHeader = Omit<Jpeg2000Header, keyof CodingHeader | 'start'> & {
  /** How many tiles the image is cut into. */
  readonly tiles: number;
};

/** A.6.1: the multiple component transformation, and behind the code-block sizes the wavelet (0 is 9-7). */
function readCoding(view: DataView, at: number, length: number): CodingHeader {
  if (length < 12) return fail();
  return { hasColorTransform: view.getUint8(at + 8) === 1, isIrreversible: view.getUint8(at + 13) === 0 };
}

/** A.5.1. Components of different depth or resolution cannot be the samples of DICOM pixels. */
function readSize(view: DataView): SizeHeader {
  if (view.byteLength < 43) return fail();
  const components = view.getUint16(38);
  if (components < 1 || view.byteLength < 40 + components * 3) return fail();
  const depth = view.getUint8(40);
  for (let i = 0; i < components; i++) {
    const isAlike = view.getUint8(40 + i * 3) === depth;
    const isFull = view.getUint8(41 + i * 3) === 1 && view.getUint8(42 + i * 3) === 1;
    if (!isAlike || !isFull) return fail();
  }
  return {
    columns: view.getUint32(6) - view.getUint32(14),
    rows: view.getUint32(10) - view.getUint32(18),
    components,
    precision: (depth & 0x7f) + 1,
    isSigned: depth >= 0x80,
    tiles: tilesAlong(view, 6) * tilesAlong(view, 10),
  };
}

/** B.3, equation B-5: from the offset of the first tile to the end of the image. `at`: Xsiz or Ysiz. */
function tilesAlong(view: DataView, at: number): number {
  const [end, tileSize, tileOffset] = [view.getUint32(at), view.getUint32(at + 16), view.getUint32(at + 24)];
  return tileSize === 0 ? fail() : Math.ceil((end - tileOffset) / tileSize);
}

/** A.4.2: each tile-part says its length; 0 reaches to the end of the stream. */
function checkTileParts(view: DataView, first: number, tiles: number): void {
  const parts = new Map<number, { found: number; stated: number }>();
  let at = first;
  while (at + 12 <= view.byteLength && view.getUint16(at) === SOT) {
    const length = view.getUint32(at + 6);
    if (length !== 0 && (length < 14 || at + length > view.byteLength)) fail();
    const tile = view.getUint16(at + 4);
    const { found, stated } = parts.get(tile) ?? { found: 0, stated: 0 };
    // How many parts the tile has; 0 where another part says it.
    parts.set(tile, { found: found + 1, stated: Math.max(stated, view.getUint8(at + 11)) });
    at = length === 0 ? view.byteLength : at + length;
  }
  const isWhole = [...parts.values()].every(({ found, stated }) => found >= stated);
  if (parts.size !== tiles || !isWhole) fail();
  // EOC, or nothing where a writer left it out.
  if (at + 2 <= view.byteLength && view.getUint16(at) !== 0xffd9 && view.getUint16(at) !== 0) fail();
}

/** SOC and SIZ stand together, T.800 A.3. */
function codestreamStart(bytes: Uint8Array): number {
  const isStart = (at: number): boolean =>
    bytes[at] === 0xff && bytes[at + 1] === 0x4f && bytes[at + 2] === 0xff && bytes[at + 3] === 0x51;
  if (isStart(0)) return 0;
  const BOXES_AT_MOST = 4096;
  for (let at = 1; at < Math.min(BOXES_AT_MOST, bytes.length - 4); at++) {
    if (isStart(at)) return at;
  }
  return fail();
}

function fail(): never {
  throw new DicomError('decode_failed');
}
