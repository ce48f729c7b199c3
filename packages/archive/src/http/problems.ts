import type { HttpResponse } from '@sightline/dicomweb';

/**
 * Every way in which a DICOMweb request can fail. docs/errors.md lists the same codes. Sentences are fixed: nothing of
 * the request is repeated in one. What is outside a session's scope is answered like what does not exist.
 */
export const archiveProblems = {
  bad_uid: {
    status: 400,
    title: 'Not a UID',
    detail: 'A study, series or object in the address is not a DICOM UID.',
  },
  bad_frame_list: {
    status: 400,
    title: 'Not a list of frames',
    detail: 'Frames are whole numbers from 1, separated by commas, at most 10,000 of them.',
  },
  bad_parameter: {
    status: 400,
    title: 'Bad parameter value',
    detail: 'A parameter of the request has a value that it cannot have. The list of errors names it.',
  },
  media_types_mixed: {
    status: 400,
    title: 'Media types of two kinds',
    detail: 'A request asks either for DICOM or for a rendered form, never for both at once.',
  },
  store_empty: {
    status: 400,
    title: 'Nothing to store',
    detail: 'The request holds no DICOM object.',
  },
  multipart_malformed: {
    status: 400,
    title: 'Multipart message incomplete',
    detail:
      'The multipart message breaks RFC 2046, ends before its closing boundary, or has another boundary than the Content-Type header names, if that names one. Objects that were complete are stored; sending them again does no harm.',
  },
  commitment_malformed: {
    status: 400,
    title: 'Not a commitment request',
    detail:
      'The request has to name each object by its class and instance, in (0008,1199) or below (0008,1110).',
  },
  store_not_allowed: {
    status: 403,
    title: 'Storing not allowed',
    detail: 'This session may look at studies but may not store any.',
  },
  delete_not_allowed: {
    status: 403,
    title: 'Deleting not allowed',
    detail: 'This session may look at studies but may not delete any.',
  },
  dicom_not_found: {
    status: 404,
    title: 'Not in this archive',
    detail: 'There is no such study, series, object, frame or bulk data here.',
  },
  no_image: {
    status: 404,
    title: 'Nothing to show',
    detail:
      'This has nothing that can be shown here: it may be a plan, a waveform, a presentation state, or several documents or videos. A thumbnail is of images only, not of a report or a video.',
  },
  commitment_not_found: {
    status: 404,
    title: 'No such commitment',
    detail: 'Nothing is known of this transaction: it was never asked for, or too long ago. Ask anew.',
  },
  not_found: {
    status: 404,
    title: 'Nothing here',
    detail: 'There is nothing at this address.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This address exists but does not answer that method. The Allow header lists those that it does.',
  },
  not_acceptable: {
    status: 406,
    title: 'No acceptable media type',
    detail: 'This resource cannot be given in any of the media types that the request accepts.',
  },
  transfer_syntax_not_available: {
    status: 406,
    title: 'No acceptable transfer syntax',
    detail:
      'The object is stored in a transfer syntax that the request does not accept. Ask with "transfer-syntax=*" to get it as it is stored.',
  },
  frame_not_decodable: {
    status: 406,
    title: 'Image cannot be decoded here',
    detail:
      'The image is stored in a form that this server cannot decode. Ask with "transfer-syntax=*" to get it as it is stored.',
  },
  range_not_satisfiable: {
    status: 416,
    title: 'Range beyond the end',
    detail:
      'The range that the request asks for begins behind the last byte. Content-Range says how many there are.',
  },
  animation_too_large: {
    status: 413,
    title: 'Too many frames for one picture',
    detail:
      'So many frames are not put into one moving picture. Ask for fewer of them, for a smaller viewport, or for each by itself.',
  },
  transaction_uid_used: {
    status: 409,
    title: 'Transaction UID used',
    detail:
      'A commitment was asked for with this Transaction UID before. Take another one, or ask for its result.',
  },
  commitment_type_unsupported: {
    status: 415,
    title: 'Media type not supported',
    detail: 'A commitment is asked for as application/dicom+json or application/dicom+xml.',
  },
  store_media_type_unsupported: {
    status: 415,
    title: 'Media type cannot be stored',
    detail:
      'Objects are stored as multipart/related with type "application/dicom", "application/dicom+json" or "application/dicom+xml", or one as such. The Accept header lists them.',
  },
  content_encoding_unsupported: {
    status: 415,
    title: 'Content encoding not supported',
    detail: 'Objects are stored from bodies without Content-Encoding. Send them as they are.',
  },
  store_too_large: {
    status: 413,
    title: 'Request too large',
    detail:
      'The request has more bytes, parts or metadata than one may have. Objects that were complete before the limit are stored; send the rest in further requests.',
  },
  frame_damaged: {
    status: 500,
    title: 'Image data damaged',
    detail: 'The pixel data of this image is damaged or contradicts its description, so it is not shown.',
  },
  render_failed: {
    status: 500,
    title: 'Image could not be decoded',
    detail:
      'The decoder of this image took too long or ended, so it is not shown. Other images are not affected.',
  },
  stored_object_damaged: {
    status: 500,
    title: 'Stored object damaged',
    detail:
      'The stored bytes of this object are missing or incomplete. Restore it from a backup or send it again.',
  },
  parameter_not_supported: {
    status: 501,
    title: 'Not done by this server',
    detail:
      'A parameter of the request asks for something that this server does not do. The list of errors names it.',
  },
  storage_unavailable: {
    status: 503,
    title: 'Storage out of reach',
    detail: 'The place where the archive keeps this cannot be reached at the moment. Try again in a moment.',
  },
  archive_busy: {
    status: 503,
    title: 'Archive busy',
    detail: 'The archive has more images to work on than it can take at once. Try again in a moment.',
  },
} as const satisfies Readonly<Record<string, { status: number; title: string; detail: string }>>;

export type ArchiveProblemCode = keyof typeof archiveProblems;

/** Thrown by a transaction, and turned into a response in one place. */
export class ArchiveProblem extends Error {
  override readonly name = 'ArchiveProblem';
  readonly code: ArchiveProblemCode;
  /** Of `bad_parameter`: a name out of our own tables, never one of the request. */
  readonly parameter: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ArchiveProblemCode,
    options: ErrorOptions & { parameter?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(archiveProblems[code].detail, options);
    this.code = code;
    this.parameter = options.parameter;
    this.headers = options.headers ?? {};
  }
}

/** RFC 9457. */
export function problemResponse({ code, parameter, headers }: ArchiveProblem): HttpResponse {
  const { status, title, detail } = archiveProblems[code];
  const errors = parameter && [
    {
      param: parameter,
      code: 'bad_value',
      message: 'The parameter is missing, or has a value that is not allowed here.',
    },
  ];
  const body = {
    type: `urn:sightline:problem:${code}`,
    title,
    status,
    code,
    detail,
    ...(errors && { errors }),
  };
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: JSON.stringify(body),
    problem: code,
  };
}
