import { DicomError } from '../dicom-error.ts';
import type { DicomDataset, DicomElement, Vr } from '../dicom-json.ts';
import { Tag } from '../tags.ts';
import { vrTraits } from '../vr.ts';
import { ByteSink } from './byte-sink.ts';
import type { ByteWindow } from './byte-window.ts';
import { swapWords, tagText } from './decode-value.ts';
import { pixelTags } from './dataset-reader.ts';
import { ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER, UNDEFINED_LENGTH } from './delimiters.ts';
import { type ElementHeader, readHeader } from './element-header.ts';
import { implicitVr } from './implicit-vr.ts';
import type { RandomAccess } from './random-access.ts';
import { defaultReadLimits } from './read-limits.ts';
import { locateDataSet } from './read-part10.ts';
import { sinkHeader, sinkTag, writeElement, writeFileMeta } from './write-part10.ts';

/** The stored bytes of an object as they are to go out in another transfer syntax, but for its frames. */
export interface RecodedDataSet {
  /** In order. */
  readonly pieces: readonly RecodedPiece[];
}

export type RecodedPiece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Of the stored bytes, words turned round where `wordBytes` is more than 1. */
  | { readonly kind: 'copy'; readonly offset: number; readonly length: number; readonly wordBytes: number }
  /** The pixel data element goes here, its header and all. */
  | { readonly kind: 'pixels' };

export interface RecodeOptions {
  /** The data set alone, without preamble and file meta information. */
  readonly isBare: boolean;
  /** An explicit VR little endian syntax. */
  readonly transferSyntaxUid: string;
  /** Of the file meta information. */
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** Put in place of what the object has, or added. Root level. */
  readonly replaced: DicomDataset;
  /**
   * Absent: pixel data stays as it is. Else it is left out for frames to take its place, and `end` is where the last of
   * its fragments ends; undefined where its length is stated.
   */
  readonly frames?: { readonly end?: number };
  /** Of words of native pixel data that stays; its VR does not always tell. */
  readonly pixelWordBytes?: number;
}

/** A longer value is not looked at: it is copied from where it is stored. */
const MAX_READ_BYTES = 64 * 1024;

/**
 * Writes the data set of a stored object anew in explicit VR little endian, element by element: values stay as they are,
 * byte for byte but for the byte order, private ones and character set included. Sequences get undefined lengths, group
 * lengths go (PS3.5 7.2, retired), odd lengths become even. Long values are not read.
 *
 * @param file of which everything must be readable but long values and pixel data
 * @throws DicomError malformed, truncated, too_large
 */
export function recodeDataSet(file: RandomAccess, options: RecodeOptions): RecodedDataSet {
  const { window, at, isExplicit } = locateDataSet(file, options.isBare);
  const writer = new Recoder(window, options);
  writer.head();
  writer.root(at, isExplicit);
  return { pieces: writer.finish() };
}

interface Scope {
  readonly end: number;
  readonly isDelimited: boolean;
  readonly isExplicit: boolean;
  readonly depth: number;
}

class Recoder {
  readonly #window: ByteWindow;
  readonly #options: RecodeOptions;
  readonly #pieces: RecodedPiece[] = [];
  readonly #waiting: string[];
  #sink = new ByteSink();
  #isSigned: boolean | undefined;
  #elements = 0;

  constructor(window: ByteWindow, options: RecodeOptions) {
    this.#window = window;
    this.#options = options;
    this.#waiting = Object.keys(options.replaced).sort();
  }

