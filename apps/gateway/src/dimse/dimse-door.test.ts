import { once as nextEvent } from 'node:events';
import { connect } from 'node:net';
import dimse from 'dcmjs-dimse';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callPeer } from './calling-association.ts';
import { createArchiveClient } from './dicom-request.ts';
import { collect } from './incoming-data-set.ts';
import { dataSetOf } from './part10-stream.ts';
import { askByLibrary, CT, EXPLICIT, openTestDoor, sendDataSet, testDataSet } from './test-support/door.ts';

const { CEchoRequest, CFindRequest, CGetRequest, CMoveRequest } = dimse.requests;
const SUCCESS = 0;
const PENDING = 0xff00;
const caller = { actor: { name: 'test' }, signal: new AbortController().signal };
const stored = { studyInstanceUid: '1.2.3', seriesInstanceUid: '1.2.3.1', sopInstanceUid: '1.2.3.1.1' };

/** The library's dictionary prints what it does not know, with its value: nothing of it may ever be seen. */
const printed: unknown[] = [];
beforeEach(() => {
  const keep = (...text: unknown[]): boolean => printed.push(text) > 0;
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation(keep);
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation(keep);
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(printed.splice(0)).toEqual([]);
});

describe('an association', () => {
  test('is answered, and so is an echo', async () => {
    const { door } = await openTestDoor();
    expect((await askByLibrary(door.port, new CEchoRequest())).statuses).toEqual([SUCCESS]);
  });

  const peers = [{ aeTitle: 'CT1', host: 'localhost', port: 104, may: ['store'] as const }];
  test.each([
    ['an unknown caller', { calling: 'OTHER' }, 3, 'calling_ae_title_or_host'],
    ['another name than ours', { calling: 'CT1', called: 'ORTHANC' }, 7, 'called_ae_title'],
  ])('of %s is rejected with its reason, which the operator is told too', async (_, names, reason, told) => {
    const onRejected = vi.fn();
    const { door } = await openTestDoor({ peers, onRejected });
    const { rejection, statuses } = await askByLibrary(door.port, new CEchoRequest(), names);
    expect([rejection, statuses]).toEqual([{ result: 1, source: 1, reason }, []]);
    expect(onRejected.mock.calls).toEqual([[{ reason: told, address: '127.0.0.1' }]]);
  });

  test('of a known name from another host is rejected', async () => {
    const { door } = await openTestDoor({ peers: [{ ...peers[0]!, host: '192.0.2.1' }] });
    const { rejection } = await askByLibrary(door.port, new CEchoRequest(), { calling: 'CT1' });
    expect(rejection?.reason).toBe(3);
  });

  test('offers a peer only what it may', async () => {
    const { door } = await openTestDoor({ peers });
    const asked = CFindRequest.createStudyFindRequest({ PatientID: 'P1' });
    expect((await askByLibrary(door.port, asked, { calling: 'CT1' })).statuses).toEqual([]);
    expect(await sendDataSet(door.port, testDataSet({}), { callingAeTitle: 'CT1' })).toBe(SUCCESS);
  });

  test.each([
    ['silence', []],
    ['no unit of the protocol', ['GET / HTTP/1.1\r\n\r\n']],
    ['a unit that is too large', [Buffer.of(1, 0, 0xff, 0xff, 0xff, 0xff)]],
    ['half a unit', [Buffer.of(1, 0, 0, 0, 1, 0, 0)]],
    ['data before it is agreed', [Buffer.of(4, 0, 0, 0, 0, 6, 0, 0, 0, 2, 1, 3)]],
    ['a request that is cut', [Buffer.of(1, 0, 0, 0, 0, 4, 0, 1, 0, 0)]],
  ])('with %s is dropped, and the door goes on', async (_, sent) => {
    const { door, failures } = await openTestDoor({ silenceMs: 200 });
    const socket = connect(door.port, '127.0.0.1');
    socket.resume();
    for (const bytes of sent) socket.write(bytes);
    await nextEvent(socket, 'close');
    expect((await askByLibrary(door.port, new CEchoRequest())).statuses).toEqual([SUCCESS]);
    expect(failures).toEqual([]);
  });
});

