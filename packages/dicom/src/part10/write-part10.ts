import { getNumber, getText } from '../attributes.ts';
import { DicomError } from '../dicom-error.ts';
import type { DicomDataset, DicomElement, DicomValue, Vr } from '../dicom-json.ts';
import { Tag } from '../tags.ts';
import { type TransferSyntax, transferSyntax } from '../transfer-syntax.ts';
import { isVr, vrTraits } from '../vr.ts';
import { ByteSink } from './byte-sink.ts';
import { ITEM, SEQUENCE_DELIMITER, UNDEFINED_LENGTH } from './delimiters.ts';
import { encodeValue } from './encode-value.ts';

/** Ours, made once from a random UUID (PS3.5 annex B.2). */
export const IMPLEMENTATION_CLASS_UID = '2.25.319550443124995573728627106796691600378';
export const IMPLEMENTATION_VERSION_NAME = 'SIGHTLINE';

const PREAMBLE_BYTES = 128;

export interface Part10Source {
  /** DICOM JSON. Group 0002, group lengths and (0008,0005) are made anew; the text is written as UTF-8. */
  readonly dataset: DicomDataset;
  /** Explicit VR Little Endian, or any encapsulated syntax: the bytes given must be coded so already. */
  readonly transferSyntaxUid: string;
  /** Native: the pixel data, little endian. Encapsulated: one coded frame each. Absent: as the data set has it. */
  readonly pixelData?: Uint8Array | readonly Uint8Array[];
}

/**
 * A PS3.10 file: explicit VR little endian, sequences and items of explicit length, one fragment for each frame
 * with a basic offset table. Throws DicomError missing_uid, unsupported_transfer_syntax, malformed (a value that
 * does not fit its VR) or too_large (more than 4 GiB of frames need an extended offset table).
 */
export function writePart10(source: Part10Source): Uint8Array {
  const syntax = transferSyntax(source.transferSyntaxUid);
  if (!syntax?.explicit || syntax.bigEndian || syntax.deflated) {
    throw new DicomError('unsupported_transfer_syntax');
  }
  const sink = new ByteSink();
  sink.bytes(new Uint8Array(PREAMBLE_BYTES));
  sink.bytes(new TextEncoder().encode('DICM'));
  writeFileMeta(sink, source.dataset, syntax.uid);
  const dataset: DicomDataset = { ...source.dataset, [Tag.SpecificCharacterSet]: UTF_8 };
  const { pixelData } = source;
  for (const tag of sortedTags(pixelData ? { ...dataset, [Tag.PixelData]: PIXEL_DATA } : dataset)) {
    const element = dataset[tag];
    if (pixelData && tag === Tag.PixelData) writePixelData(sink, dataset, pixelData, syntax);
    else if (element) writeElement(sink, tag, element);
  }
  return sink.finish();
}

const UTF_8: DicomElement = { vr: 'CS', Value: ['ISO_IR 192'] };
/** Holds the place of the pixel data in the order of tags. */
const PIXEL_DATA: DicomElement = { vr: 'OW' };

/** Those that are written, ascending: no file meta information and no group lengths (retired, PS3.5 7.2). */
function sortedTags(dataset: DicomDataset): string[] {
  const tags = Object.keys(dataset).map((tag) => tag.toUpperCase());
  if (!tags.every((tag) => /^[0-9A-F]{8}$/.test(tag))) throw new DicomError('malformed');
  return tags.filter((tag) => tag > '0002FFFF' && !tag.endsWith('0000')).sort();
}

export function writeFileMeta(sink: ByteSink, dataset: DicomDataset, transferSyntaxUid: string): void {
  const sopClassUid = getText(dataset, Tag.SOPClassUID);
  const sopInstanceUid = getText(dataset, Tag.SOPInstanceUID);
  if (sopClassUid === undefined || sopInstanceUid === undefined) throw new DicomError('missing_uid');
  const ui = (uid: string): DicomElement => ({ vr: 'UI', Value: [uid] });
  sinkHeader(sink, Tag.FileMetaInformationGroupLength, 'UL', 4);
  sink.measured(() => {
    writeElement(sink, Tag.FileMetaInformationVersion, { vr: 'OB', InlineBinary: 'AAE=' }); // 00 01
    writeElement(sink, Tag.MediaStorageSOPClassUID, ui(sopClassUid));
    writeElement(sink, Tag.MediaStorageSOPInstanceUID, ui(sopInstanceUid));
    writeElement(sink, Tag.TransferSyntaxUID, ui(transferSyntaxUid));
    writeElement(sink, Tag.ImplementationClassUID, ui(IMPLEMENTATION_CLASS_UID));
    writeElement(sink, Tag.ImplementationVersionName, { vr: 'SH', Value: [IMPLEMENTATION_VERSION_NAME] });
  });
}

