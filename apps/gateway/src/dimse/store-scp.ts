import { createHash, type Hash } from 'node:crypto';
import type { Archive, InstanceIdentity, StoreResult } from '@sightline/archive';
import { AS_STORED, createArchiveClient } from './dicom-request.ts';
import { dataSetOf, fileHead, type ObjectOnTheWire } from './part10-stream.ts';
import type { Asked, Handler } from './served-association.ts';
import { Status, statusOfRefusal } from './status.ts';
import { WireError } from './wire.ts';

/**
 * C-STORE, PS3.4 annex B, level 2 (full). The data set goes into the archive as it arrives, byte for byte, behind file
 * meta information of ours. Success means that the object is durable.
 */
export function createStoreHandler(
  archive: Pick<Archive, 'storeIf' | 'handle'>,
  onFailure: (error: unknown) => void,
): Handler {
  return async (asked) => {
    const { AffectedSOPInstanceUID: sopInstanceUid, AffectedSOPClassUID: sopClassUid } = asked.command;
    const { dataSet } = asked;
    if (sopInstanceUid === undefined || sopClassUid === undefined || !dataSet) {
      dataSet?.drop();
      return asked.reply({ Status: Status.CannotUnderstand });
    }
    const object = { sopInstanceUid, sopClassUid, transferSyntaxUid: asked.context.transferSyntaxUid };
    const status = await store(asked, object, archive, onFailure);
    dataSet.drop();
    await asked.reply({ Status: status, AffectedSOPInstanceUID: sopInstanceUid });
  };
}

async function store(
  asked: Asked,
  object: ObjectOnTheWire,
  archive: Pick<Archive, 'storeIf' | 'handle'>,
  onFailure: (error: unknown) => void,
): Promise<number> {
  const sum = createHash('sha256');
  const isAsAnnounced = (found: InstanceIdentity): boolean =>
    found.sopInstanceUid === object.sopInstanceUid && found.sopClassUid === object.sopClassUid;
  try {
    const result = await archive.storeIf(file(object, asked.dataSet ?? [], sum), (found) =>
      isAsAnnounced(found) ? 'admitted' : 'refused',
    );
    if (result.kind !== 'refused') return Status.Success;
    const isSame = result.code === 'conflict' && (await isStoredDataSet(result, object, sum, asked, archive));
    return isSame ? Status.Success : statusOfRefusal(result.code);
  } catch (error) {
    if (error instanceof WireError) throw error;
    onFailure(error);
    return Status.OutOfResources;
  }
}

async function* file(
  object: ObjectOnTheWire,
  dataSet: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sum: Hash,
): AsyncGenerator<Uint8Array> {
  yield fileHead(object);
  for await (const chunk of dataSet) {
    sum.update(chunk);
    yield chunk;
  }
}

/**
 * The object is here in another file. It may still be the same: by STOW-RS it came with the file meta information of
 * its maker, of which DIMSE knows nothing. Then there is nothing to refuse.
 */
async function isStoredDataSet(
  stored: Extract<StoreResult, { kind: 'refused' }>,
  object: ObjectOnTheWire,
  sum: Hash,
  asked: Asked,
  archive: Pick<Archive, 'handle'>,
): Promise<boolean> {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = stored;
  if (!studyInstanceUid || !seriesInstanceUid || !sopInstanceUid) return false;
  const client = createArchiveClient(archive, asked);
  const path = { studyInstanceUid, seriesInstanceUid, sopInstanceUid };
  const found = await client.retrieve(path, AS_STORED).catch(() => undefined);
  if (found?.transferSyntaxUid !== object.transferSyntaxUid) return false;
  const other = createHash('sha256');
  for await (const chunk of dataSetOf(found.file)) other.update(chunk);
  return other.digest('hex') === sum.digest('hex');
}