describe('C-STORE', () => {
  const privates = {
    '00090010': { vr: 'LO', Value: ['ACME'] },
    '00091001': { vr: 'UN', InlineBinary: Buffer.from('secret of Jane Doe').toString('base64') },
    '0018115E': { vr: 'DS', Value: ['1.10000000000000000001'] },
  } as const;

  test('keeps the data set byte for byte, with what nobody knows', async () => {
    const { door, archive } = await openTestDoor();
    const bytes = testDataSet({ more: privates });
    expect(await sendDataSet(door.port, bytes)).toBe(SUCCESS);
    const found = await createArchiveClient(archive, caller).retrieve(stored, '*');
    expect(found?.transferSyntaxUid).toBe(EXPLICIT);
    expect(await collect(dataSetOf(found!.file), 1e6)).toEqual(bytes);
  });

  test('takes the same again, from whomever, and refuses another under the same UID', async () => {
    const { door } = await openTestDoor();
    const bytes = testDataSet({});
    expect(await sendDataSet(door.port, bytes)).toBe(SUCCESS);
    expect(await sendDataSet(door.port, bytes, { callingAeTitle: 'OTHER' })).toBe(SUCCESS);
    expect(await sendDataSet(door.port, testDataSet({ more: privates }))).toBe(0x0111);
  });

  test('takes what came by HTTP with other file meta information as the same', async () => {
    const { door, archive } = await openTestDoor();
    const bytes = testDataSet({});
    async function* file(): AsyncGenerator<Uint8Array> {
      // Without any, as some programs write.
      yield bytes;
    }
    expect(await archive.store(file())).toMatchObject({ kind: 'stored' });
    expect(await sendDataSet(door.port, bytes)).toBe(SUCCESS);
    expect(await sendDataSet(door.port, testDataSet({ more: privates }))).toBe(0x0111);
  });

  test.each([
    ['is another instance', testDataSet({ instance: '1.2.9' }), {}, 0xa900],
    ['is of another class', testDataSet({}), { sopClassUid: '1.2.840.10008.5.1.4.1.1.4' }, 0xa900],
    ['has no study', testDataSet({ study: '' }), {}, 0xa900],
    ['is no data set', Buffer.from('no data set at all, but text'), {}, 0xc000],
  ])('refuses what %s', async (_, bytes, sent, status) => {
    const { door, archive } = await openTestDoor();
    expect(await sendDataSet(door.port, bytes, sent)).toBe(status);
    expect(await archive.isEmpty()).toBe(true);
  });

  test('says that there is no room, and what fails unforeseen to the operator', async () => {
    const storeIf = async (): Promise<never> => Promise.reject(new Error('disk'));
    const { door, failures } = await openTestDoor({ archive: { storeIf } });
    expect(await sendDataSet(door.port, testDataSet({}))).toBe(0xa700);
    expect(failures).toEqual([new Error('disk')]);
  });

  test('leaves nothing of an object whose sender goes away', async () => {
    const { door, archive } = await openTestDoor({ silenceMs: 300 });
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(200_000);
      throw new Error('out of paper');
    }
    await expect(sendDataSet(door.port, broken())).rejects.toThrow('out of paper');
    expect((await askByLibrary(door.port, new CEchoRequest())).statuses).toEqual([SUCCESS]);
    expect(await archive.isEmpty()).toBe(true);
  });

  test('does not wait for ever for the rest of an object', async () => {
    const { door, archive, failures } = await openTestDoor({ silenceMs: 200 });
    async function* stuck(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(200_000);
      await new Promise(() => undefined);
    }
    const peer = { aeTitle: 'SIGHTLINE', host: '127.0.0.1', port: door.port, may: [] };
    const calling = await callPeer(peer, 'TEST', [{ sopClassUid: CT, transferSyntaxUid: EXPLICIT }], 60_000);
    const { exchange, contexts } = calling!;
    const command = { CommandField: 1, AffectedSOPClassUID: CT, AffectedSOPInstanceUID: '1.2.3.1.1' };
    void exchange.request(contexts[0]!, command, stuck());
    await vi.waitFor(() => expect(exchange.wire.isOver).toBe(true), 10_000);
    expect([await archive.isEmpty(), failures]).toEqual([true, []]);
  });

  test('takes classes and objects of which nobody has heard', async () => {
    const { door } = await openTestDoor();
    const sopClassUid = '1.3.999.1.2';
    const bytes = testDataSet({ more: { '00080016': { vr: 'UI', Value: [sopClassUid] } } });
    expect(await sendDataSet(door.port, bytes, { sopClassUid })).toBe(SUCCESS);
  });
});

async function filled() {
  const opened = await openTestDoor({
    peers: [{ aeTitle: 'TEST', host: '127.0.0.1', port: 1, may: ['store', 'find', 'get', 'move'] }],
  });
  const objects = [
    { study: '1.2.3', series: '1.2.3.1', instance: '1.2.3.1.1' },
    { study: '1.2.3', series: '1.2.3.1', instance: '1.2.3.1.2' },
    { study: '1.2.4', series: '1.2.4.1', instance: '1.2.4.1.1' },
  ];
  for (const object of objects) {
    expect(
      await sendDataSet(opened.door.port, testDataSet(object), { sopInstanceUid: object.instance }),
    ).toBe(0);
  }
  return opened;
}

