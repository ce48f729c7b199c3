/** How the pixel data of a transfer syntax is coded: which decoder it needs. */
export type PixelCoding =
  | 'native'
  | 'rle'
  | 'jpeg'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg2000'
  | 'htj2k'
  | 'jpeg-xl'
  | 'deflated-frame'
  | 'video';

export interface TransferSyntax {
  readonly uid: string;
  /** The keyword of PS3.6 table A-1. */
  readonly keyword: string;
  /** Whether the data set states the VR of each element. */
  readonly explicit: boolean;
  readonly bigEndian: boolean;
  /** Whether the whole data set after the file meta information is one deflate stream, PS3.5 A.5. */
  readonly deflated: boolean;
  /** Whether the pixel data lies in fragments, PS3.5 A.4. */
  readonly encapsulated: boolean;
  /** Whether the syntax allows lossy compression; (0028,2110) says whether an image was in fact compressed so. */
  readonly lossy: boolean;
  readonly family: PixelCoding;
}

type Row = readonly [uid: string, keyword: string, family: PixelCoding, ...traits: Trait[]];
type Trait = 'implicit' | 'big-endian' | 'deflated' | 'encapsulated' | 'lossy';

const ROOT = '1.2.840.10008.1.2';

/**
 * PS3.6 table A-1. `-` stands for the common root. Every syntax whose pixel data is compressed is encapsulated.
 * Left out are those that never occur in a file: SMPTE ST 2110 streams, and the retired MIME and XML forms.
 */
