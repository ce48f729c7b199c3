import { getNumber } from '../attributes.ts';
import { createTextReader, type TextReader } from '../character-set.ts';
import { DicomError } from '../dicom-error.ts';
import type { DicomDataset, DicomElement, Vr } from '../dicom-json.ts';
import { Tag } from '../tags.ts';
import { vrTraits } from '../vr.ts';
import type { ByteWindow } from './byte-window.ts';
import { decodeValue, tagText } from './decode-value.ts';
import { ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER, UNDEFINED_LENGTH } from './delimiters.ts';
import { type ElementHeader, readHeader } from './element-header.ts';
import { type ByteRange, type Fragments, readFragments } from './fragments.ts';
import { dependsOnSign, implicitVr } from './implicit-vr.ts';
import type { ReadLimits } from './read-limits.ts';
import type { ReadWarning } from './read-warnings.ts';

/** Where the bytes of one BulkDataURI lie. */
export interface BulkLocation {
  /** What follows `bulkdata/` in the URI: a tag, or tag.item.tag with items counted from 1. */
  readonly path: string;
  readonly vr: Vr;
  readonly offset: number;
  readonly length: number;
  readonly bigEndian: boolean;
}

/** A root element of pixel data, not yet looked into. */
export interface PixelElement extends ByteRange {
  readonly tag: string;
  readonly vr: Vr | undefined;
  /** Present when its length is undefined: it was walked to find its end. */
  readonly fragments?: Fragments;
}

/** One data set or item being read. */
interface Scope {
  /** It ends here at the latest. */
  readonly end: number;
  /** Whether a delimiter ends it. */
  readonly isDelimited: boolean;
  readonly isExplicit: boolean;
  readonly depth: number;
  /** What stands before a tag in the path of a bulk value. */
  readonly path: string;
  /** Read this group only, and stop before any other. */
  readonly group?: number;
  text: TextReader;
  isSigned: boolean | undefined;
}

/** Of the root: what lies before and after the pixel data. Of items and file meta information: all. */
type Part = 'head' | 'tail' | 'all';

type MutableDataset = Record<string, DicomElement>;

/** Text longer than this is kept as a location: PS3.18 F.2.2 allows it for the VRs that may be so long. */
const MAX_TEXT_BYTES = 16 * 2 ** 20;

const PIXEL_DATA = 0x7fe00010;

/** Elements of PS3.3 C.7.6.3 and C.7.6.24 that hold pixels or say where their frames are. */
export const pixelTags: ReadonlySet<string> = new Set([
  Tag.PixelData,
  Tag.FloatPixelData,
  Tag.DoubleFloatPixelData,
]);

/**
 * Reads the elements of one file, in one pass and without its pixel data, straight into DICOM JSON. Written here and
 * not left to dicom-parser, which (1.8.21) takes SV, UV and OV for VRs with 16-bit lengths and so loses its place,
 * needs every value in memory, recurses without limit and takes a cut item for a complete one. The tests hold this
 * reader against it.
 */
export class DatasetReader {
  readonly bulk: BulkLocation[] = [];
  readonly warnings = new Set<ReadWarning>();
  /** Group 7FE0 of the root: pixel data by kind, and the extended offset table. */
  readonly pixelElements = new Map<string, PixelElement>();
  readonly #window: ByteWindow;
  readonly #limits: ReadLimits;
  readonly #undecided: { dataset: MutableDataset; tag: string }[] = [];
  readonly #textReaders: TextReader[] = [];
  #elements = 0;
  #valueBytes = 0;

  constructor(window: ByteWindow, limits: ReadLimits) {
    this.#window = window;
    this.#limits = limits;
  }

  /** Elements of group 0002 from `start`; `next` is where the data set starts. */
  readFileMeta(start: number, isExplicit: boolean): { dataset: DicomDataset; next: number } {
    return this.#readDataset(start, this.#rootScope(isExplicit, 0x0002));
  }

