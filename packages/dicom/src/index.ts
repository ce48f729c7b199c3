export * from './attributes.ts';
export * from './base64.ts';
export * from './character-set.ts';
export * from './date-time.ts';
export * from './dicom-error.ts';
export * from './dicom-json-reader.ts';
export * from './dicom-json-text.ts';
export * from './dicom-json.ts';
export * from './dictionary.ts';
export * from './encode/encodable-syntaxes.ts';
export * from './image/default-window.ts';
export * from './image/display-lut.ts';
export * from './image/frame-pixels.ts';
export * from './image/frame-plane.ts';
export * from './image/grey-transform.ts';
export * from './image/image-description.ts';
export * from './image/image-kind.ts';
export * from './image/lookup-table.ts';
export * from './image/lossy-notice.ts';
export * from './image/needed-bulk.ts';
export * from './image/palette.ts';
export * from './image/render-color.ts';
export * from './image/render8.ts';
export * from './image/uncompressed.ts';
export * from './image/voi.ts';
export * from './native-model-reader.ts';
export { datasetToXml } from './native-model.ts';
export type { BulkLocation } from './part10/dataset-reader.ts';
export type { ByteRange } from './part10/fragments.ts';
export { checksumFrames, type Crc32 } from './part10/checksum-frames.ts';
export * from './part10/frame-index.ts';
export * from './part10/part10-pieces.ts';
export * from './part10/pixel-layout.ts';
export * from './part10/peek-identity.ts';
export * from './part10/random-access.ts';
export * from './part10/read-data-set.ts';
export * from './part10/read-limits.ts';
export { type Identity, isLikeDicom, type Part10, readPart10 } from './part10/read-part10.ts';
export * from './part10/recode-data-set.ts';
export { sniffCoding, SNIFFED_BYTES } from './part10/sniff-pixel-coding.ts';
export * from './part10/sparse-access.ts';
export * from './part10/write-data-set.ts';
export {
  IMPLEMENTATION_CLASS_UID,
  IMPLEMENTATION_VERSION_NAME,
  type Part10Source,
  writePart10,
} from './part10/write-part10.ts';
export * from './person-name.ts';
export * from './tags.ts';
export * from './transfer-syntax.ts';
export * from './uid.ts';
export * from './vr.ts';