const rows: readonly Row[] = [
  ['-', 'ImplicitVRLittleEndian', 'native', 'implicit'],
  ['-.1', 'ExplicitVRLittleEndian', 'native'],
  ['-.1.98', 'EncapsulatedUncompressedExplicitVRLittleEndian', 'native', 'encapsulated'],
  ['-.1.99', 'DeflatedExplicitVRLittleEndian', 'native', 'deflated'],
  ['-.2', 'ExplicitVRBigEndian', 'native', 'big-endian'],
  ['-.4.50', 'JPEGBaseline8Bit', 'jpeg', 'lossy'],
  ['-.4.51', 'JPEGExtended12Bit', 'jpeg', 'lossy'],
  ['-.4.52', 'JPEGExtended35', 'jpeg', 'lossy'],
  ['-.4.53', 'JPEGSpectralSelectionNonHierarchical68', 'jpeg', 'lossy'],
  ['-.4.54', 'JPEGSpectralSelectionNonHierarchical79', 'jpeg', 'lossy'],
  ['-.4.55', 'JPEGFullProgressionNonHierarchical1012', 'jpeg', 'lossy'],
  ['-.4.56', 'JPEGFullProgressionNonHierarchical1113', 'jpeg', 'lossy'],
  ['-.4.57', 'JPEGLossless', 'jpeg-lossless'],
  ['-.4.58', 'JPEGLosslessNonHierarchical15', 'jpeg-lossless'],
  ['-.4.59', 'JPEGExtendedHierarchical1618', 'jpeg', 'lossy'],
  ['-.4.60', 'JPEGExtendedHierarchical1719', 'jpeg', 'lossy'],
  ['-.4.61', 'JPEGSpectralSelectionHierarchical2022', 'jpeg', 'lossy'],
  ['-.4.62', 'JPEGSpectralSelectionHierarchical2123', 'jpeg', 'lossy'],
  ['-.4.63', 'JPEGFullProgressionHierarchical2426', 'jpeg', 'lossy'],
  ['-.4.64', 'JPEGFullProgressionHierarchical2527', 'jpeg', 'lossy'],
  ['-.4.65', 'JPEGLosslessHierarchical28', 'jpeg-lossless'],
  ['-.4.66', 'JPEGLosslessHierarchical29', 'jpeg-lossless'],
  ['-.4.70', 'JPEGLosslessSV1', 'jpeg-lossless'],
  ['-.4.80', 'JPEGLSLossless', 'jpeg-ls'],
  ['-.4.81', 'JPEGLSNearLossless', 'jpeg-ls', 'lossy'],
  ['-.4.90', 'JPEG2000Lossless', 'jpeg2000'],
  ['-.4.91', 'JPEG2000', 'jpeg2000', 'lossy'],
  ['-.4.92', 'JPEG2000MCLossless', 'jpeg2000'],
  ['-.4.93', 'JPEG2000MC', 'jpeg2000', 'lossy'],
  // JPIP: the pixels are elsewhere, at (0028,7FE0) Pixel Data Provider URL.
  ['-.4.94', 'JPIPReferenced', 'native', 'lossy'],
  ['-.4.95', 'JPIPReferencedDeflate', 'native', 'deflated', 'lossy'],
  ['-.4.100', 'MPEG2MPML', 'video', 'lossy'],
  ['-.4.100.1', 'MPEG2MPMLF', 'video', 'lossy'],
  ['-.4.101', 'MPEG2MPHL', 'video', 'lossy'],
  ['-.4.101.1', 'MPEG2MPHLF', 'video', 'lossy'],
  ['-.4.102', 'MPEG4HP41', 'video', 'lossy'],
  ['-.4.102.1', 'MPEG4HP41F', 'video', 'lossy'],
  ['-.4.103', 'MPEG4HP41BD', 'video', 'lossy'],
  ['-.4.103.1', 'MPEG4HP41BDF', 'video', 'lossy'],
  ['-.4.104', 'MPEG4HP422D', 'video', 'lossy'],
  ['-.4.104.1', 'MPEG4HP422DF', 'video', 'lossy'],
  ['-.4.105', 'MPEG4HP423D', 'video', 'lossy'],
  ['-.4.105.1', 'MPEG4HP423DF', 'video', 'lossy'],
  ['-.4.106', 'MPEG4HP42STEREO', 'video', 'lossy'],
  ['-.4.106.1', 'MPEG4HP42STEREOF', 'video', 'lossy'],
  ['-.4.107', 'HEVCMP51', 'video', 'lossy'],
  ['-.4.108', 'HEVCM10P51', 'video', 'lossy'],
  ['-.4.110', 'JPEGXLLossless', 'jpeg-xl'],
  // The JPEG that was recompressed was itself lossy.
  ['-.4.111', 'JPEGXLJPEGRecompression', 'jpeg-xl', 'lossy'],
  ['-.4.112', 'JPEGXL', 'jpeg-xl', 'lossy'],
  ['-.4.201', 'HTJ2KLossless', 'htj2k'],
  ['-.4.202', 'HTJ2KLosslessRPCL', 'htj2k'],
  ['-.4.203', 'HTJ2K', 'htj2k', 'lossy'],
  ['-.4.204', 'JPIPHTJ2KReferenced', 'native', 'lossy'],
  ['-.4.205', 'JPIPHTJ2KReferencedDeflate', 'native', 'deflated', 'lossy'],
  ['-.5', 'RLELossless', 'rle'],
  ['-.8.1', 'DeflatedImageFrameCompression', 'deflated-frame'],
  ['1.2.840.10008.1.20', 'Papyrus3ImplicitVRLittleEndian', 'native', 'implicit'],
];

const table: ReadonlyMap<string, TransferSyntax> = /* @__PURE__ */ new Map(rows.map(describe));

function describe([short, keyword, family, ...traits]: Row): [string, TransferSyntax] {
  const uid = short.replace('-', ROOT);
  const has = (trait: Trait) => traits.includes(trait);
  return [
    uid,
    {
      uid,
      keyword,
      explicit: !has('implicit'),
      bigEndian: has('big-endian'),
      deflated: has('deflated'),
      encapsulated: has('encapsulated') || family !== 'native',
      lossy: has('lossy'),
      family,
    },
  ];
}

/** What a transfer syntax UID of PS3.6 table A-1 means; undefined for a private or unknown one. */
export function transferSyntax(uid: string): TransferSyntax | undefined {
  return table.get(uid);
}

/** All that are known, in the order of PS3.6. */
export function transferSyntaxes(): readonly TransferSyntax[] {
  return [...table.values()];
}
