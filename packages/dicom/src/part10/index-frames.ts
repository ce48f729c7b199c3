import type { DicomDataset } from '../dicom-json.ts';
import { Tag } from '../tags.ts';
import { transferSyntax } from '../transfer-syntax.ts';
import type { ByteWindow } from './byte-window.ts';
import { type DatasetReader, type PixelElement, pixelTags } from './dataset-reader.ts';
import { ITEM } from './delimiters.ts';
import { readFragments } from './fragments.ts';
import type { FrameIndex, NativeFrames } from './frame-index.ts';
import { locateFrames, refuseEmpty } from './locate-frames.ts';
import { type PixelLayout, pixelLayout } from './pixel-layout.ts';
import type { ReadLimits } from './read-limits.ts';
import type { ReadWarning } from './read-warnings.ts';
import { sniffPixelCoding } from './sniff-pixel-coding.ts';

export interface IndexedFrames {
  /** Absent when the attributes do not say how large a frame is. */
  readonly frames?: FrameIndex;
  /** That of the pixel data as found. */
  readonly transferSyntaxUid: string;
  readonly warnings: readonly ReadWarning[];
}

/**
 * Finds the frames of the pixel data that `reader` came across. Undefined when there is none. Throws DicomError
 * truncated or bad_image_attributes when not one frame is complete, too_large for absurd sizes.
 */
export function indexFrames(
  window: ByteWindow,
  reader: DatasetReader,
  dataset: DicomDataset,
  transferSyntaxUid: string,
  limits: ReadLimits,
): IndexedFrames | undefined {
  const element = [...reader.pixelElements.values()].find(({ tag }) => pixelTags.has(tag));
  if (!element || (element.length === 0 && !element.fragments)) return undefined;
  const layout = pixelLayout(dataset, element.tag, limits);
  if (isEncapsulated(window, element, transferSyntaxUid)) {
    return indexEncapsulated(window, reader, element, layout, transferSyntaxUid, limits);
  }
  const isWrong = transferSyntax(transferSyntaxUid)?.encapsulated === true;
  const warnings: ReadWarning[] = isWrong ? ['transferSyntaxWrong'] : [];
  const uid = isWrong ? '1.2.840.10008.1.2.1' : transferSyntaxUid;
  if (!layout) return { transferSyntaxUid: uid, warnings };
  const frames = nativeFrames(window, element, layout);
  const isCut = element.offset + element.length > window.size;
  refuseEmpty(frames.count, isCut);
  if (frames.count < layout.frames) warnings.push('pixelDataTruncated');
  return { frames, transferSyntaxUid: uid, warnings };
}

/** Undefined length means fragments; with a length stated, only items inside an encapsulated syntax do. */
function isEncapsulated(window: ByteWindow, element: PixelElement, uid: string): boolean {
  if (element.fragments) return true;
  const isStated = transferSyntax(uid)?.encapsulated ?? false;
  return isStated && element.offset + 8 <= window.size && window.tag(element.offset) === ITEM;
}

function nativeFrames(window: ByteWindow, element: PixelElement, layout: PixelLayout): NativeFrames {
  const available = Math.min(element.length, window.size - element.offset);
  const complete = Math.floor((available * 8) / layout.frameBits);
  return {
    kind: 'native',
    offset: element.offset,
    frameBits: layout.frameBits,
    count: Math.min(layout.frames, complete),
    bigEndian: window.bigEndian,
    wordBytes: wordBytes(element, layout.bitsAllocated),
  };
}

/** PS3.5 annex A: OB has no words; the others have those of the sample, and OW at least 16 bits. */
function wordBytes(element: PixelElement, bitsAllocated: number): 1 | 2 | 4 | 8 {
  if (element.vr === 'OB') return 1;
  if (bitsAllocated >= 64) return 8;
  return bitsAllocated >= 32 ? 4 : 2;
}

function indexEncapsulated(
  window: ByteWindow,
  reader: DatasetReader,
  element: PixelElement,
  layout: PixelLayout | undefined,
  statedUid: string,
  limits: ReadLimits,
): IndexedFrames {
  const end = Math.min(window.size, element.offset + element.length);
  const data = element.fragments ?? readFragments(window, element.offset, end, limits.maxFragments);
  const stated = transferSyntax(statedUid);
  const isWrong = stated !== undefined && !stated.encapsulated;
  const uid = (isWrong && sniffPixelCoding(window, data.fragments[0])) || statedUid;
  const family = transferSyntax(uid)?.family ?? 'jpeg';
  const offsets = reader.pixelElements.get(Tag.ExtendedOffsetTable);
  const extended = offsets && { offsets, lengths: reader.pixelElements.get(Tag.ExtendedOffsetTableLengths) };
  const located = locateFrames(window, data, layout?.frames ?? 1, family, extended);
  refuseEmpty(located.frames.length, data.isTruncated);
  const warnings: ReadWarning[] = [...located.warnings];
  if (isWrong) warnings.push('transferSyntaxWrong');
  if (data.hasOddLengths) warnings.push('oddLength');
  return {
    frames: { kind: 'encapsulated', frames: located.frames },
    transferSyntaxUid: uid,
    warnings,
  };
}
