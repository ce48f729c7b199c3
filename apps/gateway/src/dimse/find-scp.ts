import type { Archive } from '@sightline/archive';
import { type DicomDataset, type DicomElement, DicomError, getText, Tag } from '@sightline/dicom';
import { createArchiveClient, SearchRefused } from './dicom-request.ts';
import { findKeys, type FindKeys, isWithin, type Level, levelOf, searchPaths } from './find-keys.ts';
import { MAX_IDENTIFIER_BYTES, readIdentifier, writeIdentifier } from './identifier.ts';
import { collect, once } from './incoming-data-set.ts';
import { patientsOf } from './patients.ts';
import { sopClassOf } from './presentation-contexts.ts';
import type { Asked, Handler } from './served-association.ts';
import { Status } from './status.ts';

const PENDING_UNSUPPORTED_KEYS = 0xff01;

/** C-FIND, PS3.4 C.4.1, in both information models; relational queries are answered without being negotiated. */
export function createFindHandler(archive: Pick<Archive, 'handle'>, aeTitle: string): Handler {
  return async (asked) => {
    const parsed = await parse(asked);
    if (!parsed) return asked.reply({ Status: Status.DataSetMismatch });
    const { level, keys } = parsed;
    const client = createArchiveClient(archive, asked);
    const matches = client.search(searchPaths[level], keys.query);
    const status = keys.hasUnsupported ? PENDING_UNSUPPORTED_KEYS : Status.Pending;
    try {
      for await (const match of level === 'PATIENT' ? patientsOf(matches) : matches) {
        if (asked.signal.aborted) return await asked.reply({ Status: Status.Canceled });
        if (keys.studyTime && !isWithin(keys.studyTime, getText(match, Tag.StudyTime))) continue;
        const answer = answerOf(match, keys, level, aeTitle);
        await asked.reply({ Status: status }, once(writeIdentifier(answer, asked.context.transferSyntaxUid)));
      }
    } catch (error) {
      if (error instanceof SearchRefused) return asked.reply({ Status: Status.DataSetMismatch });
      if (!asked.signal.aborted) throw error;
    }
    return asked.reply({ Status: asked.signal.aborted ? Status.Canceled : Status.Success });
  };
}

async function parse(asked: Asked): Promise<{ level: Level; keys: FindKeys } | undefined> {
  const { root } = sopClassOf(asked.context.sopClassUid) ?? {};
  const bytes = asked.dataSet && (await collect(asked.dataSet, MAX_IDENTIFIER_BYTES));
  if (!bytes || !root) return undefined;
  try {
    const identifier = readIdentifier(bytes, asked.context.transferSyntaxUid);
    const level = levelOf(identifier, root);
    return level && { level, keys: findKeys(identifier) };
  } catch (error) {
    if (error instanceof DicomError) return undefined;
    throw error;
  }
}

/** Every key that was asked for, and no other: PS3.4 C.4.1.1.3.2. */
function answerOf(match: DicomDataset, { returned }: FindKeys, level: Level, aeTitle: string): DicomDataset {
  const answer: Record<string, DicomElement> = {};
  for (const [tag, empty] of Object.entries(returned)) answer[tag] = match[tag] ?? empty;
  answer[Tag.QueryRetrieveLevel] = { vr: 'CS', Value: [level] };
  answer[Tag.RetrieveAETitle] = { vr: 'AE', Value: [aeTitle] };
  if (answer[Tag.InstanceAvailability]) answer[Tag.InstanceAvailability] = { vr: 'CS', Value: ['ONLINE'] };
  return answer;
}
