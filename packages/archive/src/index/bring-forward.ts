import type { DatabaseSync } from 'node:sqlite';
import type { DicomDataset } from '@sightline/dicom';
import { instanceColumns, seriesColumns, type Columns } from './columns.ts';
import { insertRow, preparer } from './sqlite-statements.ts';
import { insertStudy } from './sqlite-study.ts';

/**
 * Step 2: versions, counts on the rows they are of, removal, checks, and more to search by. `study` and `series` are
 * written anew, so that what is searched stands before `attributes`, which is long: reading a column costs what stands
 * before it.
 *
 * `first_instance` is the first object there is, `arrived` the first there ever was: what `until` is compared with.
 * Ids of objects and versions are counted in `totals`, because SQLite would give the id of a deleted row again.
 */
const TABLES = `
  CREATE TABLE totals (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    last_instance INTEGER NOT NULL,
    studies INTEGER NOT NULL,
    series INTEGER NOT NULL,
    instances INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) STRICT;

  ALTER TABLE study RENAME TO old_study;
  ALTER TABLE series RENAME TO old_series;
  DROP INDEX study_by_date;
  DROP INDEX study_by_patient;
  DROP INDEX study_by_accession;
  DROP INDEX study_by_name;
  DROP INDEX series_by_uid;

  CREATE TABLE study (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    first_instance INTEGER NOT NULL,
    series INTEGER NOT NULL,
    instances INTEGER NOT NULL,
    study_moment TEXT NOT NULL,
    study_date TEXT,
    study_time TEXT,
    modalities TEXT NOT NULL,
    sop_classes TEXT NOT NULL,
    patient_name_1 TEXT, patient_name_2 TEXT, patient_name_3 TEXT,
    patient_id TEXT,
    issuer_of_patient_id TEXT,
    patient_birth_date TEXT,
    patient_sex TEXT,
    accession_number TEXT,
    study_description TEXT,
    study_id TEXT,
    admission_id TEXT,
    referring_name_1 TEXT, referring_name_2 TEXT, referring_name_3 TEXT,
    reading_names TEXT,
    attributes TEXT NOT NULL
  ) STRICT;

  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    study INTEGER NOT NULL REFERENCES study,
    uid TEXT NOT NULL,
    arrived INTEGER NOT NULL,
    first_instance INTEGER NOT NULL,
    instances INTEGER NOT NULL,
    modality TEXT,
    series_number INTEGER,
    series_date TEXT,
    series_time TEXT,
    series_description TEXT,
    body_part_examined TEXT,
    laterality TEXT,
    protocol_name TEXT,
    frame_of_reference_uid TEXT,
    procedure_date TEXT,
    procedure_time TEXT,
    manufacturer TEXT,
    manufacturer_model_name TEXT,
    station_name TEXT,
    institution_name TEXT,
    institutional_department_name TEXT,
    performing_names TEXT,
    performing_sounds TEXT,
    operators_names TEXT,
    operators_sounds TEXT,
    attributes TEXT NOT NULL,
    UNIQUE (study, uid)
  ) STRICT;

  -- What is matched as a whole: modalities, SOP classes, and how names sound.
  CREATE TABLE study_term (
    term TEXT NOT NULL,
    study INTEGER NOT NULL REFERENCES study,
    PRIMARY KEY (term, study)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX study_term_by_study ON study_term (study);

  -- Parts of texts, three letters at a time. Nothing is read from here but ids: the rows say what they hold.
  CREATE VIRTUAL TABLE study_text USING fts5 (patient_name, referring_name, patient_id, accession_number,
    study_description, study_id, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1');

  CREATE TABLE garbage (hash TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

  ALTER TABLE instance ADD COLUMN acquisition_date TEXT;
  ALTER TABLE instance ADD COLUMN acquisition_time TEXT;
  ALTER TABLE instance ADD COLUMN content_date TEXT;
  ALTER TABLE instance ADD COLUMN content_time TEXT;
  -- When the blobs were last checked, '' for never, and what was found.
  ALTER TABLE instance ADD COLUMN checked TEXT NOT NULL DEFAULT '';
  ALTER TABLE instance ADD COLUMN state TEXT;
  ALTER TABLE instance ADD COLUMN data_checked TEXT NOT NULL DEFAULT '';
  ALTER TABLE instance ADD COLUMN data_state TEXT;
`;

