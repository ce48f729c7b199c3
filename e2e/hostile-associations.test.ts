import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chanceOf, mutate } from '../tools/fuzz/mutate.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

/** What strangers send to the DIMSE door of a real gateway: it says no, and goes on. */
let gateway: TestGateway;
let port: number;

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

beforeAll(async () => {
  port = await freePort();
  gateway = await startGateway({
    environment: { SIGHTLINE_DIMSE_PORT: String(port), SIGHTLINE_DIMSE_AE_TITLE: 'SIGHTLINE' },
  });
});
afterAll(() => gateway?.stop());

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const uint16 = (value: number): Buffer => uint32(value).subarray(2);

const unit = (type: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(type, 0), uint32(body.length), body]);
};
const item = (type: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(type, 0), uint16(body.length), body]);
};
const text = (value: string): Buffer => Buffer.from(value, 'latin1');

const VERIFICATION = '1.2.840.10008.1.1';
const STUDY_ROOT_FIND = '1.2.840.10008.5.1.4.1.2.2.1';
const IMPLICIT = '1.2.840.10008.1.2';

/** A-ASSOCIATE-RQ, PS3.8 9.3.2: two contexts. */
const request = unit(
  1,
  uint16(1),
  uint16(0),
  text('SIGHTLINE'.padEnd(16)),
  text('STRANGER'.padEnd(16)),
  Buffer.alloc(32),
  item(0x10, text('1.2.840.10008.3.1.1.1')),
  ...[VERIFICATION, STUDY_ROOT_FIND].map((uid, at) =>
    item(0x20, Buffer.of(at * 2 + 1, 0, 0, 0), item(0x30, text(uid)), item(0x40, text(IMPLICIT))),
  ),
  item(0x50, item(0x51, uint32(16_384)), item(0x52, text('1.2.3.4')), item(0x55, text('TEST'))),
);

const element = (number: number, value: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(number, 2);
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
};
const little = (value: number): Buffer => Buffer.of(value & 0xff, value >> 8);

function command(contextId: number, uid: string, field: number, hasDataSet: boolean): Buffer {
  const elements = Buffer.concat([
    element(0x0002, text(uid.length % 2 === 0 ? uid : `${uid}\0`)),
    element(0x0100, little(field)),
    element(0x0110, little(7)),
    element(0x0700, little(0)),
    element(0x0800, little(hasDataSet ? 1 : 0x0101)),
  ]);
  const whole = Buffer.concat([element(0, Buffer.from(uint32(elements.length)).reverse()), elements]);
  return unit(4, uint32(whole.length + 2), Buffer.of(contextId, 3), whole);
}

const echo = command(1, VERIFICATION, 0x0030, false);
/** (0008,0052) STUDY, (0010,0010) *: implicit VR. */
const keys = Buffer.concat([
  Buffer.of(8, 0, 0x52, 0, 6, 0, 0, 0),
  text('STUDY '),
  Buffer.of(0x10, 0, 0x10, 0, 2, 0, 0, 0),
  text('* '),
]);
const find = Buffer.concat([
  command(3, STUDY_ROOT_FIND, 0x0020, true),
  unit(4, uint32(keys.length + 2), Buffer.of(3, 2), keys),
]);
const release = unit(5, Buffer.alloc(4));

/** Sends all at once and gives what came back until the end, or some silence. */
function exchange(bytes: Uint8Array, silenceMs = 250): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
}

/** The types of the units in an answer. */
function typesOf(bytes: Buffer): readonly number[] {
  const types: number[] = [];
  for (let at = 0; at + 6 <= bytes.length; at += 6 + bytes.readUInt32BE(at + 2)) types.push(bytes[at] ?? 0);
  return types;
}

async function isServing(): Promise<void> {
  expect(typesOf(await exchange(Buffer.concat([request, echo, release]), 10_000))).toEqual([2, 4, 6]);
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
}

test('a right association is taken, answered and released', async () => {
  await isServing();
  expect(typesOf(await exchange(Buffer.concat([request, find, release]), 10_000))[0]).toBe(2);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a web request', text('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ['data before any association', echo],
  ['a unit of 4 GiB', Buffer.concat([Buffer.of(1, 0), uint32(0xffffffff), Buffer.alloc(1000)])],
  ['data of 4 GiB', Buffer.concat([request, Buffer.of(4, 0), uint32(0xffffffff), Buffer.alloc(1000)])],
  ['a fragment longer than its unit', Buffer.concat([request, unit(4, uint32(5000), Buffer.of(1, 3))])],
  ['a fragment of length 0', Buffer.concat([request, unit(4, uint32(0))])],
  ['an unknown unit', unit(0x77, Buffer.alloc(8))],
  ['two requests', Buffer.concat([request, request])],
  ['a context that was not agreed', Buffer.concat([request, command(99, VERIFICATION, 0x0030, false)])],
  ['a command of no elements', Buffer.concat([request, unit(4, uint32(2), Buffer.of(1, 3))])],
  ['an answer that nobody asked for', Buffer.concat([request, command(1, VERIFICATION, 0x8030, false)])],
  ['an unknown command', Buffer.concat([request, command(1, VERIFICATION, 0x7777, false)])],
  ['an item longer than its unit', Buffer.from(request).fill(0xff, 76, 78)],
])('%s does no harm', async (_what, bytes) => {
  await exchange(bytes);
  await isServing();
});

test('hundreds of associations with wrong bytes in them do no harm', async () => {
  const chance = chanceOf(20261121);
  const whole = [
    Buffer.concat([request, echo, release]),
    Buffer.concat([request, find, release]),
    Buffer.concat([request, echo, find, echo]),
  ].map((bytes) => new Uint8Array(bytes));
  const inputs = Array.from({ length: 400 }, (_, at) => {
    const [seed, other] = [whole[at % 3], whole[(at + 1) % 3]];
    return seed && other ? mutate(seed, chance, other) : new Uint8Array(0);
  }).values();
  const client = async (): Promise<void> => {
    for (const input of inputs) await exchange(input);
  };
  await Promise.all(Array.from({ length: 12 }, client));
  await isServing();
}, 120_000);
