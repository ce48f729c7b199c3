import type { Archive, RequestContext } from '@sightline/archive';
import type { DicomDataset } from '@sightline/dicom';
import type { HttpResponse } from '@sightline/dicomweb';

/** Asks the archive what a DIMSE peer asks, in the words of PS3.18: one set of rules for both doors. */
export interface ArchiveClient {
  /** Matches of a search, page by page. Throws SearchRefused where a key has a value that it cannot have. */
  search(path: string, query: URLSearchParams): AsyncGenerator<DicomDataset>;
  /** The file, and the transfer syntax that it is in. `any`: as stored. Undefined: not to be had in that one. */
  retrieve(
    instance: InstancePath,
    transferSyntaxUid: string,
  ): Promise<{ readonly transferSyntaxUid: string; readonly file: AsyncIterable<Uint8Array> } | undefined>;
}

export interface InstancePath {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
}

export class SearchRefused extends Error {
  override readonly name = 'SearchRefused';
}

/** The archive could not answer; its problem document says why. */
export class ArchiveFailed extends Error {
  override readonly name = 'ArchiveFailed';
  readonly status: number;

  constructor(status: number) {
    super(`the archive answered ${status}`);
    this.status = status;
  }
}

/** The transfer-syntax parameter that asks for an object as it is stored, PS3.18 8.7.3.5.2. */
export const AS_STORED = '*';
const PAGE = 500;

export function createArchiveClient(
  archive: Pick<Archive, 'handle'>,
  caller: { readonly actor: NonNullable<RequestContext['actor']>; readonly signal: AbortSignal },
): ArchiveClient {
  const context: RequestContext = { root: 'dimse:', canStore: false, actor: caller.actor };
  const get = (path: string, accept: string, query?: string): Promise<HttpResponse> =>
    archive.handle(
      { method: 'GET', path, query, headers: { accept }, body: nothing(), signal: caller.signal },
      context,
    );
  return {
    async *search(path, query) {
      for (let offset = 0; ; offset += PAGE) {
        const page = new URLSearchParams(query);
        page.set('limit', String(PAGE));
        page.set('offset', String(offset));
        const response = await get(path, 'application/dicom+json', page.toString().replaceAll('+', '%20'));
        if (response.status === 204) return;
        if (response.status === 400) throw new SearchRefused();
        if (response.status !== 200) throw new ArchiveFailed(response.status);
        const text = new TextDecoder().decode(await readBody(response.body));
        const matches = JSON.parse(text) as readonly DicomDataset[]; // written by the archive
        yield* matches;
        if (matches.length < PAGE) return;
      }
    },
    async retrieve({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }, transferSyntaxUid) {
      const path = `/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
      const response = await get(path, `application/dicom; transfer-syntax=${transferSyntaxUid}`);
      if (response.status === 406) return undefined;
      if (response.status !== 200) throw new ArchiveFailed(response.status);
      const syntax = /transfer-syntax="?([\d.]+)/.exec(response.headers['content-type'] ?? '')?.[1];
      if (syntax === undefined) throw new ArchiveFailed(response.status);
      return { transferSyntaxUid: syntax, file: chunks(response.body) };
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // No body.
}

async function* chunks(body: HttpResponse['body']): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  if (typeof body === 'string') yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield body;
  else yield* body;
}

async function readBody(body: HttpResponse['body']): Promise<Uint8Array> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks(body)) list.push(chunk);
  return Buffer.concat(list);
}