  /** The whole data set from `start` to the end of the file. */
  readRoot(start: number, isExplicit: boolean): DicomDataset {
    const scope = this.#rootScope(isExplicit);
    const dataset: MutableDataset = {};
    const next = this.#readInto(dataset, start, scope, 'head');
    if (next < scope.end) this.#readTail(dataset, next, scope);
    if (this.warnings.has('order')) sort(dataset);
    if (scope.isSigned) for (const value of this.#undecided) makeSigned(value.dataset, value.tag);
    if (!this.#textReaders.some((reader) => reader.guessed)) return dataset;
    this.warnings.add('characterSet');
    dataset[Tag.SpecificCharacterSet] = UTF_8;
    sort(dataset);
    return dataset;
  }

  #rootScope(isExplicit: boolean, group?: number): Scope {
    const bounds = { end: this.#window.size, isDelimited: false, depth: 0, path: '' };
    const scope = { ...bounds, isExplicit, text: this.#textReader([]), isSigned: undefined };
    return group === undefined ? scope : { ...scope, group };
  }

  #textReader(terms: readonly string[]): TextReader {
    const reader = createTextReader(terms);
    this.#textReaders.push(reader);
    return reader;
  }

  /** What follows the pixel data. Bytes that are no elements are common there, and cost nothing to leave out. */
  #readTail(dataset: MutableDataset, start: number, scope: Scope): void {
    try {
      this.#readInto(dataset, start, scope, 'tail');
    } catch (error) {
      if (!(error instanceof DicomError) || error.code === 'too_large') throw error;
      this.warnings.add('trailingBytes');
    }
  }

  #readDataset(start: number, scope: Scope): { dataset: DicomDataset; next: number } {
    const dataset: MutableDataset = {};
    const next = this.#readInto(dataset, start, scope, 'all');
    return { dataset, next };
  }

  /** Reads elements into `dataset` and returns where it stopped: at its end, or the head after the pixel data. */
  #readInto(dataset: MutableDataset, start: number, scope: Scope, part: Part): number {
    let at = start;
    let last = part === 'tail' ? PIXEL_DATA : -1;
    let isSorted = true;
    while (at < scope.end) {
      if (scope.end - at < 8) {
        this.#rest(at, scope);
        break;
      }
      if (scope.group !== undefined && this.#window.uint16(at) !== scope.group) return at;
      const header = readHeader(this.#window, at, scope.isExplicit, scope.end);
      if (header.tag >>> 16 === 0xfffe) {
        const delimiter = this.#delimiter(header, at, scope);
        if (delimiter.ends) return delimiter.next;
        at = delimiter.next;
        continue;
      }
      const isPadding = header.tag === 0 && scope.depth === 0 && at > start;
      if (isPadding || (part === 'tail' && header.tag <= last)) {
        this.warnings.add('trailingBytes');
        break;
      }
      isSorted &&= header.tag > last;
      last = header.tag;
      at = this.#readElement(dataset, header, scope);
      if (part === 'head' && pixelTags.has(tagText(last))) break;
    }
    if (scope.isDelimited) this.#undelimited(scope);
    if (!isSorted) {
      this.warnings.add('order');
      sort(dataset);
    }
    return Math.min(at, scope.end);
  }

  /** Fewer bytes than an element has: padding when they are zero, else the rest of a file that was cut. */
  #rest(at: number, scope: Scope): void {
    const rest = this.#window.bytes(at, scope.end - at);
    if (scope.depth > 0) this.warnings.add('sequenceOverrun');
    else if (rest.every((byte) => byte === 0) || this.pixelElements.size > 0)
      this.warnings.add('trailingBytes');
    else throw new DicomError('truncated');
  }

  /** The end came before the delimiter. */
  #undelimited(scope: Scope): void {
    if (scope.end === this.#window.size) throw new DicomError('truncated');
    this.warnings.add('strayDelimiter');
  }

