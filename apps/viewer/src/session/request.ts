/**
 * Why a request gave nothing usable.
 * - ended: the session is over (401). forbidden: it may not see this (403).
 * - missing: the archive does not have it (404, 410). refused: it will not give it (any other 4xx).
 * - failed: the archive met an error over this one thing (500), which says nothing about anything else.
 * - unreachable: no answer, or a server that says it cannot serve now (408, 429, 502 to 504), after every try.
 */
export type RequestFailure = 'ended' | 'forbidden' | 'missing' | 'refused' | 'failed' | 'unreachable';

export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly failure: RequestFailure;
  /** The code of the answer's problem document (RFC 9457), where it had one. */
  readonly problem: string | undefined;

  constructor(failure: RequestFailure, options?: ErrorOptions & { readonly problem?: string | undefined }) {
    super(`request ${failure}`, options);
    this.failure = failure;
    this.problem = options?.problem;
  }
}

/** What a request needs of the world. */
export interface RequestWorld {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Resolves after the time, or rejects when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
  /** 0 to 1. */
  random(): number;
}

export interface RequestOptions {
  readonly accept: string;
  readonly signal?: AbortSignal;
  readonly priority?: RequestPriority;
}

const TRIES = 3;
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 10_000;

/**
 * The one place where requests are repeated: three tries, pauses that double and vary, Retry-After honoured. `read` takes
 * the body inside the try, because a connection cut in the middle of a body is as much a failure as no answer.
 * A refusal (any 4xx but 408 and 429) is final at once.
 * @throws RequestError; or the signal's reason when aborted.
 */
export async function request<T>(
  world: RequestWorld,
  url: string,
  options: RequestOptions,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce(world, url, options, read);
    if ('value' in outcome) return outcome.value;
    options.signal?.throwIfAborted();
    if (!outcome.again || attempt === TRIES) throw outcome.error;
    const pause = outcome.afterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + world.random());
    await world.sleep(Math.min(pause, LONGEST_PAUSE_MS), options.signal);
  }
}

type Outcome<T> =
  | { readonly value: T }
  | { readonly error: RequestError; readonly again: boolean; readonly afterMs?: number };

async function tryOnce<T>(
  world: RequestWorld,
  url: string,
  { accept, signal, priority }: RequestOptions,
  read: (response: Response) => Promise<T>,
): Promise<Outcome<T>> {
  try {
    const response = await world.fetch(url, {
      credentials: 'include',
      headers: { Accept: accept },
      ...(signal && { signal }),
      ...(priority && { priority }),
    });
    if (response.ok) return { value: await read(response) };
    const afterMs = retryAfterMs(response.headers.get('Retry-After'));
    const failure = failureOf(response.status);
    const problem = await problemCode(response);
    return {
      error: new RequestError(failure, { problem }),
      // A problem that has a name is a finding, and will be the same the next time.
      again: failure === 'unreachable' || (failure === 'failed' && (problem ?? 'internal') === 'internal'),
      ...(afterMs !== undefined && { afterMs }),
    };
  } catch (cause) {
    // The answer came, and is of no use: it would be the same the next time.
    if (cause instanceof RequestError) return { error: cause, again: false };
    return { error: new RequestError('unreachable', { cause }), again: true };
  }
}

function failureOf(status: number): RequestFailure {
  if (status === 401) return 'ended';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'missing';
  if ([408, 429, 502, 503, 504].includes(status)) return 'unreachable';
  return status >= 500 ? 'failed' : 'refused';
}

async function problemCode(response: Response): Promise<string | undefined> {
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) return undefined;
  const problem: unknown = await response.json();
  const isObject = typeof problem === 'object' && problem !== null && 'code' in problem;
  return isObject && typeof problem.code === 'string' ? problem.code : undefined;
}

/** Seconds only: the HTTP-date form needs a clock that agrees with the server's, and no archive we met sends it. */
function retryAfterMs(header: string | null): number | undefined {
  const seconds = header === null || header.trim() === '' ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
