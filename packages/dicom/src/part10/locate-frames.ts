import { DicomError } from '../dicom-error.ts';
import type { PixelCoding } from '../transfer-syntax.ts';
import type { ByteWindow } from './byte-window.ts';
import type { ByteRange, Fragments } from './fragments.ts';

/** The extended offset table, PS3.3 C.7.6.3.1.8: where its two values lie. */
export interface ExtendedOffsetTable {
  readonly offsets: ByteRange;
  readonly lengths: ByteRange | undefined;
}

export interface LocatedFrames {
  readonly frames: readonly (readonly ByteRange[])[];
  readonly warnings: readonly ('offsetTable' | 'frameCount' | 'pixelDataTruncated')[];
}

type Frame = readonly ByteRange[];

/** Syntaxes whose every frame is one fragment, PS3.5 A.4.2 and A.4.13. */
const oneFragmentEach: ReadonlySet<PixelCoding> = new Set(['rle', 'deflated-frame', 'native']);

/**
 * Which fragments make which frame, PS3.5 A.4: by the extended offset table, the basic one, or, where neither is
 * there or fits, by count and by the markers that a coded frame starts with. A video is one stream, whatever its
 * number of frames: its index has one entry. A frame cut by the end of the file is left out.
 */
export function locateFrames(
  window: ByteWindow,
  data: Fragments,
  count: number,
  family: PixelCoding,
  extended: ExtendedOffsetTable | undefined,
): LocatedFrames {
  const warnings = new Set<LocatedFrames['warnings'][number]>();
  if (data.isTruncated) warnings.add('pixelDataTruncated');
  const expected = family === 'video' ? 1 : count;
  const tabled = family === 'video' ? undefined : byTables(window, data, expected, extended);
  if (tabled === 'unfit') warnings.add('offsetTable');
  let frames =
    tabled === undefined || tabled === 'unfit' ? byFragments(window, data, expected, family) : tabled;
  if (data.hasCutFragment) frames = frames.slice(0, -1);
  if (frames.length !== expected && !data.isTruncated) warnings.add('frameCount');
  return { frames: frames.slice(0, expected), warnings: [...warnings] };
}

function byTables(
  window: ByteWindow,
  data: Fragments,
  count: number,
  extended: ExtendedOffsetTable | undefined,
): Frame[] | 'unfit' | undefined {
  if (extended) {
    const frames = byExtendedTable(window, data, count, extended);
    if (frames) return frames;
  }
  if (data.table.length === 0) return extended ? 'unfit' : undefined;
  if (data.table.length !== count * 4) return 'unfit';
  const view = viewOf(window.bytes(data.table.offset, data.table.length));
  const offsets = Array.from({ length: count }, (_, index) => view.getUint32(index * 4, true));
  return groupByOffsets(data, offsets) ?? 'unfit';
}

function byExtendedTable(
  window: ByteWindow,
  data: Fragments,
  count: number,
  { offsets, lengths }: ExtendedOffsetTable,
): Frame[] | undefined {
  if (offsets.length !== count * 8) return undefined;
  const frames = groupByOffsets(data, uint64s(window, offsets));
  if (!frames || lengths?.length !== count * 8) return frames;
  const sizes = uint64s(window, lengths);
  // The lengths tell the frame's last byte from the padding.
  return frames.map((frame, index) => {
    const [only] = frame;
    const size = sizes[index] ?? 0;
    return frame.length === 1 && only && size > 0 && size <= only.length
      ? [{ ...only, length: size }]
      : frame;
  });
}

function uint64s(window: ByteWindow, range: ByteRange): number[] {
  const view = viewOf(window.bytes(range.offset, range.length));
  return Array.from({ length: range.length / 8 }, (_, index) => Number(view.getBigUint64(index * 8, true)));
}

/** Whatever the bytes are a part of: a caller may hand in Node's Buffers, which share their memory. */
function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Offsets count from the first fragment's item. Undefined when one of them is no fragment's, or they do not rise. */
function groupByOffsets(
  { fragments, isTruncated }: Fragments,
  offsets: readonly number[],
): Frame[] | undefined {
  const base = (fragments[0]?.offset ?? 8) - 8;
  const frames: ByteRange[][] = [];
  for (const fragment of fragments) {
    if (fragment.offset - 8 - base === offsets[frames.length]) frames.push([]);
    const frame = frames.at(-1);
    if (!frame) return undefined;
    frame.push(fragment);
  }
  // Every offset has found its fragment, but for the last ones of a file that was cut.
  return isTruncated || frames.length === offsets.length ? frames : undefined;
}

function byFragments(window: ByteWindow, data: Fragments, count: number, family: PixelCoding): Frame[] {
  const fragments = data.fragments.filter((fragment) => fragment.length > 0);
  if (fragments.length === 0) return [];
  if (count === 1) return [fragments];
  const isOneEach = oneFragmentEach.has(family) || (fragments.length === count && !data.isTruncated);
  const [first] = fragments;
  if (isOneEach || !first || !startsFrame(window, first)) return fragments.map((fragment) => [fragment]);
  const frames: ByteRange[][] = [];
  for (const fragment of fragments) {
    if (startsFrame(window, fragment)) frames.push([]);
    frames.at(-1)?.push(fragment);
  }
  return frames;
}

/** SOI (JPEG, JPEG-LS), SOC (JPEG 2000), the box of a JP2 or JXL file, the start of a bare JPEG XL codestream. */
const startMarkers: readonly (readonly number[])[] = [
  [0xff, 0xd8, 0xff],
  [0xff, 0x4f, 0xff, 0x51],
  [0x00, 0x00, 0x00, 0x0c, 0x6a, 0x50, 0x20, 0x20],
  [0x00, 0x00, 0x00, 0x0c, 0x4a, 0x58, 0x4c, 0x20],
  [0xff, 0x0a],
];

function startsFrame(window: ByteWindow, fragment: ByteRange): boolean {
  const head = window.peek(fragment.offset, Math.min(fragment.length, 8));
  return startMarkers.some((marker) => marker.every((byte, index) => head[index] === byte));
}

/** Refuses what has not one complete frame: a truncated file is not shown as an empty image. */
export function refuseEmpty(frames: number, isTruncated: boolean): void {
  if (frames === 0) throw new DicomError(isTruncated ? 'truncated' : 'bad_image_attributes');
}
