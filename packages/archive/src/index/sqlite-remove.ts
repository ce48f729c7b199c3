import type { DicomDataset } from '@sightline/dicom';
import type { ObjectPath, StoredInstance } from './index-store.ts';
import { listInstances } from './sqlite-list.ts';
import type { Prepare } from './sqlite-statements.ts';
import { updateStudy } from './sqlite-study.ts';
import { readTotals, writeTotals } from './sqlite-write.ts';
import { bytesOf } from './totals.ts';

/** Takes everything below the path away, inside a transaction of the caller, and notes its blobs as garbage. */
export function removeObjects(prepare: Prepare, path: ObjectPath): readonly StoredInstance[] {
  const removed = listInstances(prepare, path);
  const study = Number(prepare('SELECT id FROM study WHERE uid = ?').get(path.study)?.['id'] ?? 0);
  if (removed.length === 0) return removed;
  const touched = new Set<number>();
  for (const { id, hash, dataHash } of removed) {
    touched.add(Number(prepare('SELECT series FROM instance WHERE id = ?').get(id)?.['series']));
    for (const sql of OF_AN_INSTANCE) prepare(sql).run(id);
    for (const blob of new Set([hash, dataHash]))
      prepare('INSERT OR IGNORE INTO garbage (hash) VALUES (?)').run(blob);
  }
  const totals = readTotals(prepare);
  for (const series of touched) {
    const isEmpty = prepare('SELECT 1 FROM instance WHERE series = ? LIMIT 1').get(series) === undefined;
    for (const sql of isEmpty ? OF_AN_EMPTY_SERIES : OF_A_SMALLER_SERIES) prepare(sql).run(series);
    if (isEmpty) totals.series -= 1;
  }
  totals.version += 1;
  totals.instances -= removed.length;
  totals.bytes -= removed.reduce((sum, instance) => sum + bytesOf(instance), 0);
  const isEmpty = prepare('SELECT 1 FROM series WHERE study = ? LIMIT 1').get(study) === undefined;
  if (isEmpty) {
    totals.studies -= 1;
    for (const sql of OF_AN_EMPTY_STUDY) prepare(sql).run(study);
  } else countAgain(prepare, study, totals.version);
  writeTotals(prepare, totals);
  return removed;
}

const OF_AN_INSTANCE = [
  'DELETE FROM bulk WHERE instance = ?',
  'DELETE FROM instance_data WHERE instance = ?',
  'DELETE FROM instance WHERE id = ?',
];

const OF_AN_EMPTY_SERIES = ['DELETE FROM request WHERE series = ?', 'DELETE FROM series WHERE id = ?'];

const OF_A_SMALLER_SERIES = [
  `UPDATE series SET (instances, first_instance) = (SELECT count(*), min(id) FROM instance WHERE series = series.id)
   WHERE id = ?`,
];

const OF_AN_EMPTY_STUDY = [
  'DELETE FROM study_text WHERE rowid = ?',
  'DELETE FROM study_term WHERE study = ?',
  'DELETE FROM study WHERE id = ?',
];

/** What the row of a study says of what belongs to it, after some of it went. */
function countAgain(prepare: Prepare, study: number, version: number): void {
  const column = (sql: string): readonly string[] =>
    prepare(sql)
      .all(study)
      .map(({ value }) => String(value));
  const modalities = column(
    'SELECT DISTINCT modality AS value FROM series WHERE study = ? AND modality IS NOT NULL ORDER BY 1',
  );
  const sopClasses = column(
    `SELECT DISTINCT sop_class AS value FROM series e JOIN instance i ON i.series = e.id WHERE e.study = ? ORDER BY 1`,
  );
  prepare(
    `UPDATE study SET version = ?, (series, instances, first_instance) =
       (SELECT count(*), sum(e.instances), min(e.first_instance) FROM series e WHERE e.study = study.id)
     WHERE id = ?`,
  ).run(version, study);
  const json = prepare('SELECT attributes FROM study WHERE id = ?').get(study)?.['attributes'];
  // Written by this folder, out of a data set.
  updateStudy(prepare, study, { study: JSON.parse(String(json)) as DicomDataset, modalities, sopClasses });
}
