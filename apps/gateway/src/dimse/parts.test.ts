import { describe, expect, test } from 'vitest';
import { CommandError, decodeCommand, encodeCommand, hasDataSet } from './command-set.ts';
import { findKeys, isWithin, levelOf } from './find-keys.ts';
import { maxFragmentBytes, pieces } from './fragments.ts';
import { keyText, writeIdentifier } from './identifier.ts';
import { collect, IncomingDataSet, once } from './incoming-data-set.ts';
import { dataSetOf, fileHead } from './part10-stream.ts';
import { patientsOf } from './patients.ts';
import { dimseConformance, isStorageClass, judgeContext } from './presentation-contexts.ts';

async function* many<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

describe('a command set', () => {
  test('goes out and comes back the same, with its group length first', () => {
    const command = {
      AffectedSOPClassUID: '1.2.840.10008.1.1',
      CommandField: 0x8030,
      MessageIDBeingRespondedTo: 7,
      MoveDestination: 'ODD',
      Status: 0xb000,
    };
    const bytes = encodeCommand(command, true);
    expect(decodeCommand(bytes)).toEqual({ ...command, CommandDataSetType: 0x0102 });
    expect(bytes.readUInt32LE(8)).toBe(bytes.length - 12);
    expect(hasDataSet(decodeCommand(encodeCommand(command, false)))).toBe(false);
  });

  test.each([
    ['that is cut', encodeCommand({ CommandField: 1 }, true).subarray(0, -1)],
    ['with elements of patients', Buffer.of(0x10, 0, 0x10, 0, 0, 0, 0, 0)],
    ['without a field', encodeCommand({ MessageID: 1 }, false)],
    ['with a number of four bytes', Buffer.of(0, 0, 0, 1, 4, 0, 0, 0, 1, 0, 0, 0)],
    ['of nothing', Buffer.alloc(0)],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeCommand(bytes)).toThrow(CommandError);
  });
});

describe('fragments', () => {
  test('are even and within what the peer takes', () => {
    expect([16_384, 16_385, 0, 1, 1e9].map(maxFragmentBytes)).toEqual([
      16_378, 16_378, 131_066, 1018, 131_066,
    ]);
  });

  test('hold the same bytes in order, an odd end padded', async () => {
    const bytes = Buffer.from(Array.from({ length: 25 }, (_, at) => at));
    const out: Buffer[] = [];
    for await (const piece of pieces(
      many(bytes.subarray(0, 3), bytes.subarray(3, 19), bytes.subarray(19)),
      8,
    )) {
      out.push(Buffer.from(piece));
    }
    expect(out.map(({ length }) => length)).toEqual([8, 8, 8, 2]);
    expect(Buffer.concat(out)).toEqual(Buffer.concat([bytes, Buffer.of(0)]));
  });
});

describe('a data set on its way in', () => {
  test('lets its sender wait for a reader that is behind', async () => {
    const incoming = new IncomingDataSet();
    let hasRoom = false;
    const written = incoming.write(Buffer.alloc(2 * 1024 * 1024)).then(() => (hasRoom = true));
    await Promise.resolve();
    expect(hasRoom).toBe(false);
    const read = collect(incoming, 1e7);
    await written;
    incoming.end();
    expect((await read)?.length).toBe(2 * 1024 * 1024);
  });

  test('lets nobody wait for a reader that went away', async () => {
    const incoming = new IncomingDataSet();
    const read = collect(incoming, 10);
    await incoming.write(Buffer.alloc(2 * 1024 * 1024));
    await incoming.write(Buffer.alloc(2 * 1024 * 1024));
    expect(await read).toBeUndefined();
  });

  test('gives the error of the connection to its reader', async () => {
    const incoming = new IncomingDataSet();
    await incoming.write(Buffer.from('half'));
    incoming.fail(new Error('gone'));
    await expect(collect(incoming, 1e6)).rejects.toThrow('gone');
  });
});

describe('a file', () => {
  const object = { sopClassUid: '1.2.3', sopInstanceUid: '1.2.3.4', transferSyntaxUid: '1.2.840.10008.1.2' };
  const body = Buffer.of(8, 0, 5, 0, 0, 0, 0, 0);
  const of = (file: AsyncIterable<Uint8Array>) => collect(dataSetOf(file), 1e6);

  test('has the data set as it was, wherever its pieces end', async () => {
    const file = Buffer.concat([fileHead(object), body]);
    const bytewise = Array.from(file, (byte) => Buffer.of(byte));
    expect(await of(many(file))).toEqual(body);
    expect(await of(many(...bytewise))).toEqual(body);
  });

  test('without preamble, or without file meta information, has it too', async () => {
    const rest = Buffer.concat([fileHead(object), body]).subarray(132);
    expect(await of(many(rest))).toEqual(body);
    expect(await of(many(Buffer.concat([body, Buffer.alloc(200)])))).toHaveLength(208);
    expect(await of(many(body))).toEqual(body);
  });
});

