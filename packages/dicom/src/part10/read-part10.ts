import { getNumber, getText } from '../attributes.ts';
import { DicomError } from '../dicom-error.ts';
import type { DicomDataset } from '../dicom-json.ts';
import { Tag } from '../tags.ts';
import { type TransferSyntax, transferSyntax } from '../transfer-syntax.ts';
import { asStoredUid, type Uid } from '../uid.ts';
import { ByteWindow } from './byte-window.ts';
import { type BulkLocation, DatasetReader } from './dataset-reader.ts';
import type { FrameIndex } from './frame-index.ts';
import { guessEncoding, looksLikeDataSet } from './guess-encoding.ts';
import { inflateDataSet, type ReadServices } from './inflate.ts';
import { indexFrames } from './index-frames.ts';
import { type RandomAccess, randomAccess } from './random-access.ts';
import { defaultReadLimits, type ReadLimits } from './read-limits.ts';
import { type ReadWarning, readWarnings } from './read-warnings.ts';

/** One PS3.10 file, without its pixel data. */
export interface Part10 {
  /** That of the data: where the file states another one by mistake, a warning says so. */
  readonly transferSyntaxUid: string;
  /** Group 0002. */
  readonly fileMeta: DicomDataset;
  /** The rest, without pixel data; long binary values are a BulkDataURI `bulkdata/<path>`. */
  readonly dataset: DicomDataset;
  /** Where the bytes of each BulkDataURI are. */
  readonly bulk: readonly BulkLocation[];
  /** Absent: no pixel data. */
  readonly frames?: FrameIndex;
  /** Deflated syntax only: the inflated data set, to which all offsets then refer. */
  readonly inflated?: Uint8Array;
  readonly identity: Identity;
  /** Fixed sentences: what was put right or left out. */
  readonly warnings: readonly string[];
}

export interface Identity {
  readonly studyInstanceUid: Uid;
  readonly seriesInstanceUid: Uid;
  readonly sopInstanceUid: Uid;
  readonly sopClassUid: string;
}

/**
 * Reads a PS3.10 file, or a data set without preamble or file meta information. Positioned reads only; pixel data
 * and long values are located and not read, so memory is bounded by the limits and not by the file.
 * Throws DicomError: not_dicom, truncated, malformed, too_large, missing_uid, bad_uid, bad_image_attributes.
 */
export function readPart10(file: RandomAccess, services: ReadServices, limits?: Partial<ReadLimits>): Part10 {
  const bounds = { ...defaultReadLimits, ...limits };
  const warnings = new Set<ReadWarning>();
  const head = new ByteWindow(file);
  const start = findStart(head, warnings);
  const meta = readFileMeta(head, start.at, bounds, warnings);
  const declared = getText(meta.dataset, Tag.TransferSyntaxUID);
  const syntax = declared === undefined ? undefined : transferSyntax(declared);
  const inflated = syntax?.deflated ? inflateDataSet(file, meta.next, services, bounds) : undefined;
  const window = inflated ? new ByteWindow(inflated.file) : head;
  const at = inflated ? 0 : meta.next;
  const actual = actualSyntax(window, at, declared, syntax, warnings);
  window.bigEndian = actual.bigEndian;
  const reader = new DatasetReader(window, bounds);
  const dataset = unlessForeign(start.isCertain, () => reader.readRoot(at, actual.isExplicit));
  const identity = identify(dataset, meta.dataset, warnings);
  const indexed = indexFrames(window, reader, dataset, actual.uid, bounds);
  for (const warning of [...reader.warnings, ...(indexed?.warnings ?? [])]) warnings.add(warning);
  if (!indexed && describesImage(dataset)) warnings.add('pixelDataMissing');
  return {
    transferSyntaxUid: indexed?.transferSyntaxUid ?? actual.uid,
    fileMeta: meta.dataset,
    dataset,
    bulk: reader.bulk,
    ...(indexed?.frames && { frames: indexed.frames }),
    ...(inflated && { inflated: inflated.bytes }),
    identity,
    warnings: [...warnings].map((warning) => readWarnings[warning]),
  };
}

/** Where the data set starts and how its elements are coded; `isBare` where nothing can stand before it. */
export function locateDataSet(
  file: RandomAccess,
  isBare: boolean,
): { readonly window: ByteWindow; readonly at: number; readonly isExplicit: boolean } {
  const window = new ByteWindow(file);
  const at = isBare
    ? 0
    : readFileMeta(window, findStart(window, new Set()).at, defaultReadLimits, new Set()).next;
  const guess = guessEncoding(window, at);
  if (!guess) throw new DicomError('truncated');
  window.bigEndian = guess.bigEndian;
  return { window, at, isExplicit: guess.isExplicit };
}

/** Whether the first 140 bytes or more of a file could be those of a DICOM file; what could not be is refused at once. */
export function isLikeDicom(head: Uint8Array): boolean {
  try {
    findStart(new ByteWindow(randomAccess(head)), new Set());
    return true;
  } catch {
    return false;
  }
}

