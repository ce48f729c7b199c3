import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem, type ProblemCode, toProblemDocument } from '@sightline/contract';
import type { HttpResponse } from '@sightline/dicomweb';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type InjectOptions,
} from 'fastify';
import { Connections } from './http/connections.ts';
import { createHostCheck } from './http/host-names.ts';
import { NodeRequest, send } from './http/node-exchange.ts';
import { toResponse } from './http/problem-response.ts';
import { createRequestIds } from './http/request-id.ts';
import type { Method, Route } from './http/route.ts';
import { baseHeaders, httpsHeaders } from './http/security-headers.ts';
import type { Log } from './log.ts';

export interface ServerOptions {
  readonly routes: readonly Route[];
  readonly log: Log;
  /** Absent: callers reach us on a loopback name, and links are built from the name they used. */
  readonly publicUrl?: URL;
  /** How long a request's head may take to arrive; 10 s unless a test says otherwise. */
  readonly headersTimeoutMs?: number;
}

export interface GatewayServer {
  /** Resolves with the port, which is a free one when 0 was asked for. Rejects with Node's own error. */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** One request without a socket, for tests. */
  request(options: InjectedRequest): Promise<InjectedResponse>;
  /** Takes no new request, lets the open ones end, and cuts those that have not after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export interface InjectedRequest {
  readonly method?: Method;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface InjectedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  readonly bytes: Uint8Array;
}

const ALL_METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
] as const satisfies readonly Method[];
/** A connection on which nothing moves for so long is given up; a slow but living transfer is not. */
const SILENCE_MS = 120_000;
const UNKNOWN = failing('(none)', 'not_found');
const MALFORMED = failing('(malformed)', 'request_malformed');

/**
 * The HTTP server: the only file that knows the web framework, which finds the route; everything else is between
 * Node's request, our handler and Node's response.
 */
export function createServer(options: ServerOptions): GatewayServer {
  const connections = new Connections();
  const exchange = createExchange(options, connections);
  const app = createApp(options.headersTimeoutMs ?? 10_000, exchange, connections);
  for (const route of options.routes) addRoute(app, route, exchange);
  const unknown = (request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack();
    void exchange(UNKNOWN, request.raw, reply.raw, {});
  };
  app.setNotFoundHandler(unknown);
  app.setErrorHandler((_error, request, reply) => unknown(request, reply));
  connections.watch(app.server);
  // An expectation other than 100-continue, which Node would answer by itself.
  app.server.on('checkExpectation', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    void exchange(MALFORMED, incoming, outgoing, {});
  });

  return {
    async listen(address) {
      await app.listen(address);
      const bound = app.server.address();
      return typeof bound === 'object' && bound !== null ? bound.port : address.port;
    },
    async request({ method = 'GET', url, headers = {}, body }) {
      const injected: InjectOptions = { method, url, headers: { host: 'localhost', ...headers } };
      const response = await app.inject(body === undefined ? injected : { ...injected, payload: body });
      return {
        status: response.statusCode,
        headers: Object.fromEntries(Object.entries(response.headers).map(([k, v]) => [k, v?.toString()])),
        text: response.payload,
        bytes: response.rawPayload,
      };
    },
    async close(graceMs) {
      const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
      const closed = app.close();
      connections.closeIdle();
      await closed;
      clearTimeout(cut);
    },
  };
}

type Exchange = (
  route: Route,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  params: Readonly<Record<string, string>>,
) => Promise<void>;

function createApp(headersTimeoutMs: number, exchange: Exchange, connections: Connections): FastifyInstance {
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    // What arrives on an open connection while we stop is still answered, and as everything else is.
    return503OnClosing: false,
    // An address may be as long as Node lets it be: an invented ticket or session is refused like any other.
    routerOptions: { maxParamLength: Number.MAX_SAFE_INTEGER },
    rewriteUrl: originForm,
    // A study may take minutes to arrive; what must be quick is the head, and what must not stop is the flow.
    requestTimeout: 0,
    connectionTimeout: SILENCE_MS,
    http: {
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: Math.min(headersTimeoutMs, 2000),
      // One without is refused by us, in our own words.
      requireHostHeader: false,
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, connections),
    // A path that does not decode.
    frameworkErrors: (_error, request, reply) => {
      reply.hijack();
      void exchange(MALFORMED, request.raw, reply.raw, {});
    },
  });
  // Bodies are streams for the handlers, whatever they hold: the framework never reads one.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  return app;
}

/** RFC 9112 3.2.2: a target may be a whole URL. Its host is not looked at, since links are made from the Host header. */
function originForm({ url = '/' }: { readonly url?: string | undefined }): string {
  return url.replace(/^https?:\/\/[^/?]*\/?/i, '/');
}

