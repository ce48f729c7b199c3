import { get } from 'node:http';
import { connect } from 'node:net';
import { type DicomDataset, writePart10 } from '@sightline/dicom';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './support/gateway.ts';

/**
 * Memory is used again for what is sent, and codecs keep theirs. No answer may ever hold a byte of another: each object is
 * filled with a value of its own, and clients come, wait, hang up and ask for several things at once.
 */
let gateway: TestGateway;

/** Of some, several pieces; of others less than one. */
const SIDES = [1500, 700, 64];
const OBJECTS = 24;

const sideOf = (object: number): number => SIDES[object % SIDES.length] ?? 64;
const valueOf = (object: number): number => object + 1;
const pathOf = (object: number): string =>
  `/dicom-web/studies/1.2.${object}/series/1.2.${object}.1/instances/1.2.${object}.1.1`;

const us = (value: number) => ({ vr: 'US', Value: [value] }) as const;
const ui = (value: string) => ({ vr: 'UI', Value: [value] }) as const;

function file(object: number): Uint8Array<ArrayBuffer> {
  const side = sideOf(object);
  const dataset: DicomDataset = {
    '00080016': ui('1.2.840.10008.5.1.4.1.1.7'),
    '00080018': ui(`1.2.${object}.1.1`),
    '0020000D': ui(`1.2.${object}`),
    '0020000E': ui(`1.2.${object}.1`),
    '00280002': us(1),
    '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
    '00280010': us(side),
    '00280011': us(side),
    '00280100': us(8),
    '00280101': us(8),
    '00280102': us(7),
    '00280103': us(0),
  };
  const pixelData = new Uint8Array(side * side).fill(valueOf(object));
  return new Uint8Array(writePart10({ dataset, transferSyntaxUid: '1.2.840.10008.1.2.1', pixelData }));
}

const authorization = (): Readonly<Record<string, string>> => ({ authorization: `Bearer ${gateway.apiKey}` });

beforeAll(async () => {
  gateway = await startGateway();
  for (let object = 0; object < OBJECTS; object += 1) {
    const response = await fetch(`${gateway.url}/dicom-web/studies`, {
      method: 'POST',
      headers: { ...authorization(), 'content-type': 'application/dicom' },
      body: file(object),
    });
    expect(response.status).toBe(200);
    await response.text();
  }
});
afterAll(() => gateway?.stop());

interface Taken {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

/** Reads an answer: at once, slowly, or only its beginning. */
function take(path: string, accept: string, manner: 'at once' | 'slowly' | 'in part'): Promise<Taken> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const end = (isWhole: boolean): void => resolve({ bytes: Buffer.concat(chunks), isWhole });
    const request = get({ hostname, port, path, headers: { ...authorization(), accept } }, (response) => {
      response.on('data', (chunk: Buffer) => {
        chunks.push(Buffer.from(chunk));
        if (manner === 'in part') request.destroy();
        if (manner === 'slowly') {
          response.pause();
          setTimeout(() => response.resume(), 2);
        }
      });
      response.on('end', () => end(true));
      response.on('close', () => end(false));
    });
    request.on('error', (error) => (manner === 'in part' ? end(false) : reject(error)));
  });
}

/** How many bytes of a frame's length at the end are not the object's own. */
function strangers(bytes: Buffer, object: number): number {
  return bytes.reduce((count, byte) => count + (byte === valueOf(object) ? 0 : 1), 0);
}

const HEAD_BYTES_AT_MOST = 2000;

const manners = ['at once', 'slowly', 'in part', 'at once'] as const;

test('no answer holds bytes of another one, whoever hangs up or reads slowly', async () => {
  let turn = 0;
  const client = async (): Promise<void> => {
    while (turn < 360) {
      turn += 1;
      const [object, manner] = [(turn * 7) % OBJECTS, manners[turn % manners.length] ?? 'at once'];
      const isFrame = turn % 3 === 0;
      const path = isFrame ? `${pathOf(object)}/frames/1` : pathOf(object);
      const accept = isFrame ? 'application/octet-stream' : 'application/dicom; transfer-syntax=*';
      const { bytes, isWhole } = await take(path, accept, manner);
      const pixels = sideOf(object) ** 2;
      if (isWhole && isFrame) expect(bytes.length).toBe(pixels);
      if (isWhole && !isFrame) expect(bytes.equals(file(object)), `object ${object}`).toBe(true);
      const seen = isFrame ? bytes : bytes.subarray(HEAD_BYTES_AT_MOST);
      expect(strangers(seen, object), `${path} ${manner}`).toBe(0);
    }
  };
  await Promise.all(Array.from({ length: 12 }, client));
}, 120_000);

test('answers asked for one behind the other on one connection come whole and in order', async () => {
  const { hostname, port } = new URL(gateway.url);
  const order = Array.from({ length: 40 }, (_, at) => (at * 5) % OBJECTS);
  const requests = order.map((object, at) =>
    [
      `GET ${pathOf(object)}/frames/1 HTTP/1.1`,
      'Host: localhost',
      `Authorization: Bearer ${gateway.apiKey}`,
      'Accept: application/octet-stream',
      `Connection: ${at === order.length - 1 ? 'close' : 'keep-alive'}`,
      '',
      '',
    ].join('\r\n'),
  );
  let rest = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(requests.join('')));
    socket.on('data', (chunk) => {
      chunks.push(Buffer.from(chunk));
      socket.pause();
      setImmediate(() => socket.resume());
    });
    socket.on('end', () => resolve(Buffer.concat(chunks)));
    socket.on('error', reject);
  });
  for (const object of order) {
    const end = rest.indexOf('\r\n\r\n') + 4;
    expect(rest.subarray(0, 15).toString()).toBe('HTTP/1.1 200 OK');
    const length = sideOf(object) ** 2;
    expect(strangers(rest.subarray(end, end + length), object)).toBe(0);
    rest = rest.subarray(end + length);
  }
  expect(rest).toHaveLength(0);
});

test('a whole study as zip or multipart holds its own bytes only', async () => {
  const answers = await Promise.all(
    Array.from({ length: OBJECTS }, async (_, object) => {
      const accept =
        object % 2 === 0
          ? 'application/zip'
          : 'multipart/related; type="application/dicom"; transfer-syntax=*';
      return take(`/dicom-web/studies/1.2.${object}`, accept, object % 5 === 0 ? 'slowly' : 'at once');
    }),
  );
  for (const [object, { bytes, isWhole }] of answers.entries()) {
    expect(isWhole).toBe(true);
    expect(bytes.includes(Buffer.from(file(object))), `study ${object}`).toBe(true);
  }
});