  /** Preamble and file meta information, ours: nothing of a preamble that was a program goes out again. */
  head(): void {
    const { sopClassUid, sopInstanceUid, transferSyntaxUid } = this.#options;
    this.#sink.bytes(new Uint8Array(128));
    this.#sink.bytes(new TextEncoder().encode('DICM'));
    const ui = (uid: string): DicomElement => ({ vr: 'UI', Value: [uid] });
    const named = { [Tag.SOPClassUID]: ui(sopClassUid), [Tag.SOPInstanceUID]: ui(sopInstanceUid) };
    writeFileMeta(this.#sink, named, transferSyntaxUid);
  }

  root(start: number, isExplicit: boolean): void {
    const scope: Scope = { end: this.#window.size, isDelimited: false, isExplicit, depth: 0 };
    let at = start;
    let afterPixels = false;
    while (at + 8 <= scope.end) {
      if (afterPixels && !this.#isElement(at)) break;
      const header = readHeader(this.#window, at, isExplicit, scope.end);
      if (header.tag >>> 16 === 0xfffe) {
        // A delimiter of nothing, or an item of no sequence.
        at = header.tag === ITEM ? this.#afterValue(header) : at + 8;
        continue;
      }
      if (header.tag === 0 && at > start) break;
      const tag = tagText(header.tag);
      this.#replacedBefore(tag);
      afterPixels ||= pixelTags.has(tag);
      at = this.#rootElement(tag, header, scope);
    }
    this.#replacedBefore('FFFFFFFF');
  }

  finish(): readonly RecodedPiece[] {
    this.#flush();
    return this.#pieces;
  }

  /** Bytes behind the pixel data are often none of the data set; ascending groups with a length that fits are. */
  #isElement(at: number): boolean {
    return this.#window.peek(at, 8).length === 8 && this.#window.uint16(at) >= 0x7fe0;
  }

  #replacedBefore(tag: string): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0] < tag) {
      const next = this.#waiting.shift();
      const element = next === undefined ? undefined : this.#options.replaced[next];
      if (next !== undefined && element) writeElement(this.#sink, next, element);
    }
  }

  #rootElement(tag: string, header: ElementHeader, scope: Scope): number {
    const { replaced, frames } = this.#options;
    if (frames && header.tag >>> 16 === 0x7fe0) return this.#pixelElement(tag, header, frames);
    if (Object.hasOwn(replaced, tag)) {
      const next = this.#afterValue(header);
      this.#waiting.splice(0, this.#waiting[0] === tag ? 1 : 0);
      const element = replaced[tag];
      if (element) writeElement(this.#sink, tag, element);
      return next;
    }
    if (tag === Tag.PixelRepresentation && header.length === 2) {
      this.#isSigned = this.#window.uint16(header.value) === 1;
    }
    return this.#element(tag, header, scope);
  }

  #pixelElement(tag: string, header: ElementHeader, { end }: { readonly end?: number }): number {
    if (!pixelTags.has(tag)) return header.value + header.length; // offset tables of the frames that were
    this.#flush();
    this.#pieces.push({ kind: 'pixels' });
    if (header.length !== UNDEFINED_LENGTH) return Math.min(header.value + header.length, this.#window.size);
    return this.#afterFragments(end ?? this.#window.size);
  }

  /** What follows the last fragment that is known: padding, fragments of no frame, and the delimiter. */
  #afterFragments(end: number): number {
    let at = end;
    while (this.#window.peek(at, 8).length === 8) {
      const tag = this.#window.tag(at);
      if (tag === SEQUENCE_DELIMITER) return at + 8;
      if (tag !== ITEM) break;
      at += 8 + this.#window.uint32(at + 4);
    }
    return this.#window.size;
  }

  #afterValue(header: ElementHeader): number {
    if (header.length === UNDEFINED_LENGTH) throw new DicomError('malformed');
    return header.value + header.length;
  }

