import type { DicomDataset, DicomElement } from '@sightline/dicom';
import {
  MultipartError,
  parseMediaType,
  readMultipart,
  readParts,
  type HttpResponse,
} from '@sightline/dicomweb';
import { storeInstance, type Admission, type StoreResult } from '../store.ts';
import { negotiate } from './accept.ts';
import { dicomJsonOffers } from './dicom-json.ts';
import { ArchiveProblem } from './problems.ts';
import type { Asked, Services } from './transaction.ts';

type RefusalCode = Extract<StoreResult, { kind: 'refused' }>['code'] | 'not_dicom_part';

/** (0008,1197) Failure Reason: PS3.18 table I.2-2, and 45070, which archives in use answer for a duplicate. */
const failureReasons: Readonly<Record<RefusalCode, number>> = {
  not_dicom: 0xc000,
  truncated: 0xc000,
  malformed: 0xc000,
  missing_uid: 0xc000,
  bad_uid: 0xc000,
  no_pixel_data: 0xc000,
  bad_image_attributes: 0xc000,
  frame_missing: 0xc000,
  decode_failed: 0xc000,
  not_dicom_part: 0xc000,
  unsupported_transfer_syntax: 0xc122,
  too_large: 0xa700,
  out_of_space: 0xa700,
  // The object is of another study than the one of the path, or of one outside this session.
  not_admitted: 0xa900,
  conflict: 45070,
};

/** PS3.18 10.5. Each part is stored, durably, before the next is read; memory does not grow with the request. */
export async function storeInstances(asked: Asked, services: Services): Promise<HttpResponse> {
  if (!asked.context.canStore) throw new ArchiveProblem('store_not_allowed');
  const { mediaType } = negotiate(asked, dicomJsonOffers);
  const results: PartResult[] = [];
  try {
    for await (const part of partsOf(asked)) {
      results.push(
        part.isDicom ? await storeInstance(services, part.body, admissionOf(asked)) : NOT_DICOM_PART,
      );
    }
  } catch (cause) {
    if (cause instanceof MultipartError) throw new ArchiveProblem('multipart_malformed', { cause });
    throw cause;
  }
  if (results.length === 0) throw new ArchiveProblem('store_empty');
  return {
    status: statusOf(results),
    headers: { 'content-type': mediaType, vary: 'accept' },
    body: JSON.stringify(storeInstancesResponse(results, asked.context.root)),
  };
}

type PartResult = StoreResult | typeof NOT_DICOM_PART;
const NOT_DICOM_PART = { kind: 'refused', code: 'not_dicom_part' } as const;

interface StorePart {
  readonly isDicom: boolean;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A multipart message of DICOM files, or one file by itself. A part that does not say what it is, is what the whole is. */
async function* partsOf({ request }: Asked): AsyncGenerator<StorePart> {
  const contentType = parseMediaType(request.headers['content-type'] ?? '');
  if (contentType?.type === 'application/dicom') {
    yield { isDicom: true, body: request.body };
    return;
  }
  const { type = 'application/dicom', boundary } = contentType?.parameters ?? {};
  if (contentType?.type !== 'multipart/related' || type.toLowerCase() !== 'application/dicom') {
    throw new ArchiveProblem('store_media_type_unsupported');
  }
  if (boundary === undefined) throw new ArchiveProblem('multipart_malformed');
  for await (const { headers, body } of readParts(readMultipart(request.body, boundary))) {
    const partType = parseMediaType(headers['content-type'] ?? type)?.type;
    yield { isDicom: partType === 'application/dicom', body };
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

/** PS3.18 table 10.5.3-1; 507 where the disk is full, so that a client knows to come back. */
function statusOf(results: readonly PartResult[]): number {
  const refused = results.filter((result) => result.kind === 'refused');
  if (refused.length === 0) return 200;
  if (refused.length < results.length) return 202;
  return refused.every(({ code }) => code === 'out_of_space') ? 507 : 409;
}

/** PS3.3 table I.1-1, the Store Instances Response Module. */
function storeInstancesResponse(results: readonly PartResult[], root: string): DicomDataset {
  const stored = results.filter((result) => result.kind !== 'refused');
  const refused = results.filter((result) => result.kind === 'refused');
  const studies = new Set(stored.map(({ studyInstanceUid }) => studyInstanceUid));
  const [study] = studies;
  return {
    ...(study !== undefined &&
      studies.size === 1 && { '00081190': element('UR', `${root}/studies/${study}`) }),
    ...(refused.length > 0 && { '00081198': sequence(refused.map(failedItem)) }),
    ...(stored.length > 0 && {
      '00081199': sequence(
        stored.map((result) => ({
          '00081150': element('UI', result.sopClassUid),
          '00081155': element('UI', result.sopInstanceUid),
          '00081190': element(
            'UR',
            `${root}/studies/${result.studyInstanceUid}/series/${result.seriesInstanceUid}/instances/${result.sopInstanceUid}`,
          ),
        })),
      ),
    }),
  };
}

function failedItem(result: Extract<PartResult, { kind: 'refused' }>): DicomDataset {
  const { sopClassUid, sopInstanceUid } = { sopClassUid: undefined, sopInstanceUid: undefined, ...result };
  return {
    ...(sopClassUid !== undefined && { '00081150': element('UI', sopClassUid) }),
    ...(sopInstanceUid !== undefined && { '00081155': element('UI', sopInstanceUid) }),
    '00081197': element('US', failureReasons[result.code]),
  };
}

const element = (vr: DicomElement['vr'], value: string | number): DicomElement => ({ vr, Value: [value] });
const sequence = (items: readonly DicomDataset[]): DicomElement => ({ vr: 'SQ', Value: items });
