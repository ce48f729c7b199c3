import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DicomError, type DicomDataset } from '@sightline/dicom';
import type { HttpRequest, HttpResponse } from '@sightline/dicomweb';
import { onTestFinished } from 'vitest';
import type { Actor, Archive, Audit, RequestContext } from '../archive.ts';
import { createFileArchive } from '../blobs/file-archive.ts';
import { readInstanceFile, takeInstance } from '../blobs/read-instance-file.ts';
import type { FrameRenderer, RenderJob } from '../frame-renderer.ts';
import type { InstanceReader } from '../instance-reader.ts';

export const ROOT = 'https://host/dicom-web';

/** Reads in this thread, as the worker does in its own. */
export const reader: InstanceReader = {
  read: async (file, sha256) => readInstanceFile(file, sha256),
  take: async (file, stem, placeIn) => takeInstance(file, stem, placeIn),
};

/** Stands in for the decoders, which are not this package's: what it "decodes" is the stored bytes, twice. */
export const renderer: FrameRenderer = {
  async render(job: RenderJob) {
    const { bytes, metadata, bulk, ...rest } = job;
    const isDataset = JSON.parse(new TextDecoder().decode(metadata)) !== undefined;
    return new TextEncoder().encode(
      JSON.stringify({ ...rest, length: bytes.length, isDataset, bulk: [...(bulk?.keys() ?? [])] }),
    );
  },
  async animate({ pictures, frameTime }) {
    return new TextEncoder().encode(JSON.stringify({ pictures: pictures.length, frameTime }));
  },
  async decode({ bytes }) {
    if (bytes[0] === 0xba && bytes[1] === 0xad) throw new DicomError('decode_failed');
    return Buffer.concat([bytes, bytes]);
  },
};

export const clock = (): Date => new Date('2026-01-02T03:04:05Z');

/** Nobody reads it here. */
export const audit: Audit = () => Promise.resolve();

/** Gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-archive-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function openArchive(
  folder = temporaryFolder(),
  role: 'server' | 'beside' = 'server',
  frameRenderer: FrameRenderer = renderer,
): Promise<Archive> {
  const archive = await createFileArchive(folder, { reader, renderer: frameRenderer, clock, audit, role });
  onTestFinished(() => archive.close());
  return archive;
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** Parsed, as what the test expects it to be. */
  json<T = readonly DicomDataset[]>(): T;
}

export interface Ask {
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array>;
  readonly studies?: ReadonlySet<string>;
  readonly canStore?: boolean;
  readonly canDelete?: boolean;
  readonly actor?: Actor;
}

/** One request without a socket, its answer read to the end. */
export async function ask(archive: Archive, path: string, options: Ask = {}): Promise<Answer> {
  const { request, context } = requestOf(path, options);
  return readAnswer(await archive.handle(request, context));
}

/** The same by WADO-URI. */
export async function askByUri(archive: Archive, query: string, options: Ask = {}): Promise<Answer> {
  const { request, context } = requestOf('/wado', { ...options, query });
  return readAnswer(await archive.retrieveByUri(request, context));
}

/** As a server receives it: in memory of each chunk's own, which is gone when it was released. */
async function* asReceived(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) yield Buffer.from(new Uint8Array(chunk).buffer);
}

function requestOf(path: string, options: Ask): { request: HttpRequest; context: RequestContext } {
  const request: HttpRequest = {
    method: options.method ?? 'GET',
    path,
    query: options.query,
    headers: options.headers ?? {},
    body: asReceived(options.body ?? once(new Uint8Array(0))),
    release: (chunk) => void (chunk.buffer as ArrayBuffer).transfer(0),
    signal: new AbortController().signal,
  };
  const context: RequestContext = {
    root: ROOT,
    canStore: options.canStore ?? true,
    canDelete: options.canDelete ?? true,
    ...(options.studies && { studies: options.studies }),
    ...(options.actor && { actor: options.actor }),
  };
  return { request, context };
}

async function readAnswer({ status, headers, body }: HttpResponse): Promise<Answer> {
  const bytes = await readBody(body);
  const length = headers['content-length'];
  if (body !== undefined && length !== undefined && Number(length) !== bytes.length) {
    throw new Error(`Content-Length says ${length}, the body has ${bytes.length} bytes`);
  }
  return {
    status,
    headers,
    bytes,
    get text() {
      return new TextDecoder().decode(bytes);
    },
    json: <T>() => JSON.parse(new TextDecoder().decode(bytes)) as T, // the test says what it expects
  };
}

async function readBody(body: HttpResponse['body']): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array(0);
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  return readAll(body);
}

export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return Buffer.concat(list);
}
