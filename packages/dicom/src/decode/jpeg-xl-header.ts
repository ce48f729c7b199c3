import { DicomError } from '../dicom-error.ts';

/**
 * The size that a JPEG XL stream announces, ISO/IEC 18181-1 annex D.2, bare or in its box container.
 * @throws DicomError decode_failed where it is neither
 */
export function readJpegXlSize(bytes: Uint8Array): { readonly columns: number; readonly rows: number } {
  const read = bitReader(bytes, codestreamStart(bytes) + 2);
  const isSmall = read(1) === 1;
  const side = (): number => (isSmall ? (read(5) + 1) * 8 : 1 + read([9, 13, 18, 30][read(2)] ?? 30));
  const rows = side();
  const ratio = ratios[read(3)];
  return { rows, columns: ratio === undefined ? side() : Math.floor((rows * ratio[0]) / ratio[1]) };
}

/** Width to height; the first has none and states the width. */
const ratios: readonly (readonly [number, number] | undefined)[] = [
  undefined,
  [1, 1],
  [12, 10],
  [4, 3],
  [3, 2],
  [16, 9],
  [5, 4],
  [2, 1],
];

/** A stream begins with FF 0A; in a container it is the content of a box `jxlc`, or of the first `jxlp`. */
function codestreamStart(bytes: Uint8Array): number {
  const isStart = (at: number): boolean => bytes[at] === 0xff && bytes[at + 1] === 0x0a;
  if (isStart(0)) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 16 <= bytes.length) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    // A partial stream begins with its number.
    const content = at + (length === 1 ? 16 : 8) + (type === 'jxlp' ? 4 : 0);
    if ((type === 'jxlc' || type === 'jxlp') && isStart(content)) return content;
    if (length < 8) break;
    at += length;
  }
  throw new DicomError('decode_failed');
}

/** Least significant bit first, ISO/IEC 18181-1 annex B.2. Behind the end there are zeros: a size that will not match. */
function bitReader(bytes: Uint8Array, start: number): (count: number) => number {
  let bit = start * 8;
  return (count) => {
    let value = 0;
    for (let i = 0; i < count; i++, bit++) value += (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1) * 2 ** i;
    return value;
  };
}