const PREAMBLE_BYTES = 128;

/** Where group 0002 or the data set starts. Not certain: the bytes may be of no DICOM file at all. */
function findStart(window: ByteWindow, warnings: Set<ReadWarning>): { at: number; isCertain: boolean } {
  const isMagic = (at: number) => String.fromCharCode(...window.peek(at, 4)) === 'DICM';
  if (isMagic(PREAMBLE_BYTES)) return { at: PREAMBLE_BYTES + 4, isCertain: true };
  warnings.add('noPreamble');
  if (isMagic(0)) return { at: 4, isCertain: true };
  if (looksLikeDataSet(window, 0)) return { at: 0, isCertain: false };
  throw new DicomError('not_dicom');
}

/** A file that only might be DICOM and then cannot be read was none. */
function unlessForeign<T>(isCertain: boolean, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isCertain && error instanceof DicomError && error.code === 'malformed')
      throw new DicomError('not_dicom');
    throw error;
  }
}

/** PS3.10 7.1: explicit VR little endian, whatever the data set is in. Its stated length is not trusted. */
function readFileMeta(
  window: ByteWindow,
  at: number,
  limits: ReadLimits,
  warnings: Set<ReadWarning>,
): { dataset: DicomDataset; next: number } {
  const [low, high] = window.peek(at, 2);
  if (low !== 0x02 || high !== 0x00) {
    warnings.add('noFileMeta');
    return { dataset: {}, next: at };
  }
  const isExplicit = guessEncoding(window, at)?.isExplicit ?? true;
  if (!isExplicit) warnings.add('implicitFileMeta');
  const reader = new DatasetReader(window, limits);
  const meta = reader.readFileMeta(at, isExplicit);
  for (const warning of reader.warnings) warnings.add(warning);
  return meta;
}

interface ActualSyntax {
  readonly uid: string;
  readonly isExplicit: boolean;
  readonly bigEndian: boolean;
}

/** The syntax stated, unless the first element contradicts it. */
function actualSyntax(
  window: ByteWindow,
  at: number,
  declared: string | undefined,
  syntax: TransferSyntax | undefined,
  warnings: Set<ReadWarning>,
): ActualSyntax {
  const guess = guessEncoding(window, at);
  if (!guess) throw new DicomError('truncated');
  if (declared !== undefined && !syntax) warnings.add('transferSyntaxUnknown');
  if (declared === undefined) warnings.add('transferSyntaxMissing');
  const stated = syntax ?? (declared === undefined ? undefined : { explicit: true, bigEndian: false });
  if (
    declared !== undefined &&
    stated?.explicit === guess.isExplicit &&
    stated.bigEndian === guess.bigEndian
  ) {
    return { uid: declared, ...guess };
  }
  if (stated) warnings.add('transferSyntaxWrong');
  // Compressed pixel data in a data set of another VR coding than its syntax has: the pixels still need the decoder.
  const keepsUid = declared !== undefined && syntax?.family !== 'native' && !guess.bigEndian;
  return { uid: keepsUid ? declared : nativeUid(guess.isExplicit, guess.bigEndian), ...guess };
}

function nativeUid(isExplicit: boolean, bigEndian: boolean): string {
  if (bigEndian) return '1.2.840.10008.1.2.2';
  return isExplicit ? '1.2.840.10008.1.2.1' : '1.2.840.10008.1.2';
}

function identify(dataset: DicomDataset, meta: DicomDataset, warnings: Set<ReadWarning>): Identity {
  const text = (tag: string, metaTag: string) => {
    const own = getText(dataset, tag);
    const other = own ?? getText(meta, metaTag);
    if (own === undefined && other !== undefined) warnings.add('uidFromFileMeta');
    return other;
  };
  return {
    studyInstanceUid: uid(getText(dataset, Tag.StudyInstanceUID)),
    seriesInstanceUid: uid(getText(dataset, Tag.SeriesInstanceUID)),
    sopInstanceUid: uid(text(Tag.SOPInstanceUID, Tag.MediaStorageSOPInstanceUID)),
    sopClassUid: uid(text(Tag.SOPClassUID, Tag.MediaStorageSOPClassUID)),
  };
}

function uid(text: string | undefined): Uid {
  if (text === undefined) throw new DicomError('missing_uid');
  const checked = asStoredUid(text);
  if (checked === undefined) throw new DicomError('bad_uid');
  return checked;
}

/** Objects with Rows are images, but for spectroscopy, and for those whose pixels are elsewhere (JPIP). */
function describesImage(dataset: DicomDataset): boolean {
  const hasRows = getNumber(dataset, Tag.Rows) !== undefined;
  return hasRows && !dataset[Tag.SpectroscopyData] && !dataset[Tag.PixelDataProviderURL];
}
