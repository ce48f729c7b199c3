import type { DatabaseSync } from 'node:sqlite';
import { bringForward } from './bring-forward.ts';

/** Statements, or a function where what is stored has to be read again. */
export type Migration = string | ((database: DatabaseSync) => void);

/**
 * The tables, as steps that are never edited once released: a database that is at step n runs those after it. What an
 * object tells of its study and series is also kept whole (`attributes`, DICOM JSON); the other columns are what search
 * matches and sorts by.
 *
 * A patient is (patient_id, issuer_of_patient_id). There is no table of patients: nothing is ever joined over the
 * PatientID alone.
 */
export const migrations: readonly Migration[] = [
  `
  CREATE TABLE study (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    study_date TEXT,
    study_time TEXT,
    accession_number TEXT,
    study_description TEXT,
    study_id TEXT,
    patient_id TEXT,
    issuer_of_patient_id TEXT,
    patient_birth_date TEXT,
    patient_sex TEXT,
    patient_name_1 TEXT, patient_name_2 TEXT, patient_name_3 TEXT,
    referring_name_1 TEXT, referring_name_2 TEXT, referring_name_3 TEXT,
    attributes TEXT NOT NULL
  ) STRICT;
  CREATE INDEX study_by_date ON study (study_date DESC, uid);
  CREATE INDEX study_by_patient ON study (patient_id, issuer_of_patient_id);
  CREATE INDEX study_by_accession ON study (accession_number);
  CREATE INDEX study_by_name ON study (patient_name_1);

  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    study INTEGER NOT NULL REFERENCES study,
    uid TEXT NOT NULL,
    modality TEXT,
    series_number INTEGER,
    series_description TEXT,
    body_part_examined TEXT,
    procedure_date TEXT,
    procedure_time TEXT,
    attributes TEXT NOT NULL,
    instances INTEGER NOT NULL DEFAULT 0,
    UNIQUE (study, uid)
  ) STRICT;
  CREATE INDEX series_by_uid ON series (uid);

  CREATE TABLE request (
    series INTEGER NOT NULL REFERENCES series,
    scheduled_procedure_step_id TEXT,
    requested_procedure_id TEXT
  ) STRICT;
  CREATE INDEX request_by_series ON request (series);

  CREATE TABLE instance (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series,
    uid TEXT NOT NULL UNIQUE,
    sop_class TEXT NOT NULL,
    instance_number INTEGER,
    transfer_syntax TEXT NOT NULL,
    frames INTEGER NOT NULL,
    hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    data_hash TEXT NOT NULL,
    data_size INTEGER NOT NULL,
    received TEXT NOT NULL,
    attributes TEXT NOT NULL
  ) STRICT;
  CREATE INDEX instance_by_series ON instance (series, instance_number, uid);
  CREATE INDEX instance_by_hash ON instance (hash);
  CREATE INDEX instance_by_data_hash ON instance (data_hash) WHERE data_hash <> hash;

  CREATE TABLE instance_data (
    instance INTEGER PRIMARY KEY REFERENCES instance,
    metadata BLOB NOT NULL,
    frame_index BLOB
  ) STRICT;

  CREATE TABLE bulk (
    instance INTEGER NOT NULL REFERENCES instance,
    path TEXT NOT NULL,
    vr TEXT NOT NULL,
    "offset" INTEGER NOT NULL,
    length INTEGER NOT NULL,
    big_endian INTEGER NOT NULL,
    PRIMARY KEY (instance, path)
  ) STRICT, WITHOUT ROWID;
  `,
  bringForward,
  'ALTER TABLE instance ADD COLUMN crc32 INTEGER',
];
