import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What is kept of an answer: bodies are counted, not collected, so that the client costs little beside the server. */
export interface Answered {
  readonly status: number;
  readonly bytes: number;
  /** From the request's last byte to the answer's first, in ms. */
  readonly firstByteMs: number;
  readonly totalMs: number;
}

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/**
 * One keep-alive connection that asks one thing at a time: a raw socket, because Node's own client takes as much of the
 * machine as a good server does.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #take: ((chunk: Buffer) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;
  /** Set while the connection's end is that of the answer. */
  #end: (() => void) | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take?.(chunk));
    socket.on('error', (error) => this.#fail?.(error));
    socket.on('close', () => (this.#end ?? this.#fail)?.(new Error('the server closed the connection')));
  }

  static async open(origin: string): Promise<HttpConnection> {
    const { hostname, port, host } = new URL(origin);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new HttpConnection(socket, host);
  }

  ask({ method = 'GET', path, headers = {}, body }: Ask): Promise<Answered> {
    const all = { host: this.#host, ...headers, ...(body && { 'content-length': String(body.length) }) };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    if (body) this.#socket.write(body);
    const askedAt = performance.now();
    return new Promise((resolve, reject) => {
      const reader = new AnswerReader();
      let firstByteMs = -1;
      const done = (): void => {
        this.#take = undefined;
        this.#fail = undefined;
        const { status, bytes } = reader;
        resolve({ status, bytes, firstByteMs, totalMs: performance.now() - askedAt });
      };
      this.#fail = reject;
      this.#take = (chunk) => {
        if (firstByteMs < 0) firstByteMs = performance.now() - askedAt;
        if (reader.isComplete(chunk)) done();
        else if (reader.endsWithConnection) this.#end = done;
      };
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Finds the end of one answer: by Content-Length, by chunks, or where the connection ends (RFC 9112 6.3). */
class AnswerReader {
  status = 0;
  bytes = 0;
  #head = '';
  #left = 0;
  #kind: 'head' | 'length' | 'chunks' | 'close' = 'head';
  #line = '';

  get endsWithConnection(): boolean {
    return this.#kind === 'close';
  }

  isComplete(chunk: Buffer): boolean {
    if (this.#kind !== 'head') return this.#body(chunk, 0);
    const before = this.#head.length;
    this.#head += chunk.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return false;
    this.#readHead(this.#head.slice(0, end));
    return this.#body(chunk, end + 4 - before);
  }

  #readHead(head: string): void {
    this.status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length:\s*(\d+)/i.exec(head)?.[1];
    const isChunked = /\r\ntransfer-encoding:\s*chunked/i.test(head);
    const hasNoBody = [204, 304].includes(this.status);
    this.#kind = isChunked ? 'chunks' : length !== undefined || hasNoBody ? 'length' : 'close';
    this.#left = this.#kind === 'close' ? Infinity : Number(length ?? 0);
  }

  #body(chunk: Buffer, from: number): boolean {
    if (this.#kind === 'chunks') return this.#chunks(chunk, from);
    this.bytes += chunk.length - from;
    this.#left -= chunk.length - from;
    return this.#left <= 0;
  }

  /** RFC 9112 7.1: a size in hexadecimal, the bytes, an empty line; a size of 0 ends it. */
  #chunks(chunk: Buffer, from: number): boolean {
    let at = from;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        this.bytes += taken;
        at += taken;
        continue;
      }
      const end = chunk.indexOf(10, at);
      this.#line += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
      if (end < 0) return false;
      at = end + 1;
      const line = this.#line.trim();
      this.#line = '';
      if (line === '') continue;
      this.#left = Number.parseInt(line, 16);
      if (this.#left === 0) return true;
    }
    return false;
  }
}

/** `count` connections to one server, closed when the work is done. */
export async function withConnections<T>(
  origin: string,
  count: number,
  work: (connections: readonly HttpConnection[]) => Promise<T>,
): Promise<T> {
  const connections = await Promise.all(Array.from({ length: count }, () => HttpConnection.open(origin)));
  try {
    return await work(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}
