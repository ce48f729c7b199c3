import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { type DicomDataset, type DicomElement, type PersonName } from '@sightline/dicom';
import { decodeQuery, type QueryLevel } from '@sightline/dicomweb';
import { instanceColumns, seriesColumns } from '../packages/archive/src/index/columns.ts';
import type { IndexPage, IndexStore } from '../packages/archive/src/index/index-store.ts';
import { insertRow, preparer } from '../packages/archive/src/index/sqlite-statements.ts';
import { insertStudy } from '../packages/archive/src/index/sqlite-study.ts';
import { openSqliteIndex } from '../packages/archive/src/index/sqlite.ts';
import { percentile } from './statistics.ts';

/**
 * Searches in an index of a million studies: `node bench/index-million.ts [studies] [file]`. A file that is there is
 * searched as it is; otherwise it is made first, and without a file it is made in a temporary folder and taken away.
 */
const studies = Number(process.argv[2] ?? 1_000_000);
const kept = process.argv[3];
const RUNS = 40;

/** A small generator of its own, so that every run is of the same archive. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomOf(1);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T; // none of the lists is empty
const below = (count: number): number => Math.floor(random() * count);

const FAMILIES =
  'Müller Schmidt Meyer Smith Johnson Kowalski Nguyen García Ivanov Rossi Dubois Yamada Kim'.split(' ');
const GIVEN = 'Anna Maria Peter Johann Zoë Li Ahmed Ivan Carlos Marie Hans Emma Noah Mia Paul'.split(' ');
const SYLLABLES =
  'ba ber da den el fa gor ha i ka kow la lin ma mo na ner o pa ra ri sa ski sto ta u va wi'.split(' ');
const MODALITIES = 'CT CT CT MR MR CR CR CR DX US MG XA NM PT'.split(' ');
const DESCRIPTIONS =
  'Thorax|Schädel nativ|MR Knie links|CT Abdomen|Mammographie|LWS 2 Ebenen|Kontrolle'.split('|');

const element = (vr: DicomElement['vr'], value: string | number | PersonName): DicomElement => ({
  vr,
  Value: [value],
});

/** One in ten begins with "ste", so that a wide prefix is as wide as that. */
function familyName(): string {
  if (random() < 0.1) return `Ste${pick(SYLLABLES)}${pick(SYLLABLES)}`;
  if (random() < 0.3) return pick(FAMILIES);
  const name = pick(SYLLABLES) + pick(SYLLABLES) + pick(SYLLABLES);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

const FIRST_DAY = Date.UTC(2014, 0, 1);
const DAY_MS = 86_400_000;

function studyAttributes(at: number): DicomDataset {
  const patient = below(studies / 3);
  const day = new Date(FIRST_DAY + below(3650) * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  const time = `${String(7 + below(12)).padStart(2, '0')}${String(below(60)).padStart(2, '0')}00`;
  return {
    '00080020': element('DA', day),
    '00080030': element('TM', time),
    '00080050': element('SH', `A${String(at * 7 + 1_000_000)}`),
    '00080090': element('PN', { Alphabetic: `${pick(FAMILIES)}^${pick(GIVEN)}^^Dr.` }),
    '00081030': element('LO', pick(DESCRIPTIONS)),
    '00100010': element('PN', { Alphabetic: `${familyName()}^${pick(GIVEN)}` }),
    '00100020': element('LO', `P${String(patient)}`),
    '00100021': element('LO', 'HOSPITAL'),
    '00100030': element('DA', `${String(1930 + below(90))}0${String(1 + below(9))}${String(10 + below(18))}`),
    '00100040': element('CS', random() < 0.5 ? 'F' : 'M'),
    '0020000D': element('UI', uidOf(at)),
    '00200010': element('SH', String(at)),
  };
}

const uidOf = (at: number): string =>
  `1.2.826.0.1.3680043.10.1338.${String((at * 2_654_435_761) % 4_294_967_291)}.${String(at)}`;

/** Straight into the tables, through the functions that write a study; indexes at the end. */
function generate(database: DatabaseSync): void {
  database.exec(
    'PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN',
  );
  const indexes = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
    .all();
  for (const { name } of indexes) database.exec(`DROP INDEX ${String(name)}`);
  const prepare = preparer(database);
  for (let at = 1; at <= studies; at += 1) insertOne(prepare, at);
  for (const { sql } of indexes) database.exec(String(sql));
  database.exec(`UPDATE totals SET version = ${studies}, last_instance = ${studies}, studies = ${studies},
    series = ${studies}, instances = ${studies}, bytes = ${studies}; COMMIT`);
}

function insertOne(prepare: ReturnType<typeof preparer>, at: number): void {
  const uid = uidOf(at);
  const modality = pick(MODALITIES);
  insertStudy(prepare, {
    row: { id: at, uid, version: at, arrived: at, first_instance: at, series: 1, instances: 1 },
    study: studyAttributes(at),
    modalities: [modality],
    sopClasses: ['1.2.840.10008.5.1.4.1.1.2'],
  });
  const series = { '00080060': element('CS', modality), '0020000E': element('UI', `${uid}.1`) };
  insertRow(prepare, 'series', {
    id: at,
    study: at,
    uid: `${uid}.1`,
    arrived: at,
    first_instance: at,
    instances: 1,
    ...seriesColumns(series),
    attributes: JSON.stringify(series),
  });
  const instance = { '00080018': element('UI', `${uid}.1.1`), '00200013': element('IS', 1) };
  const hash = at.toString(16).padStart(64, '0');
  insertRow(prepare, 'instance', {
    id: at,
    series: at,
    uid: `${uid}.1.1`,
    sop_class: '1.2.840.10008.5.1.4.1.1.2',
    transfer_syntax: '1.2.840.10008.1.2.1',
    frames: 1,
    hash,
    size: 1,
    data_hash: hash,
    data_size: 1,
    received: '2026-01-01',
    ...instanceColumns(instance),
    attributes: JSON.stringify(instance),
  });
}

/** What is asked, a query for each run, and how long it may take at the 95th percentile. */
interface Work {
  readonly name: string;
  readonly limitMs: number;
  readonly level?: QueryLevel;
  readonly query: () => string;
}

const day = (): string =>
  new Date(FIRST_DAY + below(3600) * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');

const works: readonly Work[] = [
  {
    name: 'accession number',
    limitMs: 50,
    query: () => `AccessionNumber=A${below(studies) * 7 + 1_000_000}`,
  },
  {
    name: 'patient and issuer',
    limitMs: 50,
    query: () => `PatientID=P${below(studies / 3)}&IssuerOfPatientID=HOSPITAL`,
  },
  { name: 'study UID', limitMs: 50, query: () => `StudyInstanceUID=${uidOf(below(studies))}` },
  {
    name: 'series of a study',
    limitMs: 50,
    level: 'series',
    query: () => `StudyInstanceUID=${uidOf(below(studies))}`,
  },
  { name: 'one day', limitMs: 50, query: () => `StudyDate=${day()}&limit=100` },
  { name: 'from a day on', limitMs: 50, query: () => `StudyDate=${day()}-&limit=100` },
  { name: 'until a day', limitMs: 50, query: () => `StudyDate=-${day()}&limit=100` },
  {
    name: 'a month and a modality',
    limitMs: 50,
    query: () => `StudyDate=20170301-20170331&ModalitiesInStudy=${pick(MODALITIES)}&limit=100`,
  },
  {
    name: 'birth date',
    limitMs: 50,
    query: () => `PatientBirthDate=19${30 + below(60)}0${1 + below(9)}${10 + below(18)}&limit=100`,
  },
  { name: 'modality', limitMs: 50, query: () => `ModalitiesInStudy=${pick(MODALITIES)}&limit=100` },
  { name: 'a modality there is not', limitMs: 50, query: () => 'ModalitiesInStudy=OPT&limit=100' },
  {
    name: 'name prefix',
    limitMs: 200,
    query: () => `PatientName=${pick(SYLLABLES)}${pick(SYLLABLES)}${pick(SYLLABLES)}*&limit=100`,
  },
  {
    name: 'name prefix, 2 letters',
    limitMs: 200,
    query: () => `PatientName=${pick(SYLLABLES).slice(0, 2)}*&limit=100`,
  },
  { name: 'name prefix, a tenth', limitMs: 300, query: () => 'PatientName=ste*&limit=100' },
  {
    name: 'name prefix, a tenth, page 500',
    limitMs: 300,
    query: () => 'PatientName=ste*&limit=100&offset=50000',
  },
  { name: 'name prefix and a sex', limitMs: 200, query: () => `PatientName=mul*&PatientSex=F&limit=100` },
  { name: 'name there is not', limitMs: 200, query: () => 'PatientName=zzyzx*&limit=100' },
  {
    name: 'name contains',
    limitMs: 100,
    query: () => `PatientName=*${pick(SYLLABLES)}${pick(SYLLABLES)}*&limit=100`,
  },
  { name: 'name contains, rare', limitMs: 100, query: () => 'PatientName=*skibergor*&limit=100' },
  { name: 'name contains 2 letters', limitMs: 100, query: () => 'PatientName=*sk*&limit=100' },
  { name: 'name contains 1 letter, never', limitMs: 1000, query: () => 'PatientName=*q*&limit=100' },
  { name: 'name contains 2 letters, never', limitMs: 1000, query: () => 'PatientName=*qx*&limit=100' },
  {
    name: 'name contains and a modality',
    limitMs: 100,
    query: () => `PatientName=*kow*&ModalitiesInStudy=PT&limit=100`,
  },
  {
    name: 'name by sound',
    limitMs: 200,
    query: () =>
      `PatientName=${pick(['Mueler', 'Schmitt', 'Maier', 'Kovalsky'])}&fuzzymatching=true&limit=100`,
  },
  { name: 'description contains', limitMs: 100, query: () => 'StudyDescription=*Knie*&limit=100' },
  {
    name: 'accession number contains',
    limitMs: 100,
    query: () => `AccessionNumber=*${1000 + below(9000)}&limit=100`,
  },
  { name: 'first page', limitMs: 100, query: () => 'limit=100' },
  { name: 'page 5000', limitMs: 200, query: () => 'limit=100&offset=500000' },
  { name: 'first page of all series', limitMs: 100, level: 'series', query: () => 'limit=100' },
];

const tagOfKeyword = (): undefined => undefined;

async function measure(index: IndexStore, { name, limitMs, level = 'study', query }: Work): Promise<boolean> {
  const times: number[] = [];
  let page: IndexPage | undefined;
  for (let run = 0; run < RUNS; run += 1) {
    const decoded = decodeQuery(query(), { level, tagOfKeyword });
    const start = performance.now();
    page = await index.search({ level, query: decoded, maxResults: 5000 });
    times.push(performance.now() - start);
  }
  const p95 = percentile(times, 0.95);
  const more = `${page?.isRemainingAtLeast ? '>= ' : ''}${page?.remaining ?? 0}`;
  const figures = [percentile(times, 0.5).toFixed(2), p95.toFixed(2), String(limitMs)].map((text) =>
    text.padStart(9),
  );
  process.stdout.write(
    `${name.padEnd(34)}${figures.join('')}  ${String(page?.rows.length)} rows, ${more} more\n`,
  );
  return p95 <= limitMs;
}

async function main(): Promise<void> {
  const folder = kept ? undefined : mkdtempSync(join(tmpdir(), 'sightline-million-'));
  const file = kept ?? join(folder ?? '', 'index.sqlite');
  try {
    if (!existsSync(file)) await fill(file);
    const start = performance.now();
    const index = openSqliteIndex(file);
    const opened = performance.now() - start;
    process.stdout.write(`${'ms'.padEnd(34)}${'p50      p95    limit'.padStart(27)}\n`);
    const kept95: boolean[] = [];
    for (const work of works) kept95.push(await measure(index, work));
    await index.close();
    const rss = process.memoryUsage().rss / 1e6;
    process.stdout.write(
      `open ${opened.toFixed(0)} ms, resident ${rss.toFixed(0)} MB, file ${(statSync(file).size / 1e6).toFixed(0)} MB\n`,
    );
    if (kept95.includes(false) || opened > 10_000 || rss > 1000) process.exitCode = 1;
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(file: string): Promise<void> {
  const start = performance.now();
  const empty = openSqliteIndex(file);
  await empty.close();
  const database = new DatabaseSync(file);
  generate(database);
  database.close();
  process.stdout.write(`${studies} studies made in ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
}

await main();
