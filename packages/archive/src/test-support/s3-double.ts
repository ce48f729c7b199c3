import { createHash, createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

/** What is wrong with the store, until the count of requests that it holds for is used up. */
export interface S3Fault {
  readonly method: string;
  /** `silent`: no answer; `cut`: the connection ends in the middle of the body; else the code of an error. */
  readonly kind: 'silent' | 'cut' | (string & {});
  readonly status?: number;
  times: number;
}

export interface S3Double {
  readonly endpoint: string;
  readonly objects: Map<string, { bytes: Buffer; modified: Date }>;
  readonly faults: S3Fault[];
  /** "GET key", in the order of arrival, those that were refused as well. */
  readonly requests: string[];
  readonly openConnections: () => number;
}

export const S3_BUCKET = 'images';
export const S3_KEYS = { accessKeyId: 'TESTKEY', secretAccessKey: 'test/secret+key' } as const;
/** Few, so that every list has several pages. */
const KEYS_PER_PAGE = 2;

class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/**
 * A store that speaks S3, as strict as Amazon's on what matters here: signatures (version 4), the hash of each payload,
 * parts, ranges, pages of lists, conditional puts. Stops when the test ends.
 */
export async function startS3Double(): Promise<S3Double> {
  const objects: S3Double['objects'] = new Map();
  const faults: S3Fault[] = [];
  const requests: string[] = [];
  const connections = new Set<unknown>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const server = createServer((request, response) => {
    answer(request, response, { objects, uploads, faults, requests }).catch((error: unknown) => {
      const { status, code } = error instanceof Refused ? error : new Refused(500, 'InternalError');
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(
        request.method === 'HEAD'
          ? ''
          : `<Error><Code>${code}</Code><Message>${S3_KEYS.accessKeyId}</Message></Error>`,
      );
    });
  });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    faults,
    requests,
    openConnections: () => connections.size,
  };
}

interface State extends Pick<S3Double, 'objects' | 'faults' | 'requests'> {
  readonly uploads: Map<string, Map<number, Buffer>>;
}

async function answer(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const { method = '' } = request;
  const url = new URL(request.url ?? '', 'http://s3');
  const [, bucket, ...rest] = url.pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  state.requests.push(`${method} ${key}`);
  const body = await readAll(request);
  const fault = state.faults.find((each) => each.method === method && each.times > 0);
  if (fault) fault.times -= 1;
  if (fault?.kind === 'silent') return;
  if (fault && fault.kind !== 'cut') throw new Refused(fault.status ?? 503, fault.kind);
  verifySignature(request, url, body);
  if (bucket !== S3_BUCKET) throw new Refused(404, 'NoSuchBucket');
  const {
    status = 200,
    headers = {},
    bytes = Buffer.alloc(0),
  } = perform(method, key, url, request, body, state);
  const length = method === 'HEAD' ? headers['content-length'] : String(bytes.length);
  response.writeHead(status, { ...headers, ...(length !== undefined && { 'content-length': length }) });
  if (fault?.kind !== 'cut') return void response.end(method === 'HEAD' ? undefined : bytes);
  response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.destroy());
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bytes?: Buffer;
}

function perform(
  method: string,
  key: string,
  url: URL,
  request: IncomingMessage,
  body: Buffer,
  state: State,
): Answer {
  const query = url.searchParams;
  if (method === 'GET' && query.get('list-type') === '2') return list(query, state);
  if (method === 'POST' || query.has('uploadId')) return multipart(method, key, query, body, state);
  if (method === 'PUT') return put(key, request, body, state);
  if (method === 'DELETE') {
    state.objects.delete(key);
    return { status: 204 };
  }
  const found = state.objects.get(key);
  if (!found) throw new Refused(404, 'NoSuchKey');
  if (method === 'HEAD') return { headers: { 'content-length': String(found.bytes.length) } };
  return ranged(found.bytes, request.headers.range);
}

