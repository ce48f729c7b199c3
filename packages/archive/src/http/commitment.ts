import {
  asStoredUid,
  datasetToXml,
  DicomError,
  formatDicomJson,
  getText,
  parseDicomJson,
  xmlToDataset,
  type DicomDataset,
  type Uid,
} from '@sightline/dicom';
import { everything, parseMediaType, type HttpResponse, type Offer } from '@sightline/dicomweb';
import { BlobError } from '../blobs/blob-store.ts';
import { createLru, type Lru } from '../lru.ts';
import { negotiate } from './accept.ts';
import { commitmentResult, referencesOf, type CommitmentReference } from './commitment-answer.ts';
import { dicomJsonOffers } from './dicom-json.ts';
import { ArchiveProblem } from './problems.ts';
import { storeLimits, upTo } from './stow-message.ts';
import type { Asked, Services } from './transaction.ts';

/** (0008,1197), PS3.3 C.14.1.1. */
const NO_SUCH_OBJECT = 0x0112;
const CLASS_INSTANCE_CONFLICT = 0x0119;
const PROCESSING_FAILURE = 0x0110;

const XML: Offer = { mediaType: 'application/dicom+xml', multipart: false };
const offers: readonly Offer[] = [...dicomJsonOffers, XML];

/** Results by transaction, the latest of them: who asks again later is answered 404 and may ask anew. */
export type CommitmentMemory = Lru<DicomDataset>;

const REMEMBERED_ELEMENTS = 100_000;

export const createCommitmentMemory = (): CommitmentMemory =>
  createLru<DicomDataset>(REMEMBERED_ELEMENTS, (result) =>
    Object.values(result).reduce((sum, { Value = [] }) => sum + Value.length, 1),
  );

/**
 * PS3.18 13: whether the archive takes over the responsibility for these objects. It does for those that are stored and
 * whole, and it can say so at once.
 */
export async function requestCommitment(asked: Asked, services: Services): Promise<HttpResponse> {
  const offer = negotiate(asked, offers);
  const key = keyOf(asked);
  const request = await readRequest(asked);
  const references = referencesOf(request);
  if (!references) throw new ArchiveProblem('commitment_malformed');
  if (services.commitments.get(key)) throw new ArchiveProblem('transaction_uid_used');
  const judgements = await judge(references, asked, services);
  const result = commitmentResult(request, ({ sopClassUid, sopInstanceUid }) =>
    judgements.get(`${sopClassUid} ${sopInstanceUid}`),
  );
  services.commitments.set(key, result);
  return answer(offer, result);
}

/** PS3.18 13.4: the result again. */
export async function retrieveCommitment(asked: Asked, { commitments }: Services): Promise<HttpResponse> {
  const offer = negotiate(asked, offers);
  const result = commitments.get(keyOf(asked));
  if (!result) throw new ArchiveProblem('commitment_not_found');
  return answer(offer, result);
}

/** A session knows nothing of the transactions of another. */
const keyOf = ({ context, path }: Asked): string => `${context.root} ${path.transaction ?? ''}`;

const answer = (offer: Offer, result: DicomDataset): HttpResponse => ({
  status: 200,
  headers: { 'content-type': offer.mediaType, vary: 'accept', 'cache-control': 'private, no-cache' },
  body: offer === XML ? datasetToXml(result) : formatDicomJson(result),
});

async function readRequest({ request }: Asked): Promise<DicomDataset> {
  const type = parseMediaType(request.headers['content-type'] ?? '')?.type ?? '';
  const read = readers[type];
  if (!read) {
    const accept = Object.keys(readers).join(', ');
    throw new ArchiveProblem('commitment_type_unsupported', { headers: { accept } });
  }
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of upTo(request.body, storeLimits.metadataBytes)) {
    text += decoder.decode(chunk, { stream: true });
  }
  try {
    return read(text + decoder.decode());
  } catch (cause) {
    if (cause instanceof DicomError) throw new ArchiveProblem('commitment_malformed', { cause });
    throw cause;
  }
}

const readers: Readonly<Record<string, (text: string) => DicomDataset>> = {
  'application/dicom+json': (text) => {
    const [first, ...others] = parseDicomJson(text);
    if (first === undefined || others.length > 0) throw new DicomError('malformed');
    return first;
  },
  'application/dicom+xml': xmlToDataset,
};

/** References by class and instance, with the reason why they are not committed. */
async function judge(
  references: readonly CommitmentReference[],
  asked: Asked,
  services: Services,
): Promise<ReadonlyMap<string, number | undefined>> {
  const damaged = new Set((await services.index.damaged()).map(({ hash }) => hash));
  const judgements = new Map<string, number | undefined>();
  for (const { sopClassUid, sopInstanceUid } of references) {
    const key = `${sopClassUid} ${sopInstanceUid}`;
    if (judgements.has(key)) continue;
    const uid = asStoredUid(sopInstanceUid);
    const reason =
      uid === undefined ? NO_SUCH_OBJECT : await judgeOne(uid, sopClassUid, damaged, asked, services);
    judgements.set(key, reason);
  }
  return judgements;
}

async function judgeOne(
  uid: Uid,
  sopClassUid: string,
  damaged: ReadonlySet<string>,
  { context }: Asked,
  { index, blobs }: Services,
): Promise<number | undefined> {
  const { rows } = await index.search({
    level: 'instance',
    query: { ...everything, match: { SOPInstanceUID: [uid] } },
    maxResults: 1,
    ...(context.studies && { scope: context.studies }),
  });
  const [row] = rows;
  if (row?.seriesInstanceUid === undefined) return NO_SUCH_OBJECT;
  if (getText(row.instance, '00080016') !== sopClassUid) return CLASS_INSTANCE_CONFLICT;
  const path = { study: row.studyInstanceUid, series: row.seriesInstanceUid, instance: uid };
  const [stored] = await index.list(path);
  if (!stored) return NO_SUCH_OBJECT;
  if (damaged.has(stored.hash)) return PROCESSING_FAILURE;
  try {
    await blobs.read(stored.hash, stored.size - 1, 1);
    return undefined;
  } catch (error) {
    if (error instanceof BlobError) return PROCESSING_FAILURE;
    throw error;
  }
}
