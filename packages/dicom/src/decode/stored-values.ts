import type { PixelArray } from '../image/frame-pixels.ts';
import type { ImageDescription } from '../image/image-description.ts';

type Layout = Pick<ImageDescription, 'bitsAllocated' | 'bitsStored' | 'highBit' | 'pixelRepresentation'>;

/**
 * Makes stored values of pixel cells: takes BitsStored bits below HighBit and extends the sign, PS3.5 8.1.1. Whatever
 * else is in the cell (overlays of old files) is dropped.
 *
 * @param cells unsigned or signed cells of the allocated size; may be changed or become the result
 * @param precision bits that the codestream has, where it has a say: the sign bit of a signed image lies no higher
 */
export function toStoredValues(cells: PixelArray, layout: Layout, precision = layout.bitsStored): PixelArray {
  const shiftDown = layout.highBit + 1 - layout.bitsStored;
  const bits = shiftDown === 0 ? Math.min(precision, layout.bitsStored) : layout.bitsStored;
  const isSigned = layout.pixelRepresentation === 1;
  const values = retyped(cells, layout.bitsAllocated, isSigned);
  if (shiftDown === 0 && bits >= values.BYTES_PER_ELEMENT * 8) return values;
  const unused = 32 - bits;
  for (let i = 0; i < values.length; i++) {
    const top = ((values[i] ?? 0) >> shiftDown) << unused;
    values[i] = isSigned ? top >> unused : top >>> unused;
  }
  return values;
}

/**
 * Makes stored values of what a lossy codec gives: numbers, not bits. A transform overshoots at sharp edges, and where
 * the codestream is deeper than BitsStored nothing has cut that off yet; taking the low bits would turn the brightest
 * pixel black.
 */
export function clampToStored(cells: PixelArray, layout: Layout): PixelArray {
  const isSigned = layout.pixelRepresentation === 1;
  const least = isSigned ? -(2 ** (layout.bitsStored - 1)) : 0;
  const most = 2 ** (layout.bitsStored - (isSigned ? 1 : 0)) - 1;
  const values = retyped(cells, layout.bitsAllocated, isSigned);
  for (let i = 0; i < values.length; i++) values[i] = Math.min(most, Math.max(least, values[i] ?? 0));
  return values;
}

/** The same bits in the array type that the description calls for; copied only where the width differs. */
function retyped(cells: PixelArray, bitsAllocated: number, isSigned: boolean): PixelArray {
  const type = arrayType(bitsAllocated, isSigned);
  if (cells instanceof type) return cells;
  if (cells.BYTES_PER_ELEMENT === type.BYTES_PER_ELEMENT) {
    return new type(cells.buffer as ArrayBuffer, cells.byteOffset, cells.length); // decoders never use shared memory
  }
  return type.from(cells);
}

function arrayType(bitsAllocated: number, isSigned: boolean) {
  if (bitsAllocated <= 8) return isSigned ? Int8Array : Uint8Array;
  if (bitsAllocated === 16) return isSigned ? Int16Array : Uint16Array;
  return isSigned ? Int32Array : Uint32Array;
}

/**
 * Little- or big-endian bytes as numbers. Nothing is checked.
 *
 * @param givesBytes whether the caller has no more use for them: then they become the result where they are aligned, and
 *   are copied only where they are not. Otherwise always copied.
 */
export function readCells(
  bytes: Uint8Array,
  cellBytes: 1 | 2 | 4,
  isBigEndian: boolean,
  givesBytes = false,
): PixelArray {
  const isUsable = givesBytes && bytes.byteOffset % cellBytes === 0;
  // Not slice(): of a Node Buffer that is a view of shared, unaligned memory.
  const copy = isUsable ? bytes : new Uint8Array(bytes);
  if (isBigEndian) swapInPlace(copy, cellBytes);
  if (cellBytes === 1) return copy;
  const length = Math.floor(copy.length / cellBytes);
  return cellBytes === 2
    ? new Uint16Array(copy.buffer, copy.byteOffset, length)
    : new Uint32Array(copy.buffer, copy.byteOffset, length);
}

/** Reverses the bytes of every cell. */
export function swapInPlace(bytes: Uint8Array, cellBytes: number): void {
  if (cellBytes === 1) return;
  for (let at = 0; at + cellBytes <= bytes.length; at += cellBytes) {
    bytes.subarray(at, at + cellBytes).reverse();
  }
}
