import { datasetToXml, peekIdentity } from '@sightline/dicom';
import type { HttpResponse, Offer } from '@sightline/dicomweb';
import { storeEach, type Admission, type StoreItem, type StoreResult } from '../store.ts';
import { negotiate } from './accept.ts';
import { dicomJsonOffers } from './dicom-json.ts';
import { keepingHead } from './keeping-head.ts';
import { ArchiveProblem } from './problems.ts';
import { failedCandidate, type StoreCandidate } from './stow-candidate.ts';
import { problemOfMessage, readStoreMessage, type StoreMessage } from './stow-message.ts';
import { objectsOfMetadata } from './stow-metadata.ts';
import { type Failed, type PartOutcome, statusOf } from './stow-outcome.ts';
import { storeInstancesResponse } from './stow-response.ts';
import type { Asked, Services } from './transaction.ts';

const XML: Offer = { mediaType: 'application/dicom+xml', multipart: false };
/** PS3.18 10.5.3.2. */
const storeOffers: readonly Offer[] = [...dicomJsonOffers, XML];

/**
 * PS3.18 10.5. Objects are stored as they come, several at a time; memory does not grow with the request, but for one
 * line of the answer for each. When the message breaks off, what was complete is stored, and nothing of the rest.
 */
export async function storeInstances(asked: Asked, services: Services): Promise<HttpResponse> {
  if (!asked.context.canStore) throw new ArchiveProblem('store_not_allowed');
  const offer = negotiate(asked, storeOffers);
  const message = readStoreMessage(asked);
  const outcomes = await storeAll(message, asked, services);
  if (outcomes.length === 0) throw new ArchiveProblem('store_empty');
  const answer = storeInstancesResponse(outcomes, asked.context.root);
  return {
    status: statusOf(outcomes),
    headers: { 'content-type': offer.mediaType, vary: 'accept' },
    body: offer === XML ? datasetToXml(answer) : JSON.stringify(answer),
  };
}

async function storeAll(
  message: StoreMessage,
  asked: Asked,
  services: Services,
): Promise<readonly PartOutcome[]> {
  const candidates =
    message.form === 'objects' ? filesOf(message) : objectsOfMetadata(message, asked, services);
  // Those whose outcome is still to come, in the order of the message.
  const waiting: StoreCandidate[] = [];
  async function* items(): AsyncGenerator<StoreItem<Failed>> {
    for await (const candidate of candidates) {
      waiting.push(candidate);
      yield candidate.item;
    }
  }
  const outcomes: PartOutcome[] = [];
  try {
    for await (const result of storeEach(services, items(), admissionOf(asked))) {
      outcomes.push(outcomeOf(result, waiting.shift()));
    }
  } catch (error) {
    throw problemOfMessage(error);
  }
  return outcomes;
}

/** Group 0002 ends within this. */
const HEAD_BYTES = 4096;

async function* filesOf({ parts }: StoreMessage): AsyncGenerator<StoreCandidate> {
  for await (const { mediaType, body, isEncoded } of parts) {
    if (isEncoded) yield failedCandidate('part_encoded');
    else if (mediaType.type !== 'application/dicom') yield failedCandidate('not_an_object');
    else {
      const watched = keepingHead(body, HEAD_BYTES);
      yield { item: { body: watched.body }, identity: () => peekIdentity(watched.head()) };
    }
  }
}

/** An object must be of the study in the path, and of a study that this session may see. */
function admissionOf({ path, context }: Asked): Admission {
  return ({ studyInstanceUid }) => {
    const isOfPath = path.study === undefined || path.study === studyInstanceUid;
    const isInScope = !context.studies || context.studies.has(studyInstanceUid);
    return isOfPath && isInScope ? 'admitted' : 'refused';
  };
}

const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';

function outcomeOf(result: StoreResult | Failed, candidate: StoreCandidate | undefined): PartOutcome {
  if (result.kind === 'failed') return result;
  if (result.kind !== 'refused') {
    const { studyInstanceUid, seriesInstanceUid, sopInstanceUid, sopClassUid } = result;
    const warning = candidate?.warning;
    return {
      kind: 'stored',
      studyInstanceUid,
      seriesInstanceUid,
      sopInstanceUid,
      sopClassUid,
      ...(warning !== undefined && { warning }),
    };
  }
  const { sopClassUid, sopInstanceUid } = { sopClassUid: undefined, sopInstanceUid: undefined, ...result };
  const stated = candidate?.identity?.() ?? {};
  return {
    kind: 'failed',
    code: stated.sopClassUid === MEDIA_STORAGE_DIRECTORY ? 'class_not_stored' : result.code,
    ...stated,
    ...(sopClassUid !== undefined && { sopClassUid }),
    ...(sopInstanceUid !== undefined && { sopInstanceUid }),
  };
}
