import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askDicomWeb, type DimseGateway, startDimseGateway } from './support/dimse-gateway.ts';
import { freePort, isInstalled, run } from './support/programs.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/dicom');
/** Of different transfer syntaxes: implicit, big endian, JPEG, JPEG-LS, RLE. */
const FILES = ['coronal', 'implicit', 'big-endian', 'jpeg-baseline', 'jpeg-ls-lossless', 'rle'].map((name) =>
  join(FIXTURES, `${name}.dcm`),
);

const isThere = ['echoscu', 'dcmsend', 'findscu', 'movescu', 'getscu', 'storescp']
  .map(isInstalled)
  .every(Boolean);

describe.runIf(isThere)('dcmtk', () => {
  let folder: string;
  let received: string;
  let gateway: DimseGateway;
  let plain: string;
  let storescps: readonly ChildProcess[];
  let peer: readonly string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sightline-dimse-'));
    received = join(folder, 'received');
    mkdirSync(received);
    const port = await freePort();
    // Bit-preserving: what it writes is what we sent.
    const plainPort = await freePort();
    plain = join(folder, 'plain');
    mkdirSync(plain);
    storescps = [
      spawn('storescp', ['--aetitle', 'DCMTK', '-B', '+xa', '-od', received, String(port)]),
      spawn('storescp', ['--aetitle', 'PLAIN', '+xi', '-od', plain, String(plainPort)]),
    ];
    const peers = [
      { aeTitle: 'DCMTK', port },
      { aeTitle: 'PLAIN', port: plainPort },
    ];
    gateway = await startDimseGateway(folder, peers);
    peer = ['-aet', 'DCMTK', '-aec', 'SIGHTLINE', '127.0.0.1', String(gateway.dimsePort)];
    const sent = await run('dcmsend', '--verbose', '--decompress-never', ...peer, ...FILES);
    expect(sent.text).toContain(`with status SUCCESS  : ${FILES.length}`);
  });

  afterAll(async () => {
    for (const each of storescps ?? []) each.kill();
    await gateway?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('gets an echo, and is told why it gets none', async () => {
    expect(await run('echoscu', ...peer)).toMatchObject({ code: 0 });
    const stranger = await run('echoscu', '-aet', 'STRANGER', ...peer.slice(2));
    expect(stranger.text).toContain('Calling AE Title Not Recognized');
    const wrong = await run('echoscu', '-aet', 'DCMTK', '-aec', 'OTHER', ...peer.slice(4));
    expect(wrong.text).toContain('Called AE Title Not Recognized');
  });

  const studies = async (...keys: readonly string[]): Promise<Awaited<ReturnType<typeof run>>> =>
    run(
      'findscu',
      '-S',
      ...peer,
      ...['QueryRetrieveLevel=STUDY', 'StudyInstanceUID', ...keys].flatMap((key) => ['-k', key]),
    );
  const retrieve = (program: string, uids: readonly string[], ...options: readonly string[]) => {
    const keys = ['-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${uids.join('\\')}`];
    return run(program, '--verbose', '-S', ...options, ...peer, ...keys);
  };
  const uidsOf = (text: string): readonly string[] =>
    [...text.matchAll(/\(0020,000d\) UI \[([\d.]+)/g)].map((match) => match[1] ?? '');

  test('finds what it sent', async () => {
    expect(uidsOf((await studies('PatientName=sightline*')).text)).toHaveLength(FILES.length);
    expect(uidsOf((await studies('StudyDate=19000101-19991231')).text)).toEqual([]);
    const { text } = await run(
      'findscu',
      '-P',
      ...peer,
      '-k',
      'QueryRetrieveLevel=PATIENT',
      '-k',
      'PatientID',
    );
    expect(text.match(/Find Response: /g)).toHaveLength(FILES.length);
  });

  test('moves all of it to itself, byte for byte as it is stored', async () => {
    const all = uidsOf((await studies()).text);
    const moved = await retrieve('movescu', all, '-aem', 'DCMTK');
    expect(moved.text).toContain('Received Final Move Response (Success)');
    const found = await askDicomWeb(gateway, '/instances?limit=100', 'application/dicom+json');
    const instances = (await found.json()) as readonly Record<string, { Value: readonly string[] }>[];
    expect(instances).toHaveLength(FILES.length);
    for (const instance of instances) {
      const [study, series, sop] = ['0020000D', '0020000E', '00080018'].map((tag) => instance[tag]?.Value[0]);
      const path = `/studies/${study}/series/${series}/instances/${sop}`;
      const stored = await askDicomWeb(gateway, path, 'application/dicom; transfer-syntax=*');
      const bytes = Buffer.from(await stored.arrayBuffer());
      const name = readdirSync(received).find((each) => each.endsWith(sop ?? 'none'));
      expect(dataSet(readFileSync(join(received, name ?? '')))).toEqual(dataSet(bytes));
    }
  });

  test('takes them in the default transfer syntax where it can take no other', async () => {
    const all = uidsOf((await studies()).text);
    const moved = await retrieve('movescu', all, '-aem', 'PLAIN');
    expect(moved.text).toContain('Received Final Move Response (Success)');
    expect(readdirSync(plain)).toHaveLength(FILES.length);
    for (const name of readdirSync(plain)) {
      const dumped = await run('dcmdump', '+P', 'TransferSyntaxUID', '+P', 'PixelData', join(plain, name));
      expect(dumped).toMatchObject({ code: 0 });
      expect(dumped.text).toContain('LittleEndianImplicit');
    }
  });

  test('gets them on its own association, in the transfer syntax that it can take', async () => {
    const target = join(folder, 'got');
    mkdirSync(target);
    const all = uidsOf((await studies()).text);
    const got = await retrieve('getscu', all, '-od', target);
    expect(got.text).toContain(`Number of Completed Suboperations : ${FILES.length}`);
    expect(readdirSync(target)).toHaveLength(FILES.length);
  });

  test('may be told to stop in the middle of an answer', async () => {
    const { text, code } = await run(
      'findscu',
      '-S',
      '--cancel',
      '1',
      ...peer,
      '-k',
      'QueryRetrieveLevel=STUDY',
    );
    expect(code).toBe(0);
    expect(text.match(/Find Response: /g)?.length).toBeLessThanOrEqual(FILES.length);
    await wait(0);
    expect(await run('echoscu', ...peer)).toMatchObject({ code: 0 });
  });
});

/** Without preamble and file meta information, whose length is at its start. */
function dataSet(file: Buffer): Buffer {
  return file.subarray(144 + file.readUInt32LE(140));
}
