import { DatabaseSync } from 'node:sqlite';
import type { DicomDataset, DicomElement, PersonName } from '@sightline/dicom';
import { instanceColumns, seriesColumns } from '../packages/archive/src/index/columns.ts';
import { insertRow, preparer } from '../packages/archive/src/index/sqlite-statements.ts';
import { insertStudy } from '../packages/archive/src/index/sqlite-study.ts';
import { openSqliteIndex } from '../packages/archive/src/index/sqlite.ts';

/** Studies of one series of one object each, in an index whose objects have no files. */
export const million = { studies: 1_000_000, patients: 333_333, days: 3650 } as const;
const { studies } = million;

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
export const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T; // none of the lists is empty
export const below = (count: number): number => Math.floor(random() * count);

const FAMILIES =
  'Müller Schmidt Meyer Smith Johnson Kowalski Nguyen García Ivanov Rossi Dubois Yamada Kim'.split(' ');
const GIVEN = 'Anna Maria Peter Johann Zoë Li Ahmed Ivan Carlos Marie Hans Emma Noah Mia Paul'.split(' ');
export const SYLLABLES =
  'ba ber da den el fa gor ha i ka kow la lin ma mo na ner o pa ra ri sa ski sto ta u va wi'.split(' ');
export const MODALITIES = 'CT CT CT MR MR CR CR CR DX US MG XA NM PT'.split(' ');
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

/** Any day of those that there are, as DICOM writes it. */
export const anyDay = (): string =>
  new Date(FIRST_DAY + below(million.days) * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');

function studyAttributes(at: number): DicomDataset {
  const patient = below(million.patients);
  const time = `${String(7 + below(12)).padStart(2, '0')}${String(below(60)).padStart(2, '0')}00`;
  return {
    '00080020': element('DA', anyDay()),
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

export const uidOf = (at: number): string =>
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

/** Makes the file, which is not there yet. */
export async function makeMillion(file: string): Promise<void> {
  await openSqliteIndex(file).close();
  const database = new DatabaseSync(file);
  generate(database);
  database.close();
}
