import { getNumber } from '../attributes.ts';
import { DicomError } from '../dicom-error.ts';
import type { DicomDataset, DicomElement, DicomValue } from '../dicom-json.ts';
import { Tag } from '../tags.ts';
import { type TransferSyntax, transferSyntax } from '../transfer-syntax.ts';
import { isVr, vrTraits } from '../vr.ts';
import { ByteSink } from './byte-sink.ts';
import { ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER, UNDEFINED_LENGTH } from './delimiters.ts';
import { sinkHeader, sinkTag, writeElement, writeFileMeta } from './write-part10.ts';

export interface Part10WithBulk {
  /** DICOM JSON, checked. Group 0002, group lengths and (0008,0005) are made anew; the text is written as UTF-8. */
  readonly dataset: DicomDataset;
  /** Explicit VR Little Endian, or an encapsulated syntax: then that of the pixel data's bulk data. */
  readonly transferSyntaxUid: string;
  /**
   * Sizes in bytes of what a BulkDataURI stands for: one, or for encapsulated pixel data one for each coded frame. May
   * throw where there is none.
   */
  readonly sizesOf: (uri: string) => readonly number[];
}

export type Part10Piece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Bytes to be put here: of what the URI stands for, the one at this place, from 0. */
  | { readonly kind: 'bulk'; readonly uri: string; readonly place: number };

/**
 * A PS3.10 file of a data set whose long values are elsewhere, in order and without touching them: what stands between
 * them, and where each of them goes. Throws DicomError missing_uid, unsupported_transfer_syntax, malformed (a value that
 * does not fit its VR, or bulk data that does not fit its element) or too_large (native values of 4 GiB).
 */
export function part10Pieces(source: Part10WithBulk): readonly Part10Piece[] {
  const syntax = transferSyntax(source.transferSyntaxUid);
  if (!syntax?.explicit || syntax.bigEndian || syntax.deflated) {
    throw new DicomError('unsupported_transfer_syntax');
  }
  const isCoded = source.dataset[Tag.PixelData]?.BulkDataURI !== undefined;
  // Compressed pixels come as bulk data: what is inline is not coded, so it would be called what it is not.
  if (syntax.encapsulated && !isCoded) throw new DicomError('malformed');
  return new PieceWriter(source, syntax).write();
}

class PieceWriter {
  readonly #source: Part10WithBulk;
  readonly #syntax: TransferSyntax;
  readonly #pieces: Part10Piece[] = [];
  #sink = new ByteSink();

  constructor(source: Part10WithBulk, syntax: TransferSyntax) {
    this.#source = source;
    this.#syntax = syntax;
  }

