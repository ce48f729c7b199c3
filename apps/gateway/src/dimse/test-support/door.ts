import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Archive, createFileArchive, readInstanceFile, takeInstance } from '@sightline/archive';
import { type DicomDataset, writeDataSet } from '@sightline/dicom';
import dimse from 'dcmjs-dimse';
import { onTestFinished } from 'vitest';
import { callPeer } from '../calling-association.ts';
import { CommandField, type CommandSet } from '../command-set.ts';
import { type DimseDoor, type DimseDoorOptions, openDimseDoor } from '../dimse-door.ts';
import { once } from '../incoming-data-set.ts';

export const AE = 'SIGHTLINE';
export const CT = '1.2.840.10008.5.1.4.1.1.2';
export const EXPLICIT = '1.2.840.10008.1.2.1';

export interface TestDoor {
  readonly door: DimseDoor;
  readonly archive: Archive;
  /** Unforeseen errors so far. */
  readonly failures: unknown[];
}

/** The door over an archive in a folder of its own. Both are gone when the test ends. */
export async function openTestDoor(
  options: Partial<Omit<DimseDoorOptions, 'archive'>> & { readonly archive?: Partial<Archive> } = {},
): Promise<TestDoor> {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-dimse-'));
  const archive = await createFileArchive(folder, {
    reader: {
      read: async (file, sha256) => readInstanceFile(file, sha256),
      take: async (file, stem, placeIn) => takeInstance(file, stem, placeIn),
    },
    renderer: { render: notHere, decode: notHere, animate: notHere },
    audit: async () => undefined,
    clock: () => new Date('2026-01-02T03:04:05Z'),
    role: 'server',
  });
  const failures: unknown[] = [];
  const door = await openDimseDoor({
    host: '127.0.0.1',
    port: 0,
    aeTitle: AE,
    peers: [],
    onFailure: (error) => void failures.push(error),
    ...options,
    archive: { ...archive, ...options.archive },
  });
  onTestFinished(async () => {
    await door.close(0);
    await archive.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { door, archive, failures };
}

const notHere = (): Promise<never> => Promise.reject(new Error('nothing is drawn here'));

export interface TestObject {
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  readonly more?: DicomDataset;
}

/** A data set of an object without pixels. */
export function testDataSet({
  study = '1.2.3',
  series = '1.2.3.1',
  instance = '1.2.3.1.1',
  more,
}: TestObject): Buffer {
  const ui = (uid: string) => ({ vr: 'UI', Value: [uid] }) as const;
  const dataset: DicomDataset = {
    '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
    '00080016': ui(CT),
    '00080018': ui(instance),
    '00080020': { vr: 'DA', Value: ['20240102'] },
    '00080030': { vr: 'TM', Value: ['1030'] },
    '00080060': { vr: 'CS', Value: ['CT'] },
    '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Müller^Jürgen', Ideographic: '山田^太郎' }] },
    '00100020': { vr: 'LO', Value: ['P1'] },
    '0020000D': ui(study),
    '0020000E': ui(series),
    '00200013': { vr: 'IS', Value: [1] },
    ...more,
  };
  return Buffer.from(writeDataSet(dataset, { explicit: true }));
}

export interface Sent {
  readonly sopClassUid?: string;
  readonly sopInstanceUid?: string;
  readonly callingAeTitle?: string;
  readonly command?: CommandSet;
}

/** Sends one data set by C-STORE and answers the status; undefined where the association was not accepted. */
export async function sendDataSet(
  port: number,
  bytes: AsyncIterable<Uint8Array> | Uint8Array,
  { sopClassUid = CT, sopInstanceUid = '1.2.3.1.1', callingAeTitle = 'TEST', command }: Sent = {},
): Promise<number | undefined> {
  const peer = { aeTitle: AE, host: '127.0.0.1', port, may: [] };
  const calling = await callPeer(peer, callingAeTitle, [{ sopClassUid, transferSyntaxUid: EXPLICIT }], 5000);
  const [context] = calling?.contexts ?? [];
  if (!calling || !context) return undefined;
  const answer = await calling.exchange.request(
    context,
    {
      CommandField: CommandField.StoreRequest,
      AffectedSOPClassUID: sopClassUid,
      AffectedSOPInstanceUID: sopInstanceUid,
      Priority: 0,
      ...command,
    },
    bytes instanceof Uint8Array ? once(bytes) : bytes,
  );
  await calling.release();
  return answer.Status;
}

export interface Responses {
  readonly statuses: number[];
  readonly datasets: Readonly<Record<string, unknown>>[];
  readonly last: { getCompleted?(): number; getFailures?(): number; getRemaining?(): number } | undefined;
  /** SOP Instance UIDs that C-GET brought. */
  readonly received: string[];
  readonly rejection:
    | { readonly result: number; readonly source: number; readonly reason: number }
    | undefined;
}

/** One request of the library's own client, which nobody here wrote. */
export function askByLibrary(
  port: number,
  request: InstanceType<typeof dimse.requests.CFindRequest | typeof dimse.requests.CEchoRequest>,
  { calling = 'TEST', called = AE }: { readonly calling?: string; readonly called?: string } = {},
): Promise<Responses> {
  const found: { -readonly [key in keyof Responses]: Responses[key] } = {
    statuses: [],
    datasets: [],
    last: undefined,
    received: [],
    rejection: undefined,
  };
  const client = new dimse.Client();
  request.on('response', (response) => {
    found.statuses.push(response.getStatus());
    const dataset = response.getDataset();
    if (dataset && response.getStatus() >>> 8 === 0xff) found.datasets.push(dataset.getElements());
    found.last = response as unknown as NonNullable<Responses['last']>; // of the request's own kind
  });
  client.on('cStoreRequest', (store, answer) => {
    found.received.push(store.getAffectedSopInstanceUid());
    const response = dimse.responses.CStoreResponse.fromRequest(store);
    response.setStatus(0);
    answer(response);
  });
  client.on('associationRejected', (rejection) => {
    found.rejection = rejection;
  });
  client.addRequest(request);
  const closed = Promise.withResolvers<Responses>();
  client.on('closed', () => closed.resolve(found));
  client.send('127.0.0.1', port, calling, called);
  return closed.promise;
}