const INDEXES = `
  DROP TABLE old_series;
  DROP TABLE old_study;

  -- In the order of every answer, with what is asked most beside it: a search that finds much walks along here, and does
  -- not touch the rows.
  CREATE INDEX study_by_moment ON study (study_moment DESC, uid, arrived, modalities, patient_sex, patient_birth_date,
    patient_id, issuer_of_patient_id, accession_number, patient_name_1, patient_name_2, patient_name_3,
    referring_name_1, referring_name_2, referring_name_3, study_description, study_id);
  CREATE INDEX study_by_name_1 ON study (patient_name_1);
  CREATE INDEX study_by_name_2 ON study (patient_name_2) WHERE patient_name_2 IS NOT NULL;
  CREATE INDEX study_by_name_3 ON study (patient_name_3) WHERE patient_name_3 IS NOT NULL;
  CREATE INDEX study_by_referring_1 ON study (referring_name_1);
  CREATE INDEX study_by_referring_2 ON study (referring_name_2) WHERE referring_name_2 IS NOT NULL;
  CREATE INDEX study_by_referring_3 ON study (referring_name_3) WHERE referring_name_3 IS NOT NULL;
  CREATE INDEX study_by_patient ON study (patient_id, issuer_of_patient_id);
  CREATE INDEX study_by_birth_date ON study (patient_birth_date);
  CREATE INDEX study_by_accession ON study (accession_number);
  CREATE INDEX study_by_study_id ON study (study_id);
  CREATE INDEX study_by_admission ON study (admission_id) WHERE admission_id IS NOT NULL;

  CREATE INDEX series_by_uid ON series (uid);
  CREATE INDEX series_by_date ON series (series_date) WHERE series_date IS NOT NULL;
  CREATE INDEX series_by_procedure_date ON series (procedure_date) WHERE procedure_date IS NOT NULL;
  CREATE INDEX series_by_frame_of_reference ON series (frame_of_reference_uid) WHERE frame_of_reference_uid IS NOT NULL;
  CREATE INDEX request_by_step ON request (scheduled_procedure_step_id) WHERE scheduled_procedure_step_id IS NOT NULL;
  CREATE INDEX request_by_procedure ON request (requested_procedure_id) WHERE requested_procedure_id IS NOT NULL;

  CREATE INDEX instance_by_check ON instance (checked);
  CREATE INDEX instance_by_data_check ON instance (data_checked) WHERE data_hash <> hash;
  CREATE INDEX instance_damaged ON instance (id) WHERE state IS NOT NULL OR data_state IS NOT NULL;
`;

/** Brings what is stored at step 1 to step 2. */
export function bringForward(database: DatabaseSync): void {
  database.exec(TABLES);
  copySeries(database);
  copyStudies(database);
  updateInstances(database);
  database.exec(`
    INSERT INTO totals SELECT 1, (SELECT count(*) FROM study), (SELECT ifnull(max(id), 0) FROM instance),
      (SELECT count(*) FROM study), (SELECT count(*) FROM series), (SELECT count(*) FROM instance),
      (SELECT ifnull(sum(size + iif(data_hash <> hash, data_size, 0)), 0) FROM instance);
  `);
  database.exec(INDEXES);
}

function copySeries(database: DatabaseSync): void {
  const prepare = preparer(database);
  const rows = prepare(
    `SELECT s.*, (SELECT min(id) FROM instance WHERE series = s.id) AS first FROM old_series s`,
  );
  for (const row of rows.iterate()) {
    insertRow(prepare, 'series', {
      ...kept(row, ['id', 'study', 'uid', 'instances', 'attributes']),
      ...firstOf(row),
      ...seriesColumns(stored(row)),
    });
  }
}

function copyStudies(database: DatabaseSync): void {
  const prepare = preparer(database);
  const rows = prepare(`
    SELECT s.id, s.uid, s.attributes, count(*) AS series, sum(e.instances) AS instances, min(e.first_instance) AS first,
      (SELECT json_group_array(modality) FROM (SELECT DISTINCT modality FROM series WHERE study = s.id
        AND modality IS NOT NULL ORDER BY modality)) AS modalities,
      (SELECT json_group_array(sop_class) FROM (SELECT DISTINCT sop_class FROM series e JOIN instance i
        ON i.series = e.id WHERE e.study = s.id ORDER BY sop_class)) AS sop_classes
    FROM old_study s JOIN series e ON e.study = s.id GROUP BY s.id`);
  let version = 0;
  for (const row of rows.iterate()) {
    const study = stored(row);
    version += 1;
    insertStudy(prepare, {
      row: { ...kept(row, ['id', 'uid', 'series', 'instances']), ...firstOf(row), version },
      study,
      modalities: list(row['modalities']),
      sopClasses: list(row['sop_classes']),
    });
  }
}

function updateInstances(database: DatabaseSync): void {
  const prepare = preparer(database);
  for (const { id, attributes } of prepare('SELECT id, attributes FROM instance').all()) {
    const columns = instanceColumns(stored({ attributes }));
    const assignments = Object.keys(columns).map((name) => `${name} = ?`);
    prepare(`UPDATE instance SET ${assignments.join(', ')} WHERE id = ?`).run(
      ...Object.values(columns),
      Number(id),
    );
  }
}

type Row = Readonly<Record<string, unknown>>;

const kept = (row: Row, names: readonly string[]): Columns =>
  // Columns that the tables declare as texts and integers.
  Object.fromEntries(names.map((name) => [name, row[name] as string | number]));
const firstOf = ({ first }: Row): Columns => ({ arrived: Number(first), first_instance: Number(first) });
/** Written by this folder, out of a data set. */
const stored = ({ attributes }: Row): DicomDataset => JSON.parse(String(attributes)) as DicomDataset;
const list = (json: unknown): readonly string[] => JSON.parse(String(json)) as string[]; // by json_group_array
