import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { HttpResponse } from '@sightline/dicomweb';
import type { RouteRequest } from './route.ts';

/** A Node request as handlers see it. Made for each image, so it computes nothing before it is asked. */
export class NodeRequest implements RouteRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly query: string | undefined;
  readonly root: string;
  readonly baseUrl: string;
  readonly params: Readonly<Record<string, string>>;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  #signal: AbortSignal | undefined;

  /** `rootLength`: how many characters of the path belong to a wildcard route's root; 0 for the others. */
  constructor(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    route: {
      readonly id: string;
      readonly baseUrl: string;
      readonly params: Readonly<Record<string, string>>;
      readonly rootLength: number;
    },
  ) {
    const url = incoming.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    this.id = route.id;
    this.method = incoming.method ?? 'GET';
    this.root = path.slice(0, route.rootLength);
    this.path = path.slice(route.rootLength);
    this.query = mark < 0 ? undefined : url.slice(mark + 1);
    this.baseUrl = route.baseUrl;
    this.params = route.params;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  get address(): string | undefined {
    return this.#incoming.socket.remoteAddress;
  }

  get headers(): Readonly<Record<string, string | undefined>> {
    // Of all request headers Node gives only Set-Cookie as a list, and that one is not a request header.
    return this.#incoming.headers as Readonly<Record<string, string | undefined>>;
  }

  /** Leaving the loop early must not destroy the socket: the answer still has to go through it. */
  get body(): AsyncIterable<Uint8Array> {
    const incoming = this.#incoming;
    return {
      [Symbol.asyncIterator]: () => incoming.iterator({ destroyOnReturn: false }),
    };
  }

  /**
   * Frees the chunk now. Node makes memory of its own for each, and V8, which sees little of it, would look through the
   * whole heap after every 64 MB. What a test injects came through no socket, and stays the test's.
   */
  readonly release = (chunk: Uint8Array): void => {
    const { buffer, byteLength } = chunk;
    const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
    if (isAlone && this.#incoming.socket instanceof Socket) buffer.transfer(0);
  };

  /** Aborts when the client leaves before its answer is complete. */
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      this.#signal = controller.signal;
      const outgoing = this.#outgoing;
      const abortUnlessDone = (): void => {
        if (!outgoing.writableFinished) controller.abort();
      };
      if (outgoing.closed) abortUnlessDone();
      else outgoing.once('close', abortUnlessDone);
    }
    return this.#signal;
  }
}

/**
 * Writes an answer, waiting for a slow client instead of buffering for it. A body that fails or a client that leaves
 * ends the connection: a cut answer must look cut. Resolves when everything was handed to the socket; rejects with
 * the body's own error.
 */
export async function send(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: HttpResponse,
): Promise<void> {
  const { status, headers, body } = response;
  try {
    if (body === undefined) {
      outgoing.writeHead(
        status,
        status === 204 || status === 304 || incoming.method === 'HEAD'
          ? headers
          : { 'content-length': '0', ...headers },
      );
      outgoing.end();
    } else if (typeof body === 'string' || body instanceof Uint8Array) {
      outgoing.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
      outgoing.end(body);
    } else {
      outgoing.writeHead(status, headers);
      if (incoming.method === 'HEAD') await body[Symbol.asyncIterator]().return?.();
      else await stream(body, outgoing, response.onSent);
      outgoing.end();
    }
  } catch (error) {
    outgoing.destroy();
    throw error;
  } finally {
    // What a handler left unread would block the next request on this connection.
    if (!incoming.complete && !incoming.destroyed) incoming.resume();
  }
}

async function stream(
  body: AsyncIterable<Uint8Array>,
  outgoing: ServerResponse,
  onSent: HttpResponse['onSent'],
): Promise<void> {
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  outgoing.once('close', onClose);
  try {
    for await (const chunk of body) {
      if (outgoing.destroyed) return;
      // Written, not merely taken over: the socket has its own copy only then.
      const sent = onSent && ((error?: Error | null) => error || onSent(chunk));
      if (!outgoing.write(chunk, sent)) await drained(outgoing, gone.signal);
    }
  } finally {
    outgoing.off('close', onClose);
  }
}

/** Resolves on drain, and also when the client has gone: the loop above then ends by itself. */
async function drained(outgoing: ServerResponse, gone: AbortSignal): Promise<void> {
  try {
    await once(outgoing, 'drain', { signal: gone });
  } catch {
    // Aborted: the connection is closed.
  }
}
