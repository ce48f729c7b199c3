import { datasetToXml, type DicomDataset } from '@sightline/dicom';
import { formatMediaType, writeMultipart, type HttpResponse, type Part } from '@sightline/dicomweb';
import { gzipPieces, gzipText } from '../index/gzip-text.ts';
import type { IndexRow } from '../index/index-store.ts';
import { answerText } from './qido-answer.ts';
import { pageName, type AnswerForm } from './search-memory.ts';
import type { Services } from './transaction.ts';

/** The matches of a page, and how each is to be answered. */
export interface Results {
  readonly rows: readonly IndexRow[];
  readonly form: AnswerForm;
  readonly services: Pick<Services, 'index' | 'searches' | 'newBoundary'>;
}

type Headers = Readonly<Record<string, string>>;

/** So many at a time, and others have their turn in between; those of which metadata has to be read take longer. */
const PIECE_ROWS = { index: 50, metadata: 15 } as const;
/** A page that costs less than a picture is answered whole, with its length. */
const MAX_WHOLE_ROWS = { index: 500, metadata: 50 } as const;

/** Fewer fit into one packet as they are. */
const MIN_GZIP_ROWS = 3;

const encoder = new TextEncoder();

/** PS3.18 F.2: one array. `isGzip`: the client takes it compressed. */
export async function jsonResults(
  results: Results,
  headers: Headers,
  isGzip: boolean,
): Promise<HttpResponse> {
  const { rows, form } = results;
  const isLong = rows.length > MAX_WHOLE_ROWS[sourceOf(form)];
  if (!isGzip || rows.length < MIN_GZIP_ROWS) {
    return { status: 200, headers, body: isLong ? jsonPieces(results) : await jsonText(results) };
  }
  const body = isLong ? gzipPieces(jsonPieces(results)) : await compressedText(results);
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body };
}

const jsonText = async (results: Results): Promise<string> =>
  `[${(await textsOf(results.rows, results)).join(',')}]`;

/** A list of studies compresses to a twentieth. That costs as much as finding them, so it is done once for each page. */
async function compressedText(results: Results): Promise<Uint8Array> {
  const { searches } = results.services;
  const name = pageName(results.form, results.rows);
  const known = searches.getPage(name);
  if (known) return known;
  const body = gzipText(await jsonText(results));
  searches.setPage(name, body);
  return body;
}

async function* jsonPieces(results: Results): AsyncGenerator<Uint8Array> {
  let before = '[';
  for await (const texts of pieces(results)) {
    yield encoder.encode(before + texts.join(','));
    before = ',';
  }
  yield encoder.encode(']');
}

/** PS3.18 8.7.3.3: one part a match, each a document of PS3.19 A.1. */
export function xmlResults(results: Results, headers: Headers): HttpResponse {
  const boundary = results.services.newBoundary();
  const contentType = formatMediaType('multipart/related', { type: 'application/dicom+xml', boundary });
  return {
    status: 200,
    headers: { ...headers, 'content-type': contentType },
    body: writeMultipart(boundary, xmlParts(results)),
  };
}

async function* xmlParts(results: Results): AsyncGenerator<Part> {
  for await (const texts of pieces(results)) {
    for (const text of texts) {
      const dataset = JSON.parse(text) as DicomDataset; // put together by answerText
      const body = encoder.encode(datasetToXml(dataset));
      yield { headers: { 'Content-Type': 'application/dicom+xml' }, body };
    }
  }
}

async function* pieces(results: Results): AsyncGenerator<readonly string[]> {
  const { rows, form } = results;
  const count = PIECE_ROWS[sourceOf(form)];
  for (let at = 0; at < rows.length; at += count) {
    yield await textsOf(rows.slice(at, at + count), results);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Where the answers have to be looked for. */
const sourceOf = ({ fields: { metadata } }: AnswerForm): 'index' | 'metadata' =>
  metadata === 'all' || Object.keys(metadata).length > 0 ? 'metadata' : 'index';

async function textsOf(rows: readonly IndexRow[], { form, services }: Results): Promise<readonly string[]> {
  const { index, searches } = services;
  const known = rows.map((row) => searches.get(form, row));
  const missing = sourceOf(form) === 'metadata' ? rows.filter((_, at) => known[at] === undefined) : [];
  const packed = new Map<number, Uint8Array>();
  if (missing.length > 0) {
    const ids = missing.map(({ instanceId }) => instanceId);
    for await (const { id, metadata } of index.metadataOf(ids)) packed.set(id, metadata);
  }
  return rows.map((row, at) => {
    const remembered = known[at];
    if (remembered !== undefined) return remembered;
    const text = answerText(row, form.fields, { root: form.root, packed: packed.get(row.instanceId) });
    searches.set(form, row, text);
    return text;
  });
}