describe('presentation contexts', () => {
  const all = new Set(['store', 'find', 'move', 'get'] as const);
  const [implicit, explicit, bigEndian] = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2'];
  const judge = (
    sopClassUid: string,
    transferSyntaxUids: readonly string[],
    services: ReadonlySet<never> | typeof all = all,
  ) => judgeContext({ sopClassUid, transferSyntaxUids, isProvider: false }, services);
  const CT = '1.2.840.10008.5.1.4.1.1.2';

  test.each([
    ['explicit before implicit', [implicit!, explicit!], explicit],
    ['big endian last', [bigEndian!, implicit!], implicit],
    ['else the first that was offered', ['1.2.840.10008.1.2.4.90', explicit!], '1.2.840.10008.1.2.4.90'],
  ])('take %s', (_, offered, chosen) => {
    expect(judge(CT, offered)).toEqual({ kind: 'accepted', transferSyntaxUid: chosen });
  });

  test.each([
    ['a transfer syntax that nobody can read', CT, ['1.2.3'], all, 'transfer_syntax'],
    ['a worklist', '1.2.840.10008.5.1.4.31', [explicit!], all, 'sop_class'],
    [
      'a query in a compressed syntax',
      '1.2.840.10008.5.1.4.1.2.2.1',
      ['1.2.840.10008.1.2.4.90'],
      all,
      'transfer_syntax',
    ],
    ['a service that the peer may not use', CT, [explicit!], new Set<never>(), 'user'],
  ] as const)('refuse %s', (_, sopClassUid, offered, services, reason) => {
    expect(judge(sopClassUid, offered, services)).toEqual({ kind: 'refused', reason });
  });

  test('hold objects of every class that is no service', () => {
    const storage = [CT, '1.2.840.10008.5.1.4.34.7', '1.2.840.10008.5.1.4.38.1', '1.3.12.2.1107.5.9.1'];
    expect(storage.filter((uid) => !isStorageClass(uid))).toEqual([]);
    const services = ['1.2.840.10008.1.20.1', '1.2.840.10008.3.1.2.3.3', '1.2.840.10008.5.1.1.9'];
    expect(services.filter(isStorageClass)).toEqual([]);
  });

  test('are listed for the conformance statement', () => {
    expect(dimseConformance().map(({ role }) => role)).toEqual([
      ...Array.from({ length: 7 }, () => 'SCP'),
      'SCU and SCP',
    ]);
  });
});

describe('keys of a query', () => {
  test('become those of PS3.18, sequences too', () => {
    const { query, hasUnsupported } = findKeys({
      '00080052': { vr: 'CS', Value: ['SERIES'] },
      '00080060': { vr: 'CS', Value: ['CT', 'MR'] },
      '0020000E': { vr: 'UI' },
      '00400275': { vr: 'SQ', Value: [{ '00400009': { vr: 'SH', Value: ['S*'] } }] },
    });
    expect([...query]).toEqual([
      ['includefield', '00080060'],
      ['includefield', '0020000E'],
      ['includefield', '00400275'],
      ['00080060', 'CT\\MR'],
      ['00400275.00400009', 'S*'],
    ]);
    expect(hasUnsupported).toBe(false);
  });

  test('are for a level of their information model', () => {
    const of = (level: string) => ({ '00080052': { vr: 'CS', Value: [level] } }) as const;
    expect(levelOf(of('PATIENT'), 'patient')).toBe('PATIENT');
    expect(levelOf(of('PATIENT'), 'study')).toBeUndefined();
    expect(levelOf(of('FRAME'), 'patient')).toBeUndefined();
    expect(levelOf({}, 'patient')).toBeUndefined();
  });

  test('of names keep their groups', () => {
    const name = { vr: 'PN', Value: [{ Alphabetic: 'Yamada^*', Ideographic: '山田' }] } as const;
    expect(keyText(name)).toBe('Yamada^*=山田');
  });

  test.each([
    ['10', '1030', true],
    ['12', '11', false],
    ['', '103000', true],
    ['1031', '', false],
  ])('from %j until %j holds half past ten: %s', (from, to, holds) => {
    expect(isWithin({ from, to }, '103000')).toBe(holds);
  });
});

test('a value that does not fit its VR leaves the rest of a match', () => {
  const match = {
    '00100020': { vr: 'LO', Value: ['P1'] },
    '00280010': { vr: 'US', Value: ['many'] },
  } as const;
  const bytes = Buffer.from(writeIdentifier(match, '1.2.840.10008.1.2.1')).toString('latin1');
  expect(bytes).toContain('P1');
  expect(bytes).not.toContain('many');
});

test('patients are told apart by ID and issuer, and counted over their studies', async () => {
  const study = (id: string, issuer?: string) => ({
    '00100020': { vr: 'LO', Value: [id] } as const,
    ...(issuer !== undefined && { '00100021': { vr: 'LO', Value: [issuer] } as const }),
    '00201208': { vr: 'IS', Value: [2] } as const,
  });
  const found = [];
  for await (const patient of patientsOf(many(study('1'), study('1', 'A'), study('1')))) found.push(patient);
  expect(found.map((patient) => [patient['00201200']?.Value, patient['00201204']?.Value])).toEqual([
    [[2], [4]],
    [[1], [2]],
  ]);
  expect(await collect(once(Buffer.from('x')), 1)).toHaveLength(1);
});