  #delimiter(header: ElementHeader, at: number, scope: Scope): { ends: boolean; next: number } {
    if (header.tag === ITEM_DELIMITER && scope.isDelimited) return { ends: true, next: at + 8 };
    this.warnings.add('strayDelimiter');
    // An item or sequence ended without its delimiter: whoever reads the sequence takes it from here.
    if (scope.isDelimited) return { ends: true, next: at };
    if (header.tag !== ITEM) return { ends: false, next: at + 8 };
    // An item outside any sequence: of no attribute, so that nothing can be made of it.
    const next = header.value + header.length;
    if (next > scope.end) throw new DicomError('malformed');
    return { ends: false, next };
  }

  #count(): void {
    this.#elements += 1;
    if (this.#elements > this.#limits.maxElements) throw new DicomError('too_large');
  }

  /** Reads one element into `dataset` and returns where the next one starts. */
  #readElement(dataset: MutableDataset, header: ElementHeader, scope: Scope): number {
    this.#count();
    if (header.quirk) this.warnings.add(header.quirk);
    const tag = tagText(header.tag);
    if (scope.depth === 0 && header.tag >>> 16 === 0x7fe0) return this.#readPixelElement(tag, header, scope);
    const isUndefinedLength = header.length === UNDEFINED_LENGTH;
    if (!isUndefinedLength && header.value + header.length > scope.end) {
      throw new DicomError(header.value + header.length > this.#window.size ? 'truncated' : 'malformed');
    }
    const { element, next } = isUndefinedLength
      ? this.#readDelimited(tag, header, scope)
      : { element: this.#readStated(tag, header, scope, dataset), next: header.value + header.length };
    // No group lengths (PS3.18 F.2.2), and no file meta information astray in the data set.
    if (tag.endsWith('0000') || (header.tag >>> 16 <= 0x0002 && scope.group === undefined)) return next;
    if (Object.hasOwn(dataset, tag)) this.warnings.add('duplicate');
    else dataset[tag] = this.#noted(tag, element, scope);
    return next;
  }

  /** What later elements depend on is remembered; the character set becomes that of the output. */
  #noted(tag: string, element: DicomElement, scope: Scope): DicomElement {
    if (tag === Tag.SpecificCharacterSet) {
      const terms = (element.Value ?? []).map((value) => (typeof value === 'string' ? value : ''));
      scope.text = this.#textReader(terms);
      return UTF_8;
    }
    if (tag === Tag.PixelRepresentation) {
      const value = getNumber({ [tag]: element }, tag);
      if (value !== undefined) scope.isSigned = value === 1;
    }
    return element;
  }

  #readPixelElement(tag: string, header: ElementHeader, scope: Scope): number {
    const { vr, value: offset } = header;
    if (header.length === UNDEFINED_LENGTH) {
      const fragments = readFragments(this.#window, offset, scope.end, this.#limits.maxFragments);
      this.#keepPixels({ tag, vr, offset, length: fragments.next - offset, fragments });
      return fragments.next;
    }
    this.#keepPixels({ tag, vr, offset, length: header.length });
    const next = offset + header.length;
    if (next > scope.end && !pixelTags.has(tag)) throw new DicomError('truncated');
    return Math.min(next, scope.end);
  }

  #keepPixels(element: PixelElement): void {
    if (this.pixelElements.has(element.tag)) this.warnings.add('duplicate');
    else this.pixelElements.set(element.tag, element);
  }

  /** An element of undefined length: a sequence, or encapsulated pixel data inside an item (an icon). */
  #readDelimited(tag: string, header: ElementHeader, scope: Scope): { element: DicomElement; next: number } {
    const vr = header.vr ?? implicitVr(tag, scope.isSigned);
    const traits = vrTraits[vr];
    if (vr === 'SQ' || vr === 'UN') {
      // PS3.5 6.2.2: UN of undefined length is a sequence in implicit VR little endian.
      const isExplicit = scope.isExplicit && vr === 'SQ' && header.vr !== undefined;
      return this.#littleEndianIf(vr === 'UN', () =>
        this.#readSequence(tag, header, { ...scope, isExplicit }),
      );
    }
    if (traits.kind !== 'binary') {
      if (header.vr !== undefined) throw new DicomError('malformed');
      return this.#readSequence(tag, header, scope);
    }
    const { next } = readFragments(this.#window, header.value, scope.end, this.#limits.maxFragments);
    return { element: this.#locate(tag, vr, header.value, next - header.value, scope), next };
  }

  #readStated(tag: string, header: ElementHeader, scope: Scope, dataset: MutableDataset): DicomElement {
    if (header.length % 2 === 1) this.warnings.add('oddLength');
    if (header.vr !== undefined && header.vr !== 'UN') {
      if (header.vr === 'SQ') return this.#readSequence(tag, header, scope).element;
      return this.#readValue(tag, header.vr, header, scope);
    }
    const vr = implicitVr(tag, scope.isSigned);
    if (header.vr === undefined && scope.isSigned === undefined && dependsOnSign(tag)) {
      this.#undecided.push({ dataset, tag });
    }
    // UN that the dictionary knows is what the dictionary says, in implicit VR little endian.
    return this.#littleEndianIf(header.vr === 'UN', () =>
      vr === 'SQ' ? this.#tryImplicitSequence(tag, header, scope) : this.#readValue(tag, vr, header, scope),
    );
  }

  #littleEndianIf<T>(condition: boolean, read: () => T): T {
    const { bigEndian } = this.#window;
    if (condition) this.#window.bigEndian = false;
    try {
      return read();
    } finally {
      this.#window.bigEndian = bigEndian;
    }
  }

  /** A sequence that is only presumed: what cannot be read as one is kept as bytes. */
  #tryImplicitSequence(tag: string, header: ElementHeader, scope: Scope): DicomElement {
    const bulkCount = this.bulk.length;
    try {
      return this.#readSequence(tag, header, { ...scope, isExplicit: false }).element;
    } catch (error) {
      if (header.vr !== 'UN' || !(error instanceof DicomError) || error.code === 'too_large') throw error;
      this.bulk.length = bulkCount;
      this.warnings.add('brokenSequence');
      return this.#readValue(tag, 'UN', header, scope);
    }
  }

  #readValue(tag: string, vr: Vr, { value, length }: ElementHeader, scope: Scope): DicomElement {
    const { kind } = vrTraits[vr];
    const { maxInlineBytes, maxInlineNumberBytes, maxValueBytes } = this.#limits;
    const isText = kind === 'text' || kind === 'tags';
    const limit = isText ? MAX_TEXT_BYTES : kind === 'number' ? maxInlineNumberBytes : maxInlineBytes;
    if (length > limit) return this.#locate(tag, vr, value, length, scope);
    this.#valueBytes += length;
    if (this.#valueBytes > maxValueBytes) throw new DicomError('too_large');
    return decodeValue(vr, this.#window.bytes(value, length), this.#window.bigEndian, scope.text);
  }

  #locate(tag: string, vr: Vr, offset: number, length: number, scope: Scope): DicomElement {
    const path = scope.path + tag;
    this.bulk.push({ path, vr, offset, length, bigEndian: this.#window.bigEndian });
    return { vr, BulkDataURI: `bulkdata/${path}` };
  }

  #readSequence(tag: string, header: ElementHeader, scope: Scope): { element: DicomElement; next: number } {
    if (scope.depth >= this.#limits.maxDepth) throw new DicomError('too_large');
    const isDelimited = header.length === UNDEFINED_LENGTH;
    const end = isDelimited ? scope.end : header.value + header.length;
    const items: DicomDataset[] = [];
    let at = header.value;
    while (at < end) {
      if (end - at < 8) {
        if (end === this.#window.size) throw new DicomError('truncated');
        this.warnings.add('sequenceOverrun');
        return { element: sequence(items), next: end };
      }
      const itemTag = this.#window.tag(at);
      if (itemTag === SEQUENCE_DELIMITER && isDelimited) return { element: sequence(items), next: at + 8 };
      if (itemTag === ITEM) {
        const path = `${scope.path}${tag}.${items.length + 1}.`;
        const item = this.#readItem(at, { ...scope, end, path, depth: scope.depth + 1 });
        items.push(item.dataset);
        at = item.next;
      } else if (itemTag === SEQUENCE_DELIMITER || itemTag === ITEM_DELIMITER) {
        this.warnings.add('strayDelimiter');
        at += 8;
      } else {
        throw new DicomError('malformed');
      }
    }
    if (isDelimited) this.#undelimited({ ...scope, end });
    return { element: sequence(items), next: at };
  }

  #readItem(at: number, scope: Scope): { dataset: DicomDataset; next: number } {
    this.#count();
    const length = this.#window.uint32(at + 4);
    if (length === UNDEFINED_LENGTH) return this.#readDataset(at + 8, { ...scope, isDelimited: true });
    const end = at + 8 + length;
    if (end > scope.end) throw new DicomError(end > this.#window.size ? 'truncated' : 'malformed');
    return this.#readDataset(at + 8, { ...scope, end, isDelimited: false });
  }
}

const UTF_8: DicomElement = { vr: 'CS', Value: ['ISO_IR 192'] };

function sequence(items: readonly DicomDataset[]): DicomElement {
  return items.length === 0 ? { vr: 'SQ' } : { vr: 'SQ', Value: items };
}

/** In place, because values may still be waiting to be made signed. */
function sort(dataset: MutableDataset): void {
  for (const [tag, element] of Object.entries(dataset).sort(([a], [b]) => (a < b ? -1 : 1))) {
    delete dataset[tag];
    dataset[tag] = element;
  }
}

/** The image turned out to be signed after its US or SS value was read as US. */
function makeSigned(dataset: MutableDataset, tag: string): void {
  const element = dataset[tag];
  if (element?.vr !== 'US' || element.Value === undefined) return;
  const signed = (value: unknown) => (typeof value === 'number' && value > 0x7fff ? value - 0x10000 : value);
  dataset[tag] = { vr: 'SS', Value: element.Value.map((value) => signed(value) as number) }; // US has only numbers
}
