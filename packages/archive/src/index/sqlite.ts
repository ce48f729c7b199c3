import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { DicomDataset } from '@sightline/dicom';
import type { BulkLocationRow } from '../instance-reader.ts';
import {
  fillIn,
  instanceNumber,
  requestColumns,
  seriesColumns,
  studyColumns,
  type Columns,
} from './columns.ts';
import type { AddOutcome, IndexStore, NewInstance, ObjectPath, StoredInstance } from './index-store.ts';
import { migrations } from './schema.ts';
import { searchIndex } from './sqlite-rows.ts';

/** How long a write waits for one of another process (an import beside a running server). */
const BUSY_TIMEOUT_MS = 15_000;

/**
 * The index in one SQLite file, or in memory (":memory:"). Every write is one transaction that is on the disk before it
 * is answered (WAL, synchronous FULL). Several processes may have the file open.
 */
export function openSqliteIndex(file: string): IndexStore {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;');
  migrate(database);
  const prepare = statements(database);
  return {
    add: async (instance, isPublished) => {
      try {
        return inTransaction(database, () => add(prepare, instance, isPublished));
      } catch (error) {
        if (isDiskFull(error)) return 'out_of_space';
        throw error;
      }
    },
    hashOf: async (uid) => text(prepare('SELECT hash FROM instance WHERE uid = ?').get(uid)?.['hash']),
    list: async (path, scope) => (scope && !scope.has(path.study) ? [] : list(prepare, path)),
    metadata: async (id) =>
      blob(prepare('SELECT metadata AS b FROM instance_data WHERE instance = ?').get(id)?.['b']),
    frameIndex: async (id) =>
      blob(prepare('SELECT frame_index AS b FROM instance_data WHERE instance = ?').get(id)?.['b']),
    bulk: async (id) => listBulk(prepare, id),
    search: async (search) => searchIndex(database, search),
    isEmpty: async () => prepare('SELECT 1 FROM instance LIMIT 1').get() === undefined,
    collect: async (hashes, remove) =>
      inTransaction(database, () => {
        for (const hash of hashes) if (!isReferenced(prepare, hash)) remove(hash);
      }),
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}

type Prepare = (sql: string) => StatementSync;

/** Each statement is prepared once: its text is its name. */
function statements(database: DatabaseSync): Prepare {
  const known = new Map<string, StatementSync>();
  return (sql) => {
    const statement = known.get(sql) ?? database.prepare(sql);
    known.set(sql, statement);
    return statement;
  };
}

/** Brings the tables to the newest step, each step whole or not at all. A newer database than this program is refused. */
function migrate(database: DatabaseSync): void {
  inTransaction(database, () => {
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (version > migrations.length)
      throw new Error('The archive was written by a newer version of Sightline.');
    for (const step of migrations.slice(version)) database.exec(step);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** IMMEDIATE: a transaction that reads first and then writes could otherwise lose a race it cannot repeat. */
function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** SQLITE_FULL. */
const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === 13;

function add(prepare: Prepare, instance: NewInstance, isPublished: () => boolean): AddOutcome {
  const { parsed } = instance;
  const known = prepare('SELECT hash FROM instance WHERE uid = ?').get(parsed.sopInstanceUid);
  if (known) return known['hash'] === instance.hash ? 'identical' : 'conflict';
  if (!isPublished()) return 'unpublished';
  const study = upsertStudy(prepare, parsed.studyInstanceUid, parsed.attributes.study);
  const series = upsertSeries(prepare, study, parsed.seriesInstanceUid, parsed.attributes.series);
  const id = insert(prepare, 'instance', {
    series,
    uid: parsed.sopInstanceUid,
    sop_class: parsed.sopClassUid,
    instance_number: instanceNumber(parsed.attributes.instance),
    transfer_syntax: parsed.transferSyntaxUid,
    frames: parsed.numberOfFrames,
    hash: instance.hash,
    size: instance.size,
    data_hash: instance.dataHash,
    data_size: instance.dataSize,
    received: instance.received,
    attributes: JSON.stringify(parsed.attributes.instance),
  });
  prepare('INSERT INTO instance_data (instance, metadata, frame_index) VALUES (?, ?, ?)').run(
    id,
    parsed.metadata,
    parsed.frameIndex ?? null,
  );
  for (const { path, vr, offset, length, bigEndian } of parsed.bulk) {
    prepare(
      'INSERT INTO bulk (instance, path, vr, "offset", length, big_endian) VALUES (?, ?, ?, ?, ?, ?)',
    ).run(id, path, vr, offset, length, bigEndian ? 1 : 0);
  }
  return 'stored';
}

function upsertStudy(prepare: Prepare, uid: string, attributes: DicomDataset): number {
  const row = prepare('SELECT id, attributes FROM study WHERE uid = ?').get(uid);
  if (!row) {
    const columns = studyColumns(attributes);
    return insert(prepare, 'study', { uid, ...columns, attributes: JSON.stringify(attributes) });
  }
  return fillInRow(prepare, { table: 'study', row, attributes, columnsOf: studyColumns });
}

function upsertSeries(prepare: Prepare, study: number, uid: string, attributes: DicomDataset): number {
  const row = prepare('SELECT id, attributes FROM series WHERE study = ? AND uid = ?').get(study, uid);
  const id = row
    ? fillInRow(prepare, { table: 'series', row, attributes, columnsOf: seriesColumns })
    : insert(prepare, 'series', {
        study,
        uid,
        ...seriesColumns(attributes),
        attributes: JSON.stringify(attributes),
      });
  prepare('UPDATE series SET instances = instances + 1 WHERE id = ?').run(id);
  addRequests(prepare, id, attributes);
  return id;
}

/** Each pair once: the objects of a series usually repeat it. */
function addRequests(prepare: Prepare, series: number, attributes: DicomDataset): void {
  for (const request of requestColumns(attributes)) {
    const values = [
      series,
      request['scheduled_procedure_step_id'] ?? null,
      request['requested_procedure_id'] ?? null,
    ];
    prepare(
      `INSERT INTO request SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM request WHERE series = ?1
       AND scheduled_procedure_step_id IS ?2 AND requested_procedure_id IS ?3)`,
    ).run(...values);
  }
}

interface FillIn {
  readonly table: 'study' | 'series';
  readonly row: Record<string, unknown>;
  readonly attributes: DicomDataset;
  readonly columnsOf: (attributes: DicomDataset) => Columns;
}

function fillInRow(prepare: Prepare, { table, row, attributes, columnsOf }: FillIn): number {
  const id = Number(row['id']);
  const known = dataset(row['attributes']);
  const filled = fillIn(known, attributes);
  if (filled === known) return id;
  const columns = { ...columnsOf(filled), attributes: JSON.stringify(filled) };
  const assignments = Object.keys(columns).map((name) => `${name} = ?`);
  prepare(`UPDATE ${table} SET ${assignments.join(', ')} WHERE id = ?`).run(...Object.values(columns), id);
  return id;
}

/** The names come from this folder, never from outside. */
function insert(prepare: Prepare, table: string, columns: Columns): number {
  const names = Object.keys(columns);
  const places = names.map(() => '?').join(', ');
  const statement = prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`);
  return Number(statement.run(...Object.values(columns)).lastInsertRowid);
}

function list(prepare: Prepare, { study, series, instance }: ObjectPath): readonly StoredInstance[] {
  const conditions = ['st.uid = ?', ...(series ? ['se.uid = ?'] : []), ...(instance ? ['i.uid = ?'] : [])];
  const rows = prepare(
    `SELECT i.id, st.uid AS study, se.uid AS series, i.uid, i.sop_class, i.transfer_syntax, i.frames, i.hash, i.size,
       i.data_hash, i.data_size
     FROM study st JOIN series se ON se.study = st.id JOIN instance i ON i.series = se.id
     WHERE ${conditions.join(' AND ')}
     ORDER BY se.series_number IS NULL, se.series_number, se.uid, i.instance_number IS NULL, i.instance_number, i.uid`,
  ).all(study, ...(series ? [series] : []), ...(instance ? [instance] : []));
  // The columns are declared with these types, and the UIDs were checked before they were written.
  return rows.map((row) => ({
    id: row['id'],
    studyInstanceUid: row['study'],
    seriesInstanceUid: row['series'],
    sopInstanceUid: row['uid'],
    sopClassUid: row['sop_class'],
    transferSyntaxUid: row['transfer_syntax'],
    numberOfFrames: row['frames'],
    hash: row['hash'],
    size: row['size'],
    dataHash: row['data_hash'],
    dataSize: row['data_size'],
  })) as unknown as readonly StoredInstance[];
}

function listBulk(prepare: Prepare, id: number): readonly BulkLocationRow[] {
  return prepare('SELECT path, vr, "offset", length, big_endian FROM bulk WHERE instance = ?')
    .all(id)
    .map((row) => ({
      path: String(row['path']),
      vr: String(row['vr']),
      offset: Number(row['offset']),
      length: Number(row['length']),
      bigEndian: row['big_endian'] === 1,
    }));
}

const isReferenced = (prepare: Prepare, hash: string): boolean =>
  prepare(
    'SELECT 1 FROM instance WHERE hash = ? UNION SELECT 1 FROM instance WHERE data_hash = ? AND data_hash <> hash',
  ).get(hash, hash) !== undefined;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const blob = (value: unknown): Uint8Array | undefined => (value instanceof Uint8Array ? value : undefined);
/** Written by this file, out of a data set. */
const dataset = (value: unknown): DicomDataset => JSON.parse(String(value)) as DicomDataset;
