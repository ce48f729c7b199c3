/** What was put right or left out while reading. Fixed sentences: nothing of the input is ever repeated in one. */
export const readWarnings = {
  noPreamble: 'The file has no preamble.',
  noFileMeta: 'The file has no file meta information.',
  implicitFileMeta: 'The file meta information is in implicit VR.',
  transferSyntaxMissing: 'The transfer syntax is not stated and was recognised from the data.',
  transferSyntaxUnknown: 'The transfer syntax is not one of PS3.6; explicit VR little endian was assumed.',
  transferSyntaxWrong: 'The transfer syntax stated is not that of the data; the data was believed.',
  implicitElement: 'Some elements are in implicit VR inside a data set in explicit VR.',
  unknownVr: 'Some elements have a VR that PS3.5 does not define.',
  duplicate: 'Some elements occur twice; the first of each was kept.',
  order: 'The elements are not in the order of their tags.',
  strayDelimiter: 'Delimiters stand where none belongs, or are missing.',
  sequenceOverrun: 'A sequence or item is longer or shorter than it states.',
  brokenSequence: 'A sequence of unknown VR could not be read and was kept as bytes.',
  trailingBytes: 'Bytes after the data set were left out.',
  oddLength: 'Some lengths are odd.',
  characterSet: 'The text does not keep to the character set stated; UTF-8 or Latin-1 was assumed.',
  pixelDataTruncated: 'The pixel data is incomplete: frames at the end are missing.',
  pixelDataMissing: 'The object describes an image and has no pixel data.',
  offsetTable: 'The offset table does not fit the fragments and was not used.',
  frameCount: 'The number of frames found in the pixel data is not the number stated.',
  uidFromFileMeta: 'A SOP UID is missing in the data set and was taken from the file meta information.',
} as const;

export type ReadWarning = keyof typeof readWarnings;
