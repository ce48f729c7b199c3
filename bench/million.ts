import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { startGateway, type TestGateway } from '../e2e/support/gateway.ts';
import type { Figure } from './bench.ts';
import { type HttpConnection, withConnections } from './http-client.ts';
import { anyDay, below, makeMillion, million, MODALITIES, pick, SYLLABLES, uidOf } from './million-index.ts';
import { residentMegabytes } from './resident-memory.ts';
import { percentile, round } from './statistics.ts';

const RUNS = 40;

/** What is asked, another query for each run, and how long it may take at the 95th percentile. */
interface Work {
  readonly name: string;
  readonly limitMs: number;
  readonly path?: string;
  /** `limit=N`: a page of another length each time, so that no answer is one that is remembered. */
  readonly query: () => string;
}

const works: readonly Work[] = [
  {
    name: 'accession number',
    limitMs: 50,
    query: () => `AccessionNumber=A${below(million.studies) * 7 + 1_000_000}`,
  },
  {
    name: 'patient and issuer',
    limitMs: 50,
    query: () => `PatientID=P${below(million.patients)}&IssuerOfPatientID=HOSPITAL`,
  },
  { name: 'study UID', limitMs: 50, query: () => `StudyInstanceUID=${uidOf(below(million.studies))}` },
  {
    name: 'series of a study',
    limitMs: 50,
    path: '/series',
    query: () => `StudyInstanceUID=${uidOf(below(million.studies))}`,
  },
  { name: 'one day', limitMs: 50, query: () => `StudyDate=${anyDay()}&limit=N` },
  { name: 'from a day on', limitMs: 50, query: () => `StudyDate=${anyDay()}-&limit=N` },
  { name: 'until a day', limitMs: 50, query: () => `StudyDate=-${anyDay()}&limit=N` },
  {
    name: 'a month and a modality',
    limitMs: 50,
    query: () => `StudyDate=20170301-20170331&ModalitiesInStudy=${pick(MODALITIES)}&limit=N`,
  },
  {
    name: 'birth date',
    limitMs: 50,
    query: () => `PatientBirthDate=19${30 + below(60)}0${1 + below(9)}${10 + below(18)}&limit=N`,
  },
  { name: 'modality', limitMs: 50, query: () => `ModalitiesInStudy=${pick(MODALITIES)}&limit=N` },
  { name: 'a modality there is not', limitMs: 50, query: () => 'ModalitiesInStudy=OPT&limit=N' },
  {
    name: 'name prefix',
    limitMs: 200,
    query: () => `PatientName=${pick(SYLLABLES)}${pick(SYLLABLES)}${pick(SYLLABLES)}*&limit=N`,
  },
  {
    name: 'name prefix, 2 letters',
    limitMs: 200,
    query: () => `PatientName=${pick(SYLLABLES).slice(0, 2)}*&limit=N`,
  },
  { name: 'name prefix, a tenth', limitMs: 300, query: () => 'PatientName=ste*&limit=N' },
  {
    name: 'name prefix, a tenth, page 500',
    limitMs: 300,
    query: () => 'PatientName=ste*&limit=N&offset=50000',
  },
  { name: 'name prefix and a sex', limitMs: 200, query: () => `PatientName=mul*&PatientSex=F&limit=N` },
  { name: 'name there is not', limitMs: 200, query: () => 'PatientName=zzyzx*&limit=N' },
  {
    name: 'name contains',
    limitMs: 100,
    query: () => `PatientName=*${pick(SYLLABLES)}${pick(SYLLABLES)}*&limit=N`,
  },
  { name: 'name contains, rare', limitMs: 100, query: () => 'PatientName=*skibergor*&limit=N' },
  { name: 'name contains 2 letters', limitMs: 100, query: () => 'PatientName=*sk*&limit=N' },
  { name: 'name contains 1 letter, never', limitMs: 1000, query: () => 'PatientName=*q*&limit=N' },
  { name: 'name contains 2 letters, never', limitMs: 1000, query: () => 'PatientName=*qx*&limit=N' },
  {
    name: 'name contains and a modality',
    limitMs: 100,
    query: () => `PatientName=*kow*&ModalitiesInStudy=PT&limit=N`,
  },
  {
    name: 'name by sound',
    limitMs: 200,
    query: () => `PatientName=${pick(['Mueler', 'Schmitt', 'Maier', 'Kovalsky'])}&fuzzymatching=true&limit=N`,
  },
  { name: 'description contains', limitMs: 100, query: () => 'StudyDescription=*Knie*&limit=N' },
  {
    name: 'accession number contains',
    limitMs: 100,
    query: () => `AccessionNumber=*${1000 + below(9000)}&limit=N`,
  },
  { name: 'first page', limitMs: 100, query: () => 'limit=N' },
  { name: 'page 5000', limitMs: 200, query: () => 'limit=N&offset=500000' },
  { name: 'first page of all series', limitMs: 100, path: '/series', query: () => 'limit=N' },
];

/** Searches over HTTP in an archive of a million studies. SIGHTLINE_BENCH_MILLION: a folder that keeps it for next time. */
export async function benchMillion(folder: string): Promise<Figure[]> {
  const dataDir = process.env['SIGHTLINE_BENCH_MILLION'] ?? join(folder, 'million');
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, 'index.sqlite');
  if (!existsSync(file)) await makeMillion(file);
  const startedAt = performance.now();
  const gateway = await startGateway({ dataDir });
  const startMs = performance.now() - startedAt;
  try {
    const figures = await withConnections(gateway.url, 1, async ([connection]) => {
      const list: Figure[] = [];
      if (connection) for (const work of works) list.push(await benchWork(gateway, connection, work));
      return list;
    });
    return [
      { name: '1,000,000 studies: start (ms)', ours: round(startMs, 0), better: 'lower', atMost: 10_000 },
      ...figures,
      {
        name: '1,000,000 studies: resident memory after all searches (MB)',
        ours: round(await residentMegabytes(gateway.pid), 0),
        better: 'lower',
        atMost: 1000,
      },
    ];
  } finally {
    await gateway.stop();
  }
}

async function benchWork(
  { apiKey }: TestGateway,
  connection: HttpConnection,
  { name, limitMs, path = '/studies', query }: Work,
): Promise<Figure> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const { status, totalMs } = await connection.ask({
      path: encodeURI(`/dicom-web${path}?${query().replace('limit=N', `limit=${100 - run}`)}`),
      headers: {
        accept: 'application/dicom+json',
        'accept-encoding': 'gzip',
        authorization: `Bearer ${apiKey}`,
      },
    });
    if (status !== 200 && status !== 204) throw new Error(`${name} was answered ${status}`);
    times.push(totalMs);
  }
  return {
    name: `1,000,000 studies: ${name} (ms, p95)`,
    ours: round(percentile(times, 0.95), 2),
    better: 'lower',
    atMost: limitMs,
  };
}