function ranged(bytes: Buffer, range: string | undefined): Answer {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (from === undefined || to === undefined) return { bytes };
  const start = Number(from);
  if (start >= bytes.length) throw new Refused(416, 'InvalidRange');
  const end = Math.min(Number(to) + 1, bytes.length);
  const headers = { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` };
  return { status: 206, headers, bytes: bytes.subarray(start, end) };
}

function put(key: string, request: IncomingMessage, body: Buffer, { objects }: State): Answer {
  if (request.headers['if-none-match'] === '*' && objects.has(key)) {
    throw new Refused(412, 'PreconditionFailed');
  }
  objects.set(key, { bytes: body, modified: new Date() });
  return { headers: { etag: etag(body) } };
}

function multipart(method: string, key: string, query: URLSearchParams, body: Buffer, state: State): Answer {
  const { uploads, objects } = state;
  if (query.has('uploads')) {
    const id = randomUUID();
    uploads.set(id, new Map());
    return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }
  const id = query.get('uploadId') ?? '';
  const parts = uploads.get(id);
  if (!parts) throw new Refused(404, 'NoSuchUpload');
  if (method === 'PUT') {
    parts.set(Number(query.get('partNumber')), body);
    return { headers: { etag: etag(body) } };
  }
  uploads.delete(id);
  if (method === 'DELETE') return { status: 204 };
  const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map((match) =>
    Number(match[1]),
  );
  const chosen = named.map((number) => parts.get(number));
  if (!chosen.every((part) => part !== undefined)) throw new Refused(400, 'InvalidPart');
  objects.set(key, { bytes: Buffer.concat(chosen), modified: new Date() });
  return xml('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>');
}

function list(query: URLSearchParams, { objects }: State): Answer {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, KEYS_PER_PAGE);
  const contents = page.map((key) => {
    const { bytes, modified } = objects.get(key) ?? { bytes: Buffer.alloc(0), modified: new Date() };
    const time = modified.toISOString();
    return `<Contents><Key>${key}</Key><Size>${bytes.length}</Size><LastModified>${time}</LastModified></Contents>`;
  });
  const next =
    keys.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  return xml(`<ListBucketResult>${contents.join('')}${next}</ListBucketResult>`);
}

const xml = (text: string): Answer => ({
  headers: { 'content-type': 'application/xml' },
  bytes: Buffer.from(`<?xml version="1.0"?>${text}`),
});

const etag = (bytes: Buffer): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

/** The body, out of its aws-chunked frames where it has them. */
async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks);
  if (!request.headers['content-encoding']?.includes('aws-chunked')) return body;
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (size === 0) break;
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

/** Signature version 4 in the Authorization header, with the hash of the payload under it. */
function verifySignature(request: IncomingMessage, url: URL, body: Buffer): void {
  const { authorization = '' } = request.headers;
  const match =
    /Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(
      authorization,
    );
  const [, keyId, day = '', region = '', signed = '', signature] = match ?? [];
  if (keyId !== S3_KEYS.accessKeyId) throw new Refused(403, 'InvalidAccessKeyId');
  const header = (name: string): string => String(request.headers[name] ?? '').trim();
  const payload = header('x-amz-content-sha256');
  const isHash = /^[0-9a-f]{64}$/.test(payload);
  if (isHash && payload !== sha256(body)) throw new Refused(400, 'XAmzContentSHA256Mismatch');
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const headers = signed.split(';').map((name) => `${name}:${header(name)}\n`);
  const canonical = [request.method, url.pathname, query, headers.join(''), signed, payload].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', header('x-amz-date'), scope, sha256(canonical)].join('\n');
  const hmac = (key: string | Buffer, value: string): Buffer =>
    createHmac('sha256', key).update(value).digest();
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${S3_KEYS.secretAccessKey}`, day), region));
  if (hmac(key, text).toString('hex') !== signature) throw new Refused(403, 'SignatureDoesNotMatch');
}

const sha256 = (value: string | Buffer): string => createHash('sha256').update(value).digest('hex');
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
