import {
  createXmlReader,
  DicomError,
  parseDicomJson,
  statedIdentity,
  type DicomDataset,
} from '@sightline/dicom';
import { ArchiveProblem } from './problems.ts';
import { AssemblyError, assembleObject } from './stow-assemble.ts';
import { BulkParts } from './stow-bulk.ts';
import { failedCandidate, type StoreCandidate } from './stow-candidate.ts';
import {
  type StoreForm,
  storeForms,
  storeLimits,
  type StoreMessage,
  type StorePart,
} from './stow-message.ts';
import type { FailureCode } from './stow-outcome.ts';
import type { Asked, Services } from './transaction.ts';

/**
 * The objects of a message of metadata and bulk data, PS3.18 10.5.2. Bulk data waits on the disk until the message has
 * been read to its end, because a part may come anywhere; metadata waits in memory, and so has a limit.
 */
export async function* objectsOfMetadata(
  { form, parts }: StoreMessage,
  { request, context }: Asked,
  { staging }: Services,
): AsyncGenerator<StoreCandidate> {
  const bulk = new BulkParts(`${context.root}${request.path}`);
  const metadata = new MetadataParts(form);
  try {
    for await (const part of parts) {
      const failure = await takePart(part, { metadata, form, addBulk: () => bulk.add(part, staging) });
      if (failure !== undefined) yield failedCandidate(failure);
    }
    for (const dataset of metadata.datasets) yield candidateOf(dataset, bulk);
    for (let left = bulk.unreferenced; left > 0; left -= 1) yield failedCandidate('bulk_unreferenced');
  } finally {
    await bulk.end();
  }
}

interface Takers {
  readonly metadata: MetadataParts;
  readonly form: StoreForm;
  readonly addBulk: () => Promise<boolean>;
}

async function takePart(
  part: StorePart,
  { metadata, form, addBulk }: Takers,
): Promise<FailureCode | undefined> {
  if (part.isEncoded) return 'part_encoded';
  if (storeForms[part.mediaType.type] === form) return metadata.add(part);
  return (await addBulk()) ? undefined : 'bulk_unreferenced';
}

class MetadataParts {
  readonly datasets: DicomDataset[] = [];
  readonly #form: StoreForm;
  #bytes = 0;

  constructor(form: StoreForm) {
    this.#form = form;
  }

  /** Reads one part. Answers why it cannot be used; undefined: it can. */
  async add({ mediaType, body }: StorePart): Promise<FailureCode | undefined> {
    if (!/^(utf-?8|us-ascii)?$/i.test(mediaType.parameters['charset'] ?? '')) return 'metadata_unreadable';
    const reader = this.#form === 'xml' ? xmlMetadata() : jsonMetadata();
    const decoder = new TextDecoder('utf-8', { fatal: true });
    try {
      for await (const chunk of body) {
        this.#bytes += chunk.length;
        if (this.#bytes > storeLimits.metadataBytes) throw new ArchiveProblem('store_too_large');
        reader.write(utf8(() => decoder.decode(chunk, { stream: true })));
      }
      reader.write(utf8(() => decoder.decode()));
      this.datasets.push(...reader.finish());
      return undefined;
    } catch (error) {
      if (!(error instanceof DicomError)) throw error;
      return error.code === 'malformed' ? 'metadata_unreadable' : error.code;
    }
  }
}

interface MetadataReader {
  write(piece: string): void;
  finish(): readonly DicomDataset[];
}

function jsonMetadata(): MetadataReader {
  const pieces: string[] = [];
  return { write: (piece) => pieces.push(piece), finish: () => parseDicomJson(pieces.join('')) };
}

/** Read as it comes: it takes so much longer than JSON that other requests would wait for a large one. */
function xmlMetadata(): MetadataReader {
  const reader = createXmlReader();
  return { write: (piece) => reader.write(piece), finish: () => [reader.finish()] };
}

/** All metadata is UTF-8, PS3.18 F.2.1. */
function utf8(decode: () => string): string {
  try {
    return decode();
  } catch (cause) {
    throw new DicomError('malformed', { cause }); // the decoder throws for nothing else
  }
}

function candidateOf(dataset: DicomDataset, bulk: BulkParts): StoreCandidate {
  const identity = statedIdentity(dataset);
  try {
    const { body, ...rest } = assembleObject(dataset, bulk);
    return { item: { body }, identity: () => identity, ...rest };
  } catch (error) {
    if (error instanceof AssemblyError || error instanceof DicomError)
      return failedCandidate(error.code, identity);
    throw error;
  }
}
