/**
 * What a DICOMweb handler sees of HTTP, so that it can be tested without a socket and costs nothing beside the
 * bytes it moves. The gateway's web framework is adapted to it in one place.
 */
export interface HttpRequest {
  readonly method: string;
  /** Below the service root, beginning with a slash, still percent-encoded: "/studies/1.2.3/metadata". */
  readonly path: string;
  /** Raw query string without "?"; undefined when there was none. */
  readonly query: string | undefined;
  /** Names in lower case. A repeated header is joined with ", ". */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** For a chunk of `body` that nobody has any more: its memory may be used for another. Nobody has to call it. */
  readonly release?: (chunk: Uint8Array) => void;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whole when small, streamed with back-pressure when it can be large; absent for 204, 304 and HEAD. */
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
  /** Code of the problem that the body tells, for the log of whoever sends it. */
  readonly problem?: string;
  /** Called by whoever sends a streamed body, with each piece that has left and that he has no more. */
  readonly onSent?: (piece: Uint8Array) => void;
}
