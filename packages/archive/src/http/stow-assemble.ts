import {
  defaultReadLimits,
  type DicomDataset,
  getText,
  getTexts,
  part10Pieces,
  type Part10Piece,
  pixelLayout,
  Tag,
  transferSyntax,
} from '@sightline/dicom';
import { type BulkPart, type BulkParts, codedMediaTypes } from './stow-bulk.ts';
import { ELEMENTS_DISCARDED, type FailureCode } from './stow-outcome.ts';

/** Why metadata and bulk data make no object. */
export class AssemblyError extends Error {
  override readonly name = 'AssemblyError';
  readonly code: FailureCode;

  constructor(code: FailureCode) {
    super(code);
    this.code = code;
  }
}

export interface AssembledObject {
  /** A PS3.10 file. */
  readonly body: AsyncIterable<Uint8Array>;
  /** (0008,1196) Warning Reason. */
  readonly warning?: number;
}

const NATIVE = '1.2.840.10008.1.2.1';
const OCTETS = 'application/octet-stream';

/**
 * The file that a data set and its bulk data are, PS3.18 10.5.2. Nothing is decoded or changed: compressed frames stay
 * as they came. Throws AssemblyError, or DicomError where the data set cannot be written.
 */
export function assembleObject(dataset: DicomDataset, parts: BulkParts): AssembledObject {
  const bulk = new Map<string, readonly BulkPart[]>();
  for (const { tag, uri, isRoot } of bulkValues(dataset, true)) {
    const found = parts.find(uri);
    if (found.length === 0) throw new AssemblyError('bulk_missing');
    if (!isRoot || tag !== Tag.PixelData) checkValue(tag, found, dataset);
    if (isRoot && OTHER_PIXELS.has(tag)) checkSize(tag, found[0], dataset);
    bulk.set(uri, found);
  }
  // It says how an answer can be given, and is no attribute of the object.
  const { [AVAILABLE_TRANSFER_SYNTAX]: _, ...stored } = dataset;
  const pieces = part10Pieces({
    dataset: stored,
    transferSyntaxUid: pixelSyntax(dataset, bulk),
    sizesOf: (uri) => (bulk.get(uri) ?? []).map(({ blob }) => blob.size),
  });
  const hasGroupLengths = Object.keys(stored).some((tag) => tag.endsWith('0000') && tag > '0002FFFF');
  return { body: bytesOf(pieces, bulk), ...(hasGroupLengths && { warning: ELEMENTS_DISCARDED }) };
}

const AVAILABLE_TRANSFER_SYNTAX = '00083002';

const OTHER_PIXELS: ReadonlySet<string> = new Set([Tag.FloatPixelData, Tag.DoubleFloatPixelData]);

interface BulkValue {
  readonly tag: string;
  readonly uri: string;
  readonly isRoot: boolean;
}

function* bulkValues(dataset: DicomDataset, isRoot: boolean): Generator<BulkValue> {
  for (const [tag, { vr, Value, BulkDataURI }] of Object.entries(dataset)) {
    if (BulkDataURI !== undefined) yield { tag, uri: BulkDataURI, isRoot };
    if (vr !== 'SQ') continue;
    for (const item of Value ?? []) yield* bulkValues(item as DicomDataset, false); // SQ holds items, F.2.2
  }
}

/** Of everything but pixel data: octets, or a document in its own media type. */
function checkValue(tag: string, [part]: readonly BulkPart[], dataset: DicomDataset): void {
  const { type = OCTETS, parameters } = part?.mediaType ?? {};
  const isDocument =
    tag === Tag.EncapsulatedDocument &&
    type === getText(dataset, Tag.MIMETypeOfEncapsulatedDocument)?.toLowerCase();
  const syntax = transferSyntax(parameters?.['transfer-syntax'] ?? NATIVE);
  const isNative = type === OCTETS && syntax?.family === 'native' && !syntax.bigEndian;
  if (!isDocument && !isNative) throw new AssemblyError('bulk_type_unsupported');
}