describe('C-FIND', () => {
  const ask = async (
    keys: Readonly<Record<string, string>>,
    level: 'Study' | 'Series' | 'Image' = 'Study',
  ) => {
    const { door } = await filled();
    return askByLibrary(door.port, CFindRequest[`create${level}FindRequest`](keys));
  };

  test('answers each key that was asked for, the empty ones too, and no other', async () => {
    const { statuses, datasets } = await ask({ StudyInstanceUID: '1.2.3', PatientName: '', StudyID: '' });
    expect(statuses).toEqual([PENDING, SUCCESS]);
    const { _vrMap, ...found } = datasets[0]!;
    expect(found).toMatchObject({
      QueryRetrieveLevel: 'STUDY',
      RetrieveAETitle: 'SIGHTLINE',
      StudyInstanceUID: '1.2.3',
    });
    for (const name of ['Müller^Jürgen', '山田^太郎']) expect(JSON.stringify(found)).toContain(name);
    expect(Object.keys(found)).toContain('StudyID');
    expect(Object.keys(found)).not.toContain('SeriesInstanceUID');
  });

  test.each([
    ['wildcards without regard to case', { PatientName: 'MULLER*' }, 2],
    ['a date range', { StudyDate: '20240101-20240131' }, 2],
    ['an open range', { StudyDate: '-20231231' }, 0],
    ['a list of UIDs', { StudyInstanceUID: '1.2.3\\1.2.4\\1.2.5' }, 2],
    ['an asterisk alone', { StudyDate: '*' }, 2],
    ['dates and times apart', { StudyDate: '20240101-20240103', StudyTime: '0800-0900' }, 0],
    ['times within', { StudyDate: '20240101-20240103', StudyTime: '1000-1030' }, 2],
  ])('matches %s', async (_, keys, count) => {
    const { statuses } = await ask(keys);
    expect(statuses).toEqual([...Array.from({ length: count }, () => PENDING), SUCCESS]);
  });

  test('works at the levels below, also without naming those above', async () => {
    expect((await ask({ StudyInstanceUID: '1.2.3', SeriesInstanceUID: '' }, 'Series')).datasets).toHaveLength(
      1,
    );
    expect((await ask({ PatientID: 'P1', SOPInstanceUID: '' }, 'Image')).datasets).toHaveLength(3);
  });

  test('refuses a key with a value that it cannot have', async () => {
    expect((await ask({ StudyInstanceUID: 'no-uid' })).statuses).toEqual([0xa900]);
  });

  test('says that a key is not matched', async () => {
    expect((await ask({ StudyInstanceUID: '1.2.3', EthnicGroup: 'any' })).statuses[0]).toBe(0xff01);
  });
});

describe('C-GET', () => {
  test('brings the objects on the same association and counts them', async () => {
    const { door } = await filled();
    const { statuses, received, last } = await askByLibrary(
      door.port,
      CGetRequest.createStudyGetRequest('1.2.3') as never, // the helper names the requests it needs
    );
    expect(statuses).toEqual([PENDING, SUCCESS]);
    expect(received.sort()).toEqual(['1.2.3.1.1', '1.2.3.1.2']);
    expect([last?.getCompleted?.(), last?.getFailures?.()]).toEqual([2, 0]);
  });

  test.each(['*', '', 'no-uid'])('of %j sends nothing', async (uid) => {
    const { door } = await filled();
    const asked = await askByLibrary(door.port, CGetRequest.createStudyGetRequest(uid) as never);
    expect([asked.statuses, asked.received]).toEqual([[0xa900], []]);
  });
});

describe('C-MOVE', () => {
  const move = (destination: string, port: number, uid = '1.2.3') =>
    askByLibrary(port, CMoveRequest.createStudyMoveRequest(destination, uid) as never);

  test('sends to a peer that is listed, as it is stored', async () => {
    const target = await openTestDoor({ aeTitle: 'TARGET' });
    const source = await openTestDoor({
      peers: [
        { aeTitle: 'TARGET', host: '127.0.0.1', port: target.door.port, may: [] },
        { aeTitle: 'TEST', host: '127.0.0.1', port: 1, may: ['store', 'move'] },
      ],
    });
    const bytes = testDataSet({});
    await sendDataSet(source.door.port, bytes);
    const { statuses, last } = await move('TARGET', source.door.port);
    expect([statuses, last?.getCompleted?.()]).toEqual([[SUCCESS], 1]);
    const found = await createArchiveClient(target.archive, caller).retrieve(stored, '*');
    expect(await collect(dataSetOf(found!.file), 1e6)).toEqual(bytes);
  });

  test('knows no other destination', async () => {
    const { door } = await filled();
    expect((await move('ELSEWHERE', door.port)).statuses).toEqual([0xa801]);
  });

  test('to a peer that does not answer fails for each object', async () => {
    const { door } = await filled();
    const { statuses, last } = await move('TEST', door.port);
    expect([statuses.at(-1), last?.getCompleted?.(), last?.getFailures?.()]).toEqual([0xa702, 0, 2]);
  });

  test('of nothing is a success', async () => {
    const { door } = await filled();
    expect((await move('TEST', door.port, '1.2.99')).statuses).toEqual([SUCCESS]);
  });
});

test('closing lets nobody hang', async () => {
  const { door } = await openTestDoor();
  const socket = connect(door.port, '127.0.0.1');
  socket.resume();
  await nextEvent(socket, 'connect');
  const closed = nextEvent(socket, 'close');
  await Promise.all([door.close(0), closed]);
  await expect(door.close(0)).resolves.toBeUndefined();
});
