/**
 * Why a request gave nothing usable.
 * - ended: the session is over (401). forbidden: it may not see this (403).
 * - missing: the archive does not have it (404, 410). refused: it will not give it (any other 4xx).
 * - unreachable: no answer, or a server in trouble (5xx), after every try.
 */
export type RequestFailure = 'ended' | 'forbidden' | 'missing' | 'refused' | 'unreachable';

export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly failure: RequestFailure;

  constructor(failure: RequestFailure, options?: ErrorOptions) {
    super(`request ${failure}`, options);
    this.failure = failure;
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
    return {
      error: new RequestError(failure),
      again: failure === 'unreachable',
      ...(afterMs !== undefined && { afterMs }),
    };
  } catch (cause) {
    return { error: new RequestError('unreachable', { cause }), again: true };
  }
}

function failureOf(status: number): RequestFailure {
  if (status === 401) return 'ended';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'missing';
  return status === 408 || status === 429 || status >= 500 ? 'unreachable' : 'refused';
}

/** Seconds only: the HTTP-date form needs a clock that agrees with the server's, and no archive we met sends it. */
function retryAfterMs(header: string | null): number | undefined {
  const seconds = header === null || header.trim() === '' ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
