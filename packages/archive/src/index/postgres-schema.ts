/**
 * The tables of `schema.ts` as PostgreSQL has them, as steps that are never edited once released. Texts are compared by
 * the numbers of their characters (COLLATE "C"), as SQLite does, whatever the language of the server.
 */
export const postgresMigrations: readonly string[] = [
  `
  CREATE TABLE totals (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL,
    last_instance BIGINT NOT NULL,
    studies BIGINT NOT NULL,
    series BIGINT NOT NULL,
    instances BIGINT NOT NULL,
    bytes BIGINT NOT NULL
  );
  INSERT INTO totals VALUES (1, 0, 0, 0, 0, 0, 0);

  CREATE TABLE study (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid TEXT COLLATE "C" NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    arrived BIGINT NOT NULL,
    first_instance BIGINT NOT NULL,
    series BIGINT NOT NULL,
    instances BIGINT NOT NULL,
    study_moment TEXT COLLATE "C" NOT NULL,
    study_date TEXT COLLATE "C",
    study_time TEXT COLLATE "C",
    modalities TEXT COLLATE "C" NOT NULL,
    sop_classes TEXT COLLATE "C" NOT NULL,
    patient_name_1 TEXT COLLATE "C", patient_name_2 TEXT COLLATE "C", patient_name_3 TEXT COLLATE "C",
    patient_id TEXT COLLATE "C",
    issuer_of_patient_id TEXT COLLATE "C",
    patient_birth_date TEXT COLLATE "C",
    patient_sex TEXT COLLATE "C",
    accession_number TEXT COLLATE "C",
    study_description TEXT COLLATE "C",
    study_id TEXT COLLATE "C",
    admission_id TEXT COLLATE "C",
    referring_name_1 TEXT COLLATE "C", referring_name_2 TEXT COLLATE "C", referring_name_3 TEXT COLLATE "C",
    reading_names TEXT COLLATE "C",
    attributes TEXT NOT NULL
  );
  CREATE INDEX study_by_moment ON study (study_moment DESC, uid);
  CREATE INDEX study_by_name_1 ON study (patient_name_1);
  CREATE INDEX study_by_name_2 ON study (patient_name_2) WHERE patient_name_2 IS NOT NULL;
  CREATE INDEX study_by_name_3 ON study (patient_name_3) WHERE patient_name_3 IS NOT NULL;
  CREATE INDEX study_by_referring_1 ON study (referring_name_1);
  CREATE INDEX study_by_patient ON study (patient_id, issuer_of_patient_id);
  CREATE INDEX study_by_birth_date ON study (patient_birth_date);
  CREATE INDEX study_by_accession ON study (accession_number);
  CREATE INDEX study_by_study_id ON study (study_id);
  CREATE INDEX study_by_admission ON study (admission_id) WHERE admission_id IS NOT NULL;

  CREATE TABLE series (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study BIGINT NOT NULL REFERENCES study,
    uid TEXT COLLATE "C" NOT NULL,
    arrived BIGINT NOT NULL,
    first_instance BIGINT NOT NULL,
    instances BIGINT NOT NULL,
    modality TEXT COLLATE "C",
    series_number BIGINT,
    series_date TEXT COLLATE "C",
    series_time TEXT COLLATE "C",
    series_description TEXT COLLATE "C",
    body_part_examined TEXT COLLATE "C",
    laterality TEXT COLLATE "C",
    protocol_name TEXT COLLATE "C",
    frame_of_reference_uid TEXT COLLATE "C",
    procedure_date TEXT COLLATE "C",
    procedure_time TEXT COLLATE "C",
    manufacturer TEXT COLLATE "C",
    manufacturer_model_name TEXT COLLATE "C",
    station_name TEXT COLLATE "C",
    institution_name TEXT COLLATE "C",
    institutional_department_name TEXT COLLATE "C",
    performing_names TEXT COLLATE "C",
    performing_sounds TEXT COLLATE "C",
    operators_names TEXT COLLATE "C",
    operators_sounds TEXT COLLATE "C",
    attributes TEXT NOT NULL,
    UNIQUE (study, uid)
  );
  CREATE INDEX series_by_uid ON series (uid);
  CREATE INDEX series_by_date ON series (series_date) WHERE series_date IS NOT NULL;
  CREATE INDEX series_by_procedure_date ON series (procedure_date) WHERE procedure_date IS NOT NULL;
  CREATE INDEX series_by_frame_of_reference ON series (frame_of_reference_uid) WHERE frame_of_reference_uid IS NOT NULL;

  CREATE TABLE request (
    series BIGINT NOT NULL REFERENCES series,
    scheduled_procedure_step_id TEXT COLLATE "C",
    requested_procedure_id TEXT COLLATE "C"
  );
  CREATE INDEX request_by_series ON request (series);
  CREATE INDEX request_by_step ON request (scheduled_procedure_step_id) WHERE scheduled_procedure_step_id IS NOT NULL;
  CREATE INDEX request_by_procedure ON request (requested_procedure_id) WHERE requested_procedure_id IS NOT NULL;

  CREATE TABLE study_term (
    term TEXT COLLATE "C" NOT NULL,
    study BIGINT NOT NULL REFERENCES study,
    PRIMARY KEY (term, study)
  );
  CREATE INDEX study_term_by_study ON study_term (study);

  CREATE TABLE instance (
    id BIGINT PRIMARY KEY,
    series BIGINT NOT NULL REFERENCES series,
    uid TEXT COLLATE "C" NOT NULL UNIQUE,
    sop_class TEXT COLLATE "C" NOT NULL,
    instance_number BIGINT,
    acquisition_date TEXT COLLATE "C",
    acquisition_time TEXT COLLATE "C",
    content_date TEXT COLLATE "C",
    content_time TEXT COLLATE "C",
    transfer_syntax TEXT NOT NULL,
    frames BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    data_hash TEXT COLLATE "C" NOT NULL,
    data_size BIGINT NOT NULL,
    crc32 BIGINT,
    received TEXT NOT NULL,
    checked TEXT COLLATE "C" NOT NULL DEFAULT '',
    state TEXT,
    data_checked TEXT COLLATE "C" NOT NULL DEFAULT '',
    data_state TEXT,
    attributes TEXT NOT NULL
  );
  CREATE INDEX instance_by_series ON instance (series, instance_number, uid);
  CREATE INDEX instance_by_hash ON instance (hash);
  CREATE INDEX instance_by_data_hash ON instance (data_hash) WHERE data_hash <> hash;
  CREATE INDEX instance_by_check ON instance (checked);
  CREATE INDEX instance_by_data_check ON instance (data_checked) WHERE data_hash <> hash;
  CREATE INDEX instance_damaged ON instance (id) WHERE state IS NOT NULL OR data_state IS NOT NULL;

  CREATE TABLE instance_data (
    instance BIGINT PRIMARY KEY REFERENCES instance,
    metadata BYTEA NOT NULL,
    frame_index BYTEA
  );

  CREATE TABLE bulk (
    instance BIGINT NOT NULL REFERENCES instance,
    path TEXT NOT NULL,
    vr TEXT NOT NULL,
    "offset" BIGINT NOT NULL,
    length BIGINT NOT NULL,
    big_endian BOOLEAN NOT NULL,
    PRIMARY KEY (instance, path)
  );

  CREATE TABLE garbage (hash TEXT COLLATE "C" PRIMARY KEY);
  `,
];

/** Found by any part of them, where the server lets us have trigrams; elsewhere they are read one by one. */
export const trigramIndexes: readonly string[] = [
  'CREATE EXTENSION IF NOT EXISTS pg_trgm',
  ...[
    'patient_name_1',
    'referring_name_1',
    'patient_id',
    'accession_number',
    'study_description',
    'study_id',
  ].map(
    (column) =>
      `CREATE INDEX IF NOT EXISTS study_part_of_${column} ON study USING gin (${column} gin_trgm_ops)`,
  ),
];
