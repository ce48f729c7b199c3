import { BlobError } from '@sightline/archive';
import type { DicomElement } from '@sightline/dicom';
import { type ArchiveClient, ArchiveFailed, AS_STORED, type InstancePath } from './dicom-request.ts';
import { CommandField, type CommandSet } from './command-set.ts';
import type { AcceptedContext, Exchange } from './exchange.ts';
import { writeIdentifier } from './identifier.ts';
import { dataSetOf } from './part10-stream.ts';
import { toImplicitVr, UnreadableDataSet } from './implicit-vr.ts';
import { collect, once } from './incoming-data-set.ts';
import { EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from './presentation-contexts.ts';
import type { Asked } from './served-association.ts';
import { isWarning, Status } from './status.ts';
import { WireError } from './wire.ts';

/** An object that is to be sent. */
export interface Selected extends InstancePath {
  readonly sopClassUid: string;
}

/** Where the objects go: the peer's own association for C-GET, one of ours for C-MOVE. */
export interface Destination {
  readonly exchange: Exchange;
  readonly contexts: readonly AcceptedContext[];
  /** What each C-STORE request says beside the object, for C-MOVE. */
  readonly origin: CommandSet;
}

/** An object up to this size is read whole before it is sent: one that is damaged then costs nothing but itself. */
const READ_FIRST_BYTES = 16 * 1024 * 1024;
/** Rewriting in another VR coding is done in memory. */
const MAX_REWRITTEN_BYTES = 512 * 1024 * 1024;
const FAILED_SOP_INSTANCE_UID_LIST = '00080058';

interface Counts {
  completed: number;
  warning: number;
  readonly failed: string[];
}

/**
 * Sends the objects one by one, telling the peer after each how many are left (PS3.4 C.4.2.3.1), and answers how it
 * went in the end. Destination undefined: it cannot be reached, and all of them fail.
 */
export async function performSubOperations(
  asked: Asked,
  selected: readonly Selected[],
  destination: Destination | undefined,
  client: ArchiveClient,
): Promise<void> {
  const counts: Counts = { completed: 0, warning: 0, failed: [] };
  let remaining = selected.length;
  for (const object of selected) {
    if (asked.signal.aborted) return finish(asked, counts, remaining, Status.Canceled);
    const status = destination ? await sendObject(object, destination, client) : Status.ProcessingFailure;
    if (status === Status.Success) counts.completed += 1;
    else if (isWarning(status)) counts.warning += 1;
    else counts.failed.push(object.sopInstanceUid);
    remaining -= 1;
    if (remaining > 0) await asked.reply(response(Status.Pending, counts, remaining));
  }
  await finish(asked, counts, remaining, finalStatus(counts));
}

function finalStatus({ completed, warning, failed }: Counts): number {
  if (failed.length === 0) return warning === 0 ? Status.Success : Status.SubOperationsFailed;
  return completed + warning > 0 ? Status.SubOperationsFailed : Status.SubOperationsImpossible;
}

async function finish(asked: Asked, counts: Counts, remaining: number, status: number): Promise<void> {
  // PS3.4 C.4.2.1.4.2: the list of those that failed comes with whatever is not a success.
  const list: DicomElement = { vr: 'UI', Value: counts.failed };
  const identifier = writeIdentifier(
    { [FAILED_SOP_INSTANCE_UID_LIST]: list },
    asked.context.transferSyntaxUid,
  );
  const hasList = counts.failed.length > 0 && status !== Status.Success;
  await asked.reply(response(status, counts, remaining), hasList ? once(identifier) : undefined);
}

function response(status: number, counts: Counts, remaining: number): CommandSet {
  const isRemainingTold = status === Status.Pending || status === Status.Canceled;
  return {
    Status: status,
    ...(isRemainingTold && { NumberOfRemainingSuboperations: remaining }),
    NumberOfCompletedSuboperations: counts.completed,
    NumberOfFailedSuboperations: counts.failed.length,
    NumberOfWarningSuboperations: counts.warning,
  };
}

/** The status of one C-STORE: the receiver's, or ours where it never came to it. */
async function sendObject(
  object: Selected,
  { exchange, contexts, origin }: Destination,
  client: ArchiveClient,
): Promise<number> {
  if (exchange.wire.isOver) return Status.ProcessingFailure;
  try {
    const found = await findSendable(object, contexts, client);
    if (!found) return Status.ProcessingFailure;
    const { context, bytes } = found;
    const { Status: status } = await exchange.request(
      context,
      {
        CommandField: CommandField.StoreRequest,
        AffectedSOPClassUID: object.sopClassUid,
        AffectedSOPInstanceUID: object.sopInstanceUid,
        Priority: 0,
        ...origin,
      },
      bytes,
    );
    return status ?? Status.ProcessingFailure;
  } catch (error) {
    // One object that cannot be read or sent is one that failed; the others go on.
    if (foreseen.some((kind) => error instanceof kind)) return Status.ProcessingFailure;
    throw error;
  }
}

const foreseen = [WireError, ArchiveFailed, UnreadableDataSet, BlobError] as const;

interface Sendable {
  readonly context: AcceptedContext;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** As stored where the receiver takes that, else in the first of its transfer syntaxes that the archive can make. */
async function findSendable(
  object: Selected,
  contexts: readonly AcceptedContext[],
  client: ArchiveClient,
): Promise<Sendable | undefined> {
  const usable = contexts.filter(({ sopClassUid }) => sopClassUid === object.sopClassUid);
  if (usable.length === 0) return undefined;
  const stored = await client.retrieve(object, AS_STORED);
  const same = usable.find(({ transferSyntaxUid }) => transferSyntaxUid === stored?.transferSyntaxUid);
  if (stored && same) return { context: same, bytes: await readFirst(dataSetOf(stored.file)) };
  await stored?.file[Symbol.asyncIterator]().return?.();
  const isPlain = ({ transferSyntaxUid }: AcceptedContext): boolean =>
    transferSyntaxUid === EXPLICIT_LITTLE_ENDIAN;
  for (const context of [...usable.filter(isPlain), ...usable.filter((each) => !isPlain(each))]) {
    const made = await client.retrieve(object, context.transferSyntaxUid);
    if (made) return { context, bytes: await readFirst(dataSetOf(made.file)) };
  }
  const implicit = usable.find(({ transferSyntaxUid }) => transferSyntaxUid === IMPLICIT_LITTLE_ENDIAN);
  return implicit && inImplicitVr(object, implicit, client);
}

/** For a receiver that takes nothing but the default transfer syntax. */
async function inImplicitVr(
  object: Selected,
  context: AcceptedContext,
  client: ArchiveClient,
): Promise<Sendable | undefined> {
  const explicit = await client.retrieve(object, EXPLICIT_LITTLE_ENDIAN);
  const bytes = explicit && (await collect(dataSetOf(explicit.file), MAX_REWRITTEN_BYTES));
  return bytes && { context, bytes: once(Buffer.concat(toImplicitVr(bytes))) };
}

/** The same bytes; those of a small object are all in memory when this resolves, or it rejects. */
async function readFirst(bytes: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const source = bytes[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isComplete = false;
  while (!isComplete && size <= READ_FIRST_BYTES) {
    const next = await source.next();
    isComplete = next.done === true;
    if (next.done) break;
    chunks.push(next.value);
    size += next.value.length;
  }
  return (async function* all(): AsyncGenerator<Uint8Array> {
    yield* chunks;
    if (!isComplete) yield* { [Symbol.asyncIterator]: () => source };
  })();
}