  #element(tag: string, header: ElementHeader, scope: Scope): number {
    this.#elements += 1;
    if (this.#elements > defaultReadLimits.maxElements) throw new DicomError('too_large');
    const isKept = !tag.endsWith('0000') && (scope.depth > 0 || header.tag >>> 16 > 2);
    const isUndefined = header.length === UNDEFINED_LENGTH;
    if (!isUndefined && header.value + header.length > scope.end) throw new DicomError('malformed');
    const vr = header.vr ?? implicitVr(tag, this.#isSigned);
    const isSequence = vr === 'SQ' || (isUndefined && (vr === 'UN' || vrTraits[vr].kind !== 'binary'));
    if (isSequence) return this.#sequence(header, vr, scope);
    if (isUndefined) return this.#fragments(header, vr);
    if (isKept) this.#value(header, vr);
    return header.value + header.length;
  }

  #value({ tag, value, length }: ElementHeader, vr: Vr): void {
    const traits = vrTraits[vr];
    const isPixel = tag >>> 16 === 0x7fe0 && this.#options.pixelWordBytes !== undefined;
    const word = isPixel ? (this.#options.pixelWordBytes ?? 1) : traits.wordBytes;
    const wordBytes = this.#window.bigEndian ? word : 1;
    const even = length + (length % 2);
    // PS3.5 6.2.2: a value too long for its VR's 16-bit length is written as UN.
    const fitting = traits.longLength || even <= 0xfffe ? vr : 'UN';
    sinkHeader(this.#sink, tagText(tag), fitting, even);
    // Frames are not there to be read, however few bytes they are.
    if (length > MAX_READ_BYTES || isPixel) this.#copy(value, length, wordBytes);
    else this.#sink.bytes(swapWords(this.#window.bytes(value, length), wordBytes));
    if (length % 2 === 1) this.#sink.uint8(traits.kind === 'text' && vr !== 'UI' ? 0x20 : 0);
  }

  /** Encapsulated data in an item, as an icon may have: items of a known length, words of one byte. */
  #fragments({ tag, value }: ElementHeader, vr: Vr): number {
    sinkHeader(this.#sink, tagText(tag), vr, UNDEFINED_LENGTH);
    let at = value;
    for (;;) {
      const item = this.#window.tag(at);
      const length = this.#window.uint32(at + 4);
      sinkTag(this.#sink, item);
      this.#sink.uint32(item === ITEM ? length : 0);
      at += 8;
      if (item === SEQUENCE_DELIMITER) return at;
      if (item !== ITEM || at + length > this.#window.size) throw new DicomError('malformed');
      if (length > MAX_READ_BYTES) this.#copy(at, length, 1);
      else this.#sink.bytes(this.#window.bytes(at, length));
      at += length;
    }
  }

  #sequence(header: ElementHeader, vr: Vr, scope: Scope): number {
    if (scope.depth >= defaultReadLimits.maxDepth) throw new DicomError('too_large');
    const isDelimited = header.length === UNDEFINED_LENGTH;
    const end = isDelimited ? scope.end : header.value + header.length;
    // PS3.5 6.2.2: UN of undefined length is a sequence in implicit VR little endian.
    const isExplicit = scope.isExplicit && vr === 'SQ' && header.vr !== undefined;
    const { bigEndian } = this.#window;
    if (vr === 'UN') this.#window.bigEndian = false;
    sinkHeader(this.#sink, tagText(header.tag), 'SQ', UNDEFINED_LENGTH);
    const next = this.#items(header.value, { end, isDelimited, isExplicit, depth: scope.depth + 1 });
    sinkTag(this.#sink, SEQUENCE_DELIMITER);
    this.#sink.uint32(0);
    this.#window.bigEndian = bigEndian;
    return next;
  }

  #items(start: number, scope: Scope): number {
    let at = start;
    while (scope.end - at >= 8) {
      const tag = this.#window.tag(at);
      if (tag === SEQUENCE_DELIMITER && scope.isDelimited) return at + 8;
      if (tag === ITEM) at = this.#item(at, scope);
      else if (tag === SEQUENCE_DELIMITER || tag === ITEM_DELIMITER) at += 8;
      else throw new DicomError('malformed');
    }
    return scope.end;
  }

  #item(start: number, scope: Scope): number {
    const length = this.#window.uint32(start + 4);
    const isDelimited = length === UNDEFINED_LENGTH;
    const end = isDelimited ? scope.end : start + 8 + length;
    if (end > scope.end) throw new DicomError('malformed');
    sinkTag(this.#sink, ITEM);
    this.#sink.uint32(UNDEFINED_LENGTH);
    let at = start + 8;
    while (end - at >= 8) {
      const header = readHeader(this.#window, at, scope.isExplicit, end);
      if (header.tag >>> 16 === 0xfffe) {
        // Another delimiter than its own is the sequence's, which ended without the item's.
        at += header.tag === ITEM_DELIMITER ? 8 : 0;
        break;
      }
      at = this.#element(tagText(header.tag), header, { ...scope, end, isDelimited });
    }
    sinkTag(this.#sink, ITEM_DELIMITER);
    this.#sink.uint32(0);
    return isDelimited ? at : end;
  }

  #copy(offset: number, length: number, wordBytes: number): void {
    this.#flush();
    this.#pieces.push({ kind: 'copy', offset, length, wordBytes });
  }

  #flush(): void {
    if (this.#sink.size > 0) this.#pieces.push({ kind: 'bytes', bytes: this.#sink.finish() });
    this.#sink = new ByteSink();
  }
}

/** The head of native pixel data of this length. */
export function pixelDataHeader(vr: 'OB' | 'OW', length: number): Uint8Array {
  if (length > 0xfffffffe) throw new DicomError('too_large');
  const sink = new ByteSink();
  sinkHeader(sink, Tag.PixelData, vr, length);
  return sink.finish();
}

/** The head of encapsulated pixel data, with an empty offset table (PS3.5 A.4); the fragments follow. */
export function fragmentsHeader(): Uint8Array {
  const sink = new ByteSink();
  sinkHeader(sink, Tag.PixelData, 'OB', UNDEFINED_LENGTH);
  sinkTag(sink, ITEM);
  sink.uint32(0);
  return sink.finish();
}

/** What stands before a fragment of this length. */
export function fragmentHeader(length: number): Uint8Array {
  const sink = new ByteSink();
  sinkTag(sink, ITEM);
  sink.uint32(length);
  return sink.finish();
}

/** What ends encapsulated pixel data. */
export function fragmentsEnd(): Uint8Array {
  const sink = new ByteSink();
  sinkTag(sink, SEQUENCE_DELIMITER);
  sink.uint32(0);
  return sink.finish();
}
