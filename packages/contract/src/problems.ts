/**
 * Every way in which a request to the gateway can fail, in one place. docs/errors.md lists the same codes with what to
 * do about each; a test holds the two equal. Sentences are fixed text: nothing of the input is ever repeated in one,
 * so no patient data, URL or token can reach a client or a log through an error.
 */
export const problems = {
  launch_unreadable: {
    status: 400,
    title: 'Launch request not understood',
    detail:
      'The launch request is not one that this gateway understands. The list of errors names each place.',
  },
  target_unsupported: {
    status: 400,
    title: 'Launch target not supported',
    detail:
      'A selection names its images in a way that this version cannot resolve. Name studies by their UIDs.',
  },
  source_unsupported: {
    status: 400,
    title: 'Launch source not supported',
    detail: 'A selection names an archive that this gateway does not serve. Leave the source out.',
  },
  body_not_json: {
    status: 400,
    title: 'Body is not JSON',
    detail: 'The body of the request is not a JSON document in UTF-8.',
  },
  request_malformed: {
    status: 400,
    title: 'Malformed request',
    detail: 'The request breaks the rules of HTTP and was not looked at.',
  },
  api_key_required: {
    status: 401,
    title: 'API key required',
    detail: 'This needs the API key of the gateway, sent as "Authorization: Bearer <key>".',
  },
  session_required: {
    status: 401,
    title: 'No open viewing session',
    detail:
      'This viewing session has ended or belongs to another browser. Open the study again from your portal.',
  },
  cross_site_refused: {
    status: 403,
    title: 'Not from another site',
    detail: 'This form works only on its own page. Open that page and use the button there.',
  },
  ticket_not_usable: {
    status: 404,
    title: 'This launch link cannot be used',
    detail:
      'A launch link opens once and only for a short time. This one was already used, has expired or is not complete. Open the study again from your portal.',
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
  request_timeout: {
    status: 408,
    title: 'Request took too long',
    detail: 'The request did not arrive in time.',
  },
  headers_too_large: {
    status: 431,
    title: 'Request header too large',
    detail: 'The address and headers of the request are larger than 16 kB together.',
  },
  manifest_needs_one_study: {
    status: 409,
    title: 'Manifest holds one study',
    detail:
      'This launch names several studies and a DN Viewer manifest can carry only one. The ticket is still good: open it with the Sightline viewer, or launch each study by itself.',
  },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    detail: 'The body of the request is larger than this address accepts.',
  },
  media_type_unsupported: {
    status: 415,
    title: 'Body must be JSON',
    detail: 'This address takes only "Content-Type: application/json".',
  },
  host_not_served: {
    status: 421,
    title: 'Host not served',
    detail:
      'This gateway is not reached under that host name. Use the address that it prints at its start, or set SIGHTLINE_PUBLIC_URL.',
  },
  internal: {
    status: 500,
    title: 'Something broke in the gateway',
    detail:
      'The gateway could not finish this request. Try again; if it stays, give the support code to your administrator.',
  },
  prefetch_refused: {
    status: 503,
    title: 'Launch links are not fetched ahead',
    detail: 'A launch link opens once, so that it is not spent on fetching it ahead. Opening it works.',
  },
  storage_full: {
    status: 507,
    title: 'No room on the disk',
    detail:
      'The disk of the gateway is full, so nothing can be opened anew, stored or deleted. What is open goes on. Tell your administrator.',
  },
} as const satisfies Readonly<Record<string, ProblemText>>;

interface ProblemText {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

export type ProblemCode = keyof typeof problems;

/** One parameter at fault: `pointer` (RFC 6901) into a JSON body, or `param`, the name of a query parameter. */
export type ProblemItem = {
  readonly code: string;
  readonly message: string;
} & (
  | { readonly pointer: string; readonly param?: never }
  | { readonly param: string; readonly pointer?: never }
);

/** A foreseen failure of a request. Thrown by handlers; turned into a response in one place. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly errors: readonly ProblemItem[];
  /** Headers that the answer must carry, such as Allow; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    options: {
      readonly errors?: readonly ProblemItem[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(problems[code].detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = problems[code].status;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }
}

/** The body of an `application/problem+json` answer, RFC 9457. `code` and `errors` are our extension members. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly ProblemItem[];
}

/** `type` is a name, not an address: the explanation of every code is docs/errors.md of the running version. */
export function toProblemDocument(
  problem: Pick<Problem, 'code'> & Partial<Pick<Problem, 'errors'>>,
): ProblemDocument {
  const { status, title, detail } = problems[problem.code];
  const { code, errors = [] } = problem;
  return {
    type: `urn:sightline:problem:${code}`,
    title,
    status,
    code,
    detail,
    ...(errors.length > 0 && { errors }),
  };
}