/** Every method of a known address is answered: by its handler, or by 405 with the list of those that are. */
function addRoute(app: FastifyInstance, route: Route, exchange: Exchange): void {
  const url = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
  const taken: readonly Method[] =
    route.methods === 'any' ? ALL_METHODS : ALL_METHODS.filter((method) => isTaken(route.methods, method));
  const refused = ALL_METHODS.filter((method) => !taken.includes(method));
  const refusal = failing(route.path, 'method_not_allowed', { allow: taken.join(', ') });
  for (const [methods, handled] of [
    [taken, route],
    [refused, refusal],
  ] as const) {
    if (methods.length === 0) continue;
    const handler = (request: FastifyRequest, reply: FastifyReply): void => {
      reply.hijack();
      // The names in {braces}: the framework fills them from the path, as text.
      void exchange(handled, request.raw, reply.raw, request.params as Record<string, string>);
    };
    // The framework's one complaint is a Content-Type that it cannot read: the handlers know better what to say.
    const errorHandler: typeof app.errorHandler = (_error, request, reply) => handler(request, reply);
    app.route({ method: [...methods], url, handler, errorHandler });
  }
}

/** A route that answers nothing but one problem. */
function failing(path: string, code: ProblemCode, headers: Readonly<Record<string, string>> = {}): Route {
  return {
    path,
    methods: 'any',
    handle: () => {
      throw new Problem(code, { headers });
    },
  };
}

function isTaken(methods: Route['methods'], method: Method): boolean {
  return methods === 'any' || methods.includes(method) || (method === 'HEAD' && methods.includes('GET'));
}

/** From a request to a logged answer. Never rejects: whatever goes wrong ends as an answer or a closed connection. */
function createExchange({ log, publicUrl }: ServerOptions, connections: Connections): Exchange {
  const isServedHost = createHostCheck(publicUrl);
  const nextId = createRequestIds();
  const security = publicUrl?.protocol === 'https:' ? { ...baseHeaders, ...httpsHeaders } : baseHeaders;

  return async (route, incoming, outgoing, params) => {
    const startedAt = performance.now();
    connections.begin(incoming.socket, outgoing);
    const { host } = incoming.headers;
    const request = new NodeRequest(incoming, outgoing, {
      id: nextId(),
      baseUrl: publicUrl?.origin ?? `http://${host}`,
      params,
      rootLength: rootLength(route, incoming.url ?? ''),
    });
    let response: HttpResponse;
    try {
      // RFC 9112 3.2. Node keeps the first of several; a proxy before us may have looked at another one.
      if (countHosts(incoming.rawHeaders) !== 1) throw new Problem('request_malformed');
      if (!isServedHost(host)) throw new Problem('host_not_served');
      response = await route.handle(request);
    } catch (error) {
      if (!(error instanceof Problem) && !outgoing.destroyed) log.failure(request.id, route.path, error);
      response = toResponse(error, request);
    }
    try {
      await send(incoming, outgoing, { ...response, headers: { ...security, ...response.headers } });
    } catch (error) {
      log.failure(request.id, route.path, error);
    }
    log.request({
      id: request.id,
      method: request.method,
      route: route.path,
      status: response.status,
      ...(response.problem !== undefined && { code: response.problem }),
      ms: performance.now() - startedAt,
      aborted: outgoing.destroyed && !outgoing.writableFinished,
      busy: route.busy === true,
    });
  };
}

/** `rawHeaders`: names and values by turns, as they were sent. */
function countHosts(rawHeaders: readonly string[]): number {
  return rawHeaders.filter((text, i) => i % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host')
    .length;
}

/**
 * Where the part below a wildcard route's root begins. Counted in segments of the path as it was sent: what is below
 * must stay percent-encoded, and a segment may be longer when encoded than in the pattern.
 */
function rootLength(route: Route, url: string): number {
  if (!route.path.endsWith('/*')) return 0;
  const segments = route.path.split('/').length - 1;
  return url.split('/', segments).join('/').length;
}

/** Codes of Node's parser; every other one is a malformed request. */
const parserProblems: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/** What the parser refuses never becomes a request: the answer is written by hand. */
function answerClientError(
  error: { readonly code?: string },
  socket: Socket,
  connections: Connections,
): void {
  // An answer that has begun is cut: words of ours in the middle of it would be taken for its bytes.
  if (error.code === 'ECONNRESET' || !socket.writable || connections.isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const code = parserProblems[error.code ?? ''] ?? 'request_malformed';
  const document = toProblemDocument({ code });
  const body = JSON.stringify(document);
  const headers = {
    ...baseHeaders,
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${document.status} ${document.title}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
