import {
  formatMediaType,
  multipartLength,
  writeMultipart,
  type HttpResponse,
  type Part,
} from '@sightline/dicomweb';

export interface SizedPart {
  readonly headers: Readonly<Record<string, string>>;
  readonly size: number;
}

/** A multipart/related answer. */
export function multipartResponse(options: {
  /** Media type of the parts, with its parameters as one text: the `type` of RFC 2387 is the media type alone. */
  readonly type: string;
  readonly transferSyntax?: string;
  readonly boundary: string;
  /** Absent: a part's size is known only when it is there, so that the answer has no length either. */
  readonly sizes?: readonly SizedPart[];
  readonly parts: AsyncIterable<Part>;
  readonly headers?: Readonly<Record<string, string>>;
}): HttpResponse {
  const { type, transferSyntax, boundary, sizes, parts } = options;
  return {
    status: 200,
    headers: {
      'content-type': formatMediaType('multipart/related', {
        type,
        boundary,
        ...(transferSyntax !== undefined && { 'transfer-syntax': transferSyntax }),
      }),
      ...(sizes && { 'content-length': String(multipartLength(boundary, sizes)) }),
      vary: 'accept',
      ...options.headers,
    },
    body: writeMultipart(boundary, parts),
  };
}