export function writeElement(sink: ByteSink, tag: string, element: DicomElement): void {
  if (!isVr(element.vr)) throw new DicomError('malformed'); // JSON from outside may hold anything
  if (element.vr === 'SQ') {
    sinkHeader(sink, tag, 'SQ');
    sink.measured(() => {
      for (const item of element.Value ?? []) writeItem(sink, item);
    });
    return;
  }
  const value = encodeValue(element);
  // PS3.5 6.2.2: a value too long for its VR's 16-bit length is written as UN.
  const vr = vrTraits[element.vr].longLength || value.length <= 0xfffe ? element.vr : 'UN';
  sinkHeader(sink, tag, vr, value.length);
  sink.bytes(value);
}

function writeItem(sink: ByteSink, item: DicomValue): void {
  if (typeof item !== 'object' || item === null) throw new DicomError('malformed');
  const dataset = item as DicomDataset; // an object in an SQ element is an item, PS3.18 F.2.2
  sinkTag(sink, ITEM);
  sink.measured(() => {
    for (const tag of sortedTags(dataset)) {
      const element = dataset[tag];
      // An item inherits the character set of the data set, which is UTF-8.
      if (element && tag !== Tag.SpecificCharacterSet) writeElement(sink, tag, element);
    }
  });
}

function writePixelData(
  sink: ByteSink,
  dataset: DicomDataset,
  pixelData: Uint8Array | readonly Uint8Array[],
  syntax: TransferSyntax,
): void {
  const parts = pixelData instanceof Uint8Array ? [pixelData] : pixelData;
  if (syntax.encapsulated) {
    // PS3.5 A.4: encapsulated pixel data is OB, of undefined length.
    sinkHeader(sink, Tag.PixelData, 'OB', UNDEFINED_LENGTH);
    writeFragments(sink, parts, syntax.family !== 'video');
    return;
  }
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  if (size + (size % 2) > 0xfffffffe) throw new DicomError('too_large');
  // PS3.5 A.2: OW when a sample is more than 8 bits; OB or OW below.
  sinkHeader(
    sink,
    Tag.PixelData,
    (getNumber(dataset, Tag.BitsAllocated) ?? 16) > 8 ? 'OW' : 'OB',
    size + (size % 2),
  );
  for (const part of parts) sink.bytes(part);
  if (size % 2 === 1) sink.uint8(0);
}

/** PS3.5 A.4. A video is one stream whose frames no offset table can find, so its table stays empty. */
function writeFragments(sink: ByteSink, fragments: readonly Uint8Array[], hasTable: boolean): void {
  sinkTag(sink, ITEM);
  sink.measured(() => {
    let offset = 0;
    for (const fragment of hasTable ? fragments : []) {
      if (offset > 0xffffffff) throw new DicomError('too_large');
      sink.uint32(offset);
      offset += 8 + fragment.length + (fragment.length % 2);
    }
  });
  for (const fragment of fragments) {
    sinkTag(sink, ITEM);
    sink.uint32(fragment.length + (fragment.length % 2));
    sink.bytes(fragment);
    if (fragment.length % 2 === 1) sink.uint8(0);
  }
  sinkTag(sink, SEQUENCE_DELIMITER);
  sink.uint32(0);
}

/** Tag, VR and length, PS3.5 7.1.2. Without a length: up to where it goes, for one that is measured. */
export function sinkHeader(sink: ByteSink, tag: string, vr: Vr, length?: number): void {
  sinkTag(sink, Number.parseInt(tag, 16));
  sink.uint8(vr.charCodeAt(0));
  sink.uint8(vr.charCodeAt(1));
  if (!vrTraits[vr].longLength) {
    sink.uint16(length ?? 0);
    return;
  }
  sink.uint16(0);
  if (length !== undefined) sink.uint32(length);
}

export function sinkTag(sink: ByteSink, tag: number): void {
  sink.uint16(tag >>> 16);
  sink.uint16(tag & 0xffff);
}
