import type { Archive } from '@sightline/archive';
import { asStoredUid, type DicomDataset, DicomError, getText, getTexts, Tag } from '@sightline/dicom';
import { callPeer } from './calling-association.ts';
import { type ArchiveClient, createArchiveClient, SearchRefused } from './dicom-request.ts';
import { type Level, levelOf, levels } from './find-keys.ts';
import { keyText, MAX_IDENTIFIER_BYTES, readIdentifier } from './identifier.ts';
import { collect } from './incoming-data-set.ts';
import type { Peers } from './peers.ts';
import { sopClassOf } from './presentation-contexts.ts';
import type { Asked, Handler } from './served-association.ts';
import { Status } from './status.ts';
import { performSubOperations, type Selected } from './sub-operations.ts';

export interface RetrieveOptions {
  readonly archive: Pick<Archive, 'handle'>;
  readonly aeTitle: string;
  readonly peers: Peers;
  readonly silenceMs: number;
}

/** C-GET, PS3.4 C.4.3: the objects come back on the same association. */
export function createGetHandler({ archive }: RetrieveOptions): Handler {
  return async (asked) => {
    const selected = await select(asked, archive);
    if (!selected) return asked.reply({ Status: Status.DataSetMismatch });
    const { exchange } = asked;
    const contexts = [...exchange.contexts.values()].filter(({ isProvider }) => isProvider);
    const client = clientOf(asked, archive);
    return performSubOperations(asked, selected, { exchange, contexts, origin: {} }, client);
  };
}

/** C-MOVE, PS3.4 C.4.2: the objects go to another application entity, which has to be one of ours. */
export function createMoveHandler(options: RetrieveOptions): Handler {
  const { archive, aeTitle, peers, silenceMs } = options;
  return async (asked) => {
    const peer = peers.destination(asked.command.MoveDestination ?? '');
    if (!peer) {
      asked.dataSet?.drop();
      return asked.reply({ Status: Status.MoveDestinationUnknown });
    }
    const selected = await select(asked, archive);
    if (!selected) return asked.reply({ Status: Status.DataSetMismatch });
    const client = clientOf(asked, archive);
    if (selected.length === 0) return performSubOperations(asked, selected, undefined, client);
    const calling = await callPeer(peer, aeTitle, selected, silenceMs);
    const origin = {
      MoveOriginatorApplicationEntityTitle: asked.callingAeTitle,
      MoveOriginatorMessageID: asked.command.MessageID ?? 0,
    };
    try {
      await performSubOperations(asked, selected, calling && { ...calling, origin }, client);
    } finally {
      await calling?.release();
    }
  };
}

/** Cancelling takes effect between two objects: the one that is on its way goes out whole. */
const clientOf = ({ actor }: Asked, archive: Pick<Archive, 'handle'>): ArchiveClient =>
  createArchiveClient(archive, { actor, signal: new AbortController().signal });

/** Unique keys by level, and whether one of them may be a list: PS3.4 C.4.2.2.1. */
const uniqueKeys: Readonly<Record<Level, string>> = {
  PATIENT: Tag.PatientID,
  STUDY: Tag.StudyInstanceUID,
  SERIES: Tag.SeriesInstanceUID,
  IMAGE: Tag.SOPInstanceUID,
};

/** What the identifier names; undefined: it names nothing that could be. */
async function select(
  asked: Asked,
  archive: Pick<Archive, 'handle'>,
): Promise<readonly SelectedInSyntax[] | undefined> {
  const { root } = sopClassOf(asked.context.sopClassUid) ?? {};
  const bytes = asked.dataSet && (await collect(asked.dataSet, MAX_IDENTIFIER_BYTES));
  if (!bytes || !root) return undefined;
  try {
    const identifier = readIdentifier(bytes, asked.context.transferSyntaxUid);
    const query = queryOf(identifier, levelOf(identifier, root));
    if (!query) return undefined;
    const selected: SelectedInSyntax[] = [];
    for await (const match of clientOf(asked, archive).search('/instances', query)) {
      selected.push(selectedFrom(match));
    }
    return selected;
  } catch (error) {
    if (error instanceof DicomError || error instanceof SearchRefused) return undefined;
    throw error;
  }
}

/** Only unique keys count. That of the level has to be there, and none is a pattern: "*" must not send everything. */
function queryOf(identifier: DicomDataset, level: Level | undefined): URLSearchParams | undefined {
  if (!level) return undefined;
  const query = new URLSearchParams();
  for (const each of levels.slice(0, levels.indexOf(level) + 1)) {
    const element = identifier[uniqueKeys[each]];
    const text = element ? keyText(element) : '';
    if (text === '') continue;
    const isOne =
      each === 'PATIENT' ? !/[*?\\]/.test(text) : text.split('\\').every((uid) => asStoredUid(uid));
    if (!isOne) return undefined;
    query.set(uniqueKeys[each], text);
  }
  return query.has(uniqueKeys[level]) ? query : undefined;
}

/** With the transfer syntax that it is stored in, which is what an association for it has to offer. */
export interface SelectedInSyntax extends Selected {
  readonly transferSyntaxUid: string | undefined;
}

const AVAILABLE_TRANSFER_SYNTAX_UID = '00083002';

function selectedFrom(match: DicomDataset): SelectedInSyntax {
  const uid = (tag: string): string => getText(match, tag) ?? '';
  return {
    studyInstanceUid: uid(Tag.StudyInstanceUID),
    seriesInstanceUid: uid(Tag.SeriesInstanceUID),
    sopInstanceUid: uid(Tag.SOPInstanceUID),
    sopClassUid: uid(Tag.SOPClassUID),
    transferSyntaxUid: getTexts(match, AVAILABLE_TRANSFER_SYNTAX_UID)[0],
  };
}