/** Pixels that are not as many as the image has would be shown where they do not belong. */
function checkSize(tag: string, part: BulkPart | undefined, dataset: DicomDataset): void {
  const layout = pixelLayout(dataset, tag, defaultReadLimits);
  if (!layout || !part) return;
  const bytes = Math.ceil((layout.frameBits * layout.frames) / 8);
  if (part.blob.size !== bytes && part.blob.size !== bytes + (bytes % 2))
    throw new AssemblyError('bulk_mismatch');
}

/** The transfer syntax of the object is that of its pixel data; without any, the native one. */
function pixelSyntax(dataset: DicomDataset, bulk: ReadonlyMap<string, readonly BulkPart[]>): string {
  const parts = bulk.get(dataset[Tag.PixelData]?.BulkDataURI ?? '') ?? [];
  const [first] = parts;
  if (!first) return NATIVE;
  const uid = partSyntax(first, dataset);
  if (parts.some((part) => partSyntax(part, dataset) !== uid)) throw new AssemblyError('bulk_mismatch');
  const syntax = transferSyntax(uid);
  if (!syntax?.encapsulated) {
    if (parts.length > 1) throw new AssemblyError('bulk_mismatch');
    checkSize(Tag.PixelData, first, dataset);
    return uid;
  }
  const frames = pixelLayout(dataset, Tag.PixelData, defaultReadLimits)?.frames ?? 1;
  if (syntax.family !== 'video' && frames !== parts.length) throw new AssemblyError('bulk_mismatch');
  return uid;
}

/** What a part says of its coding, PS3.18 8.7.3.5; it must not be what its first bytes deny. */
function partSyntax(part: BulkPart, dataset: DicomDataset): string {
  const uid = statedSyntax(part, dataset);
  const known = transferSyntax(uid);
  if (!known || known.bigEndian || known.deflated) throw new AssemblyError('bulk_type_unsupported');
  const sniffed = familyOf(part.sniffed);
  const isDenied = known.encapsulated && sniffed !== undefined && !isSame(sniffed, known.family);
  if (isDenied) throw new AssemblyError('bulk_mismatch');
  return known.encapsulated ? uid : NATIVE;
}

function statedSyntax({ mediaType, sniffed }: BulkPart, dataset: DicomDataset): string {
  const { type, parameters } = mediaType;
  const stated = parameters['transfer-syntax'];
  if (type === OCTETS) return stated ?? NATIVE;
  const [usual, ...others] = codedMediaTypes[type] ?? [];
  if (usual === undefined) throw new AssemblyError('bulk_type_unsupported');
  const isOfType = (uid: string): boolean =>
    [usual, ...others].some((each) => familyOf(each) === familyOf(uid));
  if (stated !== undefined) {
    if (!isOfType(stated)) throw new AssemblyError('bulk_type_unsupported');
    return stated;
  }
  const hints = [Tag.TransferSyntaxUID, AVAILABLE_TRANSFER_SYNTAX].flatMap((tag) => getTexts(dataset, tag));
  // Of the kinds of JPEG, the bytes tell more than the media type's default, which is lossless.
  const jpeg = type === 'image/jpeg' ? sniffed : undefined;
  return hints.find(isOfType) ?? jpeg ?? usual;
}

const familyOf = (uid: string | undefined): string | undefined => transferSyntax(uid ?? '')?.family;

/** High-throughput JPEG 2000 begins as JPEG 2000 does. */
const isSame = (sniffed: string, family: string): boolean =>
  sniffed === family || (sniffed === 'jpeg2000' && family === 'htj2k');

async function* bytesOf(
  pieces: readonly Part10Piece[],
  bulk: ReadonlyMap<string, readonly BulkPart[]>,
): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    const part = piece.kind === 'bulk' ? bulk.get(piece.uri)?.[piece.place] : undefined;
    if (piece.kind === 'bytes') yield piece.bytes;
    else if (part) yield* part.blob.bytes();
  }
}