  write(): readonly Part10Piece[] {
    const dataset: DicomDataset = { ...this.#source.dataset, [Tag.SpecificCharacterSet]: UTF_8 };
    this.#sink.bytes(new Uint8Array(128));
    this.#sink.bytes(new TextEncoder().encode('DICM'));
    writeFileMeta(this.#sink, dataset, this.#syntax.uid);
    for (const tag of tagsOf(dataset).filter((each) => each > '0002FFFF')) {
      const element = dataset[tag];
      if (element && tag === Tag.PixelData && element.BulkDataURI !== undefined)
        this.#pixelData(element.BulkDataURI);
      else if (element) this.#element(tag, element);
    }
    this.#flush();
    return this.#pieces;
  }

  #element(tag: string, element: DicomElement): void {
    if (element.BulkDataURI !== undefined) this.#bulk(tag, element, element.BulkDataURI);
    else if (element.vr === 'SQ' && holdsBulk(element)) this.#sequence(tag, element);
    else writeElement(this.#sink, tag, element);
  }

  #bulk(tag: string, { vr }: DicomElement, uri: string): void {
    const [size = 0, ...others] = this.#source.sizesOf(uri);
    if (!isVr(vr) || vr === 'SQ' || others.length > 0) throw new DicomError('malformed');
    const { longLength, kind, wordBytes } = vrTraits[vr];
    if (size % wordBytes !== 0) throw new DicomError('malformed');
    const even = evenSize(size);
    if (even > 0xfffffffe) throw new DicomError('too_large');
    // PS3.5 6.2.2: a value too long for its VR's 16-bit length is written as UN.
    sinkHeader(this.#sink, tag, longLength || even <= 0xfffe ? vr : 'UN', even);
    this.#put(uri, 0);
    if (size !== even) this.#sink.uint8(kind === 'text' && vr !== 'UI' ? 0x20 : 0);
  }

  /** Of undefined length, because what is in it is not measured here. */
  #sequence(tag: string, element: DicomElement): void {
    sinkHeader(this.#sink, tag, 'SQ', UNDEFINED_LENGTH);
    for (const item of element.Value ?? []) {
      if (!isItem(item)) throw new DicomError('malformed');
      sinkTag(this.#sink, ITEM);
      this.#sink.uint32(UNDEFINED_LENGTH);
      for (const each of tagsOf(item)) {
        const child = item[each];
        // An item inherits the character set of the data set, which is UTF-8.
        if (child && each !== Tag.SpecificCharacterSet) this.#element(each, child);
      }
      sinkTag(this.#sink, ITEM_DELIMITER);
      this.#sink.uint32(0);
    }
    this.#delimiter();
  }

  #pixelData(uri: string): void {
    const sizes = this.#source.sizesOf(uri);
    if (this.#syntax.encapsulated) {
      this.#fragments(uri, sizes);
      return;
    }
    // PS3.5 A.2: OW when a sample is more than 8 bits; OB or OW below.
    const bits = getNumber(this.#source.dataset, Tag.BitsAllocated) ?? 16;
    this.#bulk(Tag.PixelData, { vr: bits > 8 ? 'OW' : 'OB' }, uri);
  }

  /** PS3.5 A.4. A video is one stream whose frames no offset table can find, so its table stays empty. */
  #fragments(uri: string, sizes: readonly number[]): void {
    sinkHeader(this.#sink, Tag.PixelData, 'OB', UNDEFINED_LENGTH);
    sinkTag(this.#sink, ITEM);
    this.#sink.measured(() => {
      for (const offset of this.#syntax.family === 'video' ? [] : offsetTable(sizes))
        this.#sink.uint32(offset);
    });
    for (const [place, size] of sizes.entries()) {
      if (evenSize(size) > 0xfffffffe) throw new DicomError('too_large');
      sinkTag(this.#sink, ITEM);
      this.#sink.uint32(evenSize(size));
      this.#put(uri, place);
      if (size % 2 === 1) this.#sink.uint8(0);
    }
    this.#delimiter();
  }

  #delimiter(): void {
    sinkTag(this.#sink, SEQUENCE_DELIMITER);
    this.#sink.uint32(0);
  }

  #put(uri: string, place: number): void {
    this.#flush();
    this.#pieces.push({ kind: 'bulk', uri, place });
  }

  #flush(): void {
    if (this.#sink.size > 0) this.#pieces.push({ kind: 'bytes', bytes: this.#sink.finish() });
    this.#sink = new ByteSink();
  }
}

const UTF_8: DicomElement = { vr: 'CS', Value: ['ISO_IR 192'] };

const evenSize = (size: number): number => size + (size % 2);

/** Ascending, without group lengths (retired, PS3.5 7.2). */
const tagsOf = (dataset: DicomDataset): string[] =>
  Object.keys(dataset)
    .filter((tag) => !tag.endsWith('0000'))
    .sort();

/** Beyond 4 GiB an offset does not fit: then the table is empty, which is allowed, and frames are found one by one. */
function offsetTable(sizes: readonly number[]): readonly number[] {
  let next = 0;
  const offsets = sizes.map((size) => {
    const offset = next;
    next += 8 + evenSize(size);
    return offset;
  });
  return (offsets.at(-1) ?? 0) > 0xffffffff ? [] : offsets;
}

const isItem = (value: DicomValue): value is DicomDataset => typeof value === 'object' && value !== null;

const holdsBulk = (element: DicomElement): boolean =>
  element.BulkDataURI !== undefined ||
  (element.vr === 'SQ' &&
    (element.Value ?? []).some((item) => isItem(item) && Object.values(item).some(holdsBulk)));
