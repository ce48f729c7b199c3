/** Why a file or a frame cannot be used. Sentences are fixed: nothing of the input is ever repeated in one. */
export const dicomErrors = {
  not_dicom: 'This is not a DICOM file.',
  truncated: 'The file ends before its data does.',
  malformed: 'The file breaks the rules of the DICOM encoding and cannot be read.',
  too_large: 'The file declares more data than this program accepts.',
  unsupported_transfer_syntax: 'The transfer syntax of this file is not supported.',
  missing_uid: 'The file lacks a Study, Series or SOP Instance UID, or its SOP Class UID.',
  bad_uid: 'A UID in the file is not a DICOM UID.',
  no_pixel_data: 'The object has no pixel data.',
  bad_image_attributes: 'The attributes that describe the image are missing or contradict each other.',
  frame_missing: 'The pixel data of this frame is missing or incomplete.',
  decode_failed: 'The pixel data of this frame is damaged and cannot be decoded.',
} as const;

export type DicomErrorCode = keyof typeof dicomErrors;

/** The one error that this package throws on foreseen bad input. */
export class DicomError extends Error {
  override readonly name = 'DicomError';
  readonly code: DicomErrorCode;

  constructor(code: DicomErrorCode, options?: ErrorOptions) {
    super(dicomErrors[code], options);
    this.code = code;
  }
}
