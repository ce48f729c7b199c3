import { join } from 'node:path';
import { startGateway, type TestGateway } from '../e2e/support/gateway.ts';
import { metadataAsk, wholeStudy, type Work, works } from './archive-works.ts';
import type { Figure } from './bench.ts';
import { ct300, ctSlice, studyUidOf } from './ct-series.ts';
import { type Answered, type Ask, type HttpConnection, withConnections } from './http-client.ts';
import { startOrthanc } from './orthanc.ts';
import { residentMegabytes } from './resident-memory.ts';
import { smallStudies, smallStudy } from './small-studies.ts';
import { median, percentile, round } from './statistics.ts';

const ROUNDS = 3;
const SECONDS = 2;
const BOUNDARY = 'sightline-bench-boundary';

/** An archive to ask: ours or a peer. */
interface Server {
  readonly origin: string;
  readonly root: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Stores and reads, ours and Orthanc by turns, each on folders of their own. Orthanc's column stays empty without it. */
export async function benchArchive(folder: string): Promise<Figure[]> {
  const dataDir = join(folder, 'archive');
  const orthanc = await startOrthanc(join(folder, 'orthanc'));
  if (!orthanc) console.error('Orthanc is not installed: its column stays empty.');
  let gateway = await startGateway({ dataDir });
  try {
    const peer = orthanc && { origin: orthanc.url, root: '/dicom-web', headers: {} };
    const figures = await benchStores(serverOf(gateway), peer);
    for (const work of works) figures.push(await benchWork(work, serverOf(gateway), peer));
    for (const whole of wholeStudy) figures.push(...(await benchWhole(whole, serverOf(gateway), peer)));
    await gateway.stop();
    gateway = await startGateway({ dataDir });
    figures.push(await benchColdMetadata(serverOf(gateway)));
    figures.push(await benchMemory(gateway));
    return figures;
  } finally {
    await gateway.stop();
    await orthanc?.stop();
  }
}

const serverOf = (gateway: TestGateway): Server => ({
  origin: gateway.url,
  root: '/dicom-web',
  headers: { authorization: `Bearer ${gateway.apiKey}` },
});

const below = ({ root, headers }: Server, ask: Ask): Ask => ({
  ...ask,
  path: `${root}${ask.path}`,
  headers: { ...ask.headers, ...headers },
});

async function askOnce(connection: HttpConnection, server: Server, ask: Ask): Promise<Answered> {
  const answered = await connection.ask(below(server, ask));
  if (answered.status !== 200) throw new Error(`${server.origin} answered ${answered.status}`);
  return answered;
}

async function perSecond(
  server: Server,
  clients: number,
  ask: (n: number) => Ask,
): Promise<{ readonly perSecond: number; readonly megabytes: number }> {
  return withConnections(server.origin, clients, async (connections) => {
    let count = 0;
    let bytes = 0;
    const start = performance.now();
    const until = start + SECONDS * 1000;
    await Promise.all(
      connections.map(async (connection) => {
        while (performance.now() < until) {
          count += 1;
          bytes += (await askOnce(connection, server, ask(count))).bytes;
        }
      }),
    );
    const seconds = (performance.now() - start) / 1000;
    return { perSecond: count / seconds, megabytes: bytes / 1e6 / seconds };
  });
}

function figure(
  name: string,
  ours: readonly number[],
  peers: readonly number[],
  more: Pick<Figure, 'better'> & { readonly atLeast?: number; readonly against?: string },
): Figure {
  const limit = peers.length > 0 ? median(peers) : undefined;
  return {
    name,
    ours: round(median(ours)),
    ...(limit !== undefined && { limit: round(limit), ratio: round(median(ours) / limit, 2) }),
    against: 'Orthanc',
    ...more,
  };
}

/** Each round, for whoever watches a run and wonders how much the machine wavers. */
function say(name: string, ours: readonly number[], theirs: readonly number[]): void {
  const list = (values: readonly number[]): string => values.map((value) => round(value)).join(' ');
  console.error(`  ${name}: ${list(ours)} / ${list(theirs)}`);
}

/** Rounds by turns, so that a machine that slows down slows both. */
async function benchWork(work: Work, ours: Server, peer: Server | undefined): Promise<Figure> {
  const mine: number[] = [];
  const theirs: number[] = [];
  for (let at = 0; at < ROUNDS; at++) {
    mine.push((await perSecond(ours, work.clients, work.ask)).perSecond);
    if (peer) theirs.push((await perSecond(peer, work.clients, work.askOrthanc ?? work.ask)).perSecond);
  }
  const name = `${work.name}, ${work.clients} ${work.clients === 1 ? 'client' : 'clients'} (a second)`;
  say(name, mine, theirs);
  return figure(name, mine, theirs, { better: 'higher', atLeast: work.atLeast });
}

async function benchWhole(
  { name, atLeast, ask }: (typeof wholeStudy)[number],
  ours: Server,
  peer: Server | undefined,
): Promise<Figure[]> {
  const rates = { ours: [] as number[], peer: [] as number[] };
  const firstBytes: number[] = [];
  for (let at = 0; at < ROUNDS; at++) {
    const mine = await withConnections(ours.origin, 1, ([connection]) => askOnce(connection!, ours, ask));
    rates.ours.push(mine.bytes / 1e3 / mine.totalMs);
    firstBytes.push(mine.firstByteMs);
    if (!peer) continue;
    const theirs = await withConnections(peer.origin, 1, ([connection]) => askOnce(connection!, peer, ask));
    rates.peer.push(theirs.bytes / 1e3 / theirs.totalMs);
  }
  return [
    figure(`${name} (MB/s)`, rates.ours, rates.peer, { better: 'higher', atLeast }),
    { name: `${name}: first byte (ms)`, ours: round(median(firstBytes)), better: 'lower', atMost: 10 },
  ];
}

const multipart = (files: readonly Uint8Array[]): Buffer =>
  Buffer.concat([
    ...files.flatMap((file) => [
      Buffer.from(`--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`),
      file,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);

const store = (files: readonly Uint8Array[]): Ask => ({
  method: 'POST',
  path: '/studies',
  headers: {
    'content-type': `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`,
    accept: 'application/dicom+json',
  },
  body: multipart(files),
});

const ctStudy = (copy: number): readonly Uint8Array[] =>
  Array.from({ length: ct300.slices }, (_, slice) => ctSlice(slice, copy));

/** Every file synced by us; Orthanc as it is installed. */
async function benchStores(ours: Server, peer: Server | undefined): Promise<Figure[]> {
  const rates = { ours: [] as number[], peer: [] as number[] };
  for (let copy = 0; copy < ROUNDS; copy++) {
    const ask = store(ctStudy(copy));
    for (const [server, list] of [[ours, rates.ours] as const, [peer, rates.peer] as const]) {
      if (!server) continue;
      const { totalMs } = await withConnections(server.origin, 1, ([connection]) =>
        askOnce(connection!, server, ask),
      );
      list.push((ask.body?.length ?? 0) / 1e3 / totalMs);
    }
  }
  say('STOW CT', rates.ours, rates.peer);
  const large = figure('STOW of the CT in one request (MB/s)', rates.ours, rates.peer, {
    better: 'higher',
    atLeast: 2.5,
  });
  return [large, ...(await benchSmallStores(ours, peer))];
}

async function benchSmallStores(ours: Server, peer: Server | undefined): Promise<Figure[]> {
  const asks = Array.from({ length: smallStudies.count }, (_, study) => store(smallStudy(study)));
  const mine = await storeAll(ours, asks);
  const theirs = peer && (await storeAll(peer, asks));
  const name = 'small instances, durable, 4 clients';
  return [
    figure(`${name} (a second)`, [mine.perSecond], theirs ? [theirs.perSecond] : [], {
      better: 'higher',
      atLeast: 1.5,
    }),
    {
      name: `${name}: acknowledged within (ms, 99 of 100 requests of 3)`,
      ours: round(percentile(mine.latencies, 0.99)),
      ...(theirs && { limit: round(percentile(theirs.latencies, 0.99)), against: 'Orthanc' }),
      better: 'lower',
      atMost: 200,
    },
  ];
}

async function storeAll(
  server: Server,
  asks: readonly Ask[],
): Promise<{ readonly perSecond: number; readonly latencies: readonly number[] }> {
  return withConnections(server.origin, 4, async (connections) => {
    const waiting = asks.values();
    const latencies: number[] = [];
    const start = performance.now();
    await Promise.all(
      connections.map(async (connection) => {
        for (const ask of waiting) latencies.push((await askOnce(connection, server, ask)).totalMs);
      }),
    );
    const seconds = (performance.now() - start) / 1000;
    return { perSecond: (asks.length * smallStudies.instances) / seconds, latencies };
  });
}

/** How much longer the first call after a start takes than the next ones. */
async function benchColdMetadata(server: Server): Promise<Figure> {
  const [first = 0, ...others] = await withConnections(server.origin, 1, async ([connection]) => {
    const times: number[] = [];
    for (let at = 0; at < 11; at++) times.push((await askOnce(connection!, server, metadataAsk)).totalMs);
    return times;
  });
  return {
    name: 'series metadata: first call after a start, beyond a warm one (ms)',
    ours: round(first - median(others)),
    better: 'lower',
    atMost: 10,
  };
}

const AS_STORED = 'multipart/related; type="application/dicom"; transfer-syntax=*';

const eightTimes = async (client: () => Promise<void>): Promise<unknown> =>
  Promise.all(Array.from({ length: 8 }, client));

/** Resident memory while 8 clients store 2 GB and then read all of it back. */
async function benchMemory(gateway: TestGateway): Promise<Figure> {
  const server = serverOf(gateway);
  const copies = Array.from({ length: 13 }, (_, at) => 100 + at);
  let highest = 0;
  const sample = setInterval(() => {
    void residentMegabytes(gateway.pid).then((now) => (highest = Math.max(highest, now)));
  }, 100);
  try {
    const toStore = copies.values();
    await eightTimes(async () => {
      for (const copy of toStore) {
        // Made before the connection is: a server need not wait for what is not sent yet.
        const ask = store(ctStudy(copy));
        await withConnections(server.origin, 1, ([connection]) => askOnce(connection!, server, ask));
      }
    });
    const toRead = copies.values();
    await eightTimes(async () => {
      for (const copy of toRead) {
        const ask = { path: `/studies/${studyUidOf(copy)}`, headers: { accept: AS_STORED } };
        await withConnections(server.origin, 1, ([connection]) => askOnce(connection!, server, ask));
      }
    });
  } finally {
    clearInterval(sample);
  }
  return {
    name: 'resident memory while 2 GB are stored and read by 8 clients (MB)',
    ours: round(highest, 0),
    better: 'lower',
    atMost: 300,
  };
}
