import type { DicomDataset } from '@sightline/dicom';
import { requestColumns, seriesColumns } from './columns.ts';
import { foundByOf, laterFoundBy, laterSeries } from './known.ts';
import type { NewInstance } from './index-store.ts';
import { instanceRow } from './instance-row.ts';
import { insertRow, updateRow, type Prepare } from './sqlite-statements.ts';
import { insertStudy, updateStudy } from './sqlite-study.ts';
import { bytesOf, type Totals } from './totals.ts';

export function readTotals(prepare: Prepare): Totals {
  const row = prepare('SELECT version, last_instance, studies, series, instances, bytes FROM totals').get();
  return { ...row } as unknown as Totals; // integers, as the table declares them
}

export function writeTotals(prepare: Prepare, totals: Totals): void {
  prepare(
    'UPDATE totals SET version = ?, last_instance = ?, studies = ?, series = ?, instances = ?, bytes = ?',
  ).run(totals.version, totals.last_instance, totals.studies, totals.series, totals.instances, totals.bytes);
}

/** Writes a new object with all that belongs to it. Its SOP Instance UID is not there yet. */
export function insertInstance(prepare: Prepare, totals: Totals, instance: NewInstance): void {
  const { parsed } = instance;
  totals.last_instance += 1;
  totals.instances += 1;
  totals.bytes += bytesOf(instance);
  const id = totals.last_instance;
  const study = upsertStudy(prepare, totals, instance);
  const series = upsertSeries(prepare, totals, { study, instance });
  insertRow(prepare, 'instance', instanceRow(id, series, instance));
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
}

function upsertStudy(prepare: Prepare, totals: Totals, instance: NewInstance): number {
  const uid = instance.parsed.studyInstanceUid;
  totals.version += 1;
  const row = prepare('SELECT id, attributes, modalities, sop_classes FROM study WHERE uid = ?').get(uid);
  if (!row) {
    totals.studies += 1;
    const { version, last_instance: arrived } = totals;
    return insertStudy(prepare, {
      row: { uid, version, arrived, first_instance: arrived, series: 0, instances: 1 },
      ...foundByOf(instance),
    });
  }
  const id = Number(row['id']);
  prepare('UPDATE study SET version = ?, instances = instances + 1 WHERE id = ?').run(totals.version, id);
  const later = laterFoundBy(row, instance);
  if (later) updateStudy(prepare, id, later);
  return id;
}

function upsertSeries(
  prepare: Prepare,
  totals: Totals,
  { study, instance: { parsed } }: { readonly study: number; readonly instance: NewInstance },
): number {
  const uid = parsed.seriesInstanceUid;
  const attributes = parsed.attributes.series;
  const row = prepare('SELECT id, attributes FROM series WHERE study = ? AND uid = ?').get(study, uid);
  if (!row) {
    totals.series += 1;
    prepare('UPDATE study SET series = series + 1 WHERE id = ?').run(study);
    const id = insertRow(prepare, 'series', {
      study,
      uid,
      arrived: totals.last_instance,
      first_instance: totals.last_instance,
      instances: 1,
      ...seriesColumns(attributes),
      attributes: JSON.stringify(attributes),
    });
    addRequests(prepare, id, attributes);
    return id;
  }
  const id = Number(row['id']);
  prepare('UPDATE series SET instances = instances + 1 WHERE id = ?').run(id);
  const filled = laterSeries(row, attributes);
  if (filled) updateRow(prepare, 'series', id, filled);
  addRequests(prepare, id, attributes);
  return id;
}

/** Each pair once: the objects of a series usually repeat it. */
function addRequests(prepare: Prepare, series: number, attributes: DicomDataset): void {
  for (const { step, procedure } of requestColumns(attributes)) {
    prepare(
      `INSERT INTO request SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM request WHERE series = ?1
       AND scheduled_procedure_step_id IS ?2 AND requested_procedure_id IS ?3)`,
    ).run(series, step, procedure);
  }
}
