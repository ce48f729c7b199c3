import { requestColumns, seriesColumns, type Columns } from './columns.ts';
import type { NewInstance } from './index-store.ts';
import { instanceRow } from './instance-row.ts';
import { foundByColumns, foundByOf, laterFoundBy, laterSeries, type FoundBy } from './known.ts';
import type { Asking } from './postgres-connection.ts';
import { studyTerms } from './terms.ts';
import { bytesOf, type Totals } from './totals.ts';

export async function readTotals(asking: Asking): Promise<Totals> {
  const [row] = await asking.rows(
    'SELECT version, last_instance, studies, series, instances, bytes FROM totals',
  );
  return { ...row } as unknown as Totals; // integers, as the table declares them
}

export async function writeTotals(asking: Asking, totals: Totals): Promise<void> {
  await asking.rows(
    'UPDATE totals SET version = ?, last_instance = ?, studies = ?, series = ?, instances = ?, bytes = ?',
    [totals.version, totals.last_instance, totals.studies, totals.series, totals.instances, totals.bytes],
  );
}

/** Writes a new object with all that belongs to it. Its SOP Instance UID is not there yet. */
export async function insertInstance(asking: Asking, totals: Totals, instance: NewInstance): Promise<void> {
  const { parsed } = instance;
  totals.last_instance += 1;
  totals.instances += 1;
  totals.bytes += bytesOf(instance);
  const id = totals.last_instance;
  const study = await upsertStudy(asking, totals, instance);
  const series = await upsertSeries(asking, totals, { study, instance });
  await insertRow(asking, 'instance', instanceRow(id, series, instance));
  await asking.rows('INSERT INTO instance_data (instance, metadata, frame_index) VALUES (?, ?, ?)', [
    id,
    parsed.metadata,
    parsed.frameIndex ?? null,
  ]);
  if (parsed.bulk.length === 0) return;
  await asking.rows(
    `INSERT INTO bulk (instance, path, vr, "offset", length, big_endian)
     SELECT ?, path, vr, "offset", length, "bigEndian" FROM json_to_recordset(?::json)
       AS b (path text, vr text, "offset" bigint, length bigint, "bigEndian" boolean)`,
    [id, JSON.stringify(parsed.bulk)],
  );
}

async function upsertStudy(asking: Asking, totals: Totals, instance: NewInstance): Promise<number> {
  const uid = instance.parsed.studyInstanceUid;
  totals.version += 1;
  const [row] = await asking.rows(
    'UPDATE study SET version = ?, instances = instances + 1 WHERE uid = ? RETURNING id, attributes, modalities, sop_classes',
    [totals.version, uid],
  );
  if (!row) {
    totals.studies += 1;
    const { version, last_instance: arrived } = totals;
    const found = foundByOf(instance);
    const counted = { uid, version, arrived, first_instance: arrived, series: 0, instances: 1 };
    const id = await insertRow(asking, 'study', { ...counted, ...foundByColumns(found) });
    await insertTerms(asking, id, found);
    return id;
  }
  const id = Number(row['id']);
  const later = laterFoundBy(row, instance);
  if (later) await updateStudy(asking, id, later);
  return id;
}

/** Writes what a study is found by in place of what was there. */
export async function updateStudy(asking: Asking, id: number, found: FoundBy): Promise<void> {
  await updateRow(asking, 'study', { id, columns: foundByColumns(found) });
  await asking.rows('DELETE FROM study_term WHERE study = ?', [id]);
  await insertTerms(asking, id, found);
}

async function insertTerms(asking: Asking, study: number, found: FoundBy): Promise<void> {
  await asking.rows('INSERT INTO study_term (study, term) SELECT ?, unnest(?::text[])', [
    study,
    [...studyTerms(found)],
  ]);
}

async function upsertSeries(
  asking: Asking,
  totals: Totals,
  { study, instance: { parsed } }: { readonly study: number; readonly instance: NewInstance },
): Promise<number> {
  const uid = parsed.seriesInstanceUid;
  const attributes = parsed.attributes.series;
  const [row] = await asking.rows(
    'UPDATE series SET instances = instances + 1 WHERE study = ? AND uid = ? RETURNING id, attributes',
    [study, uid],
  );
  let id = Number(row?.['id']);
  if (row) {
    const columns = laterSeries(row, attributes);
    if (columns) await updateRow(asking, 'series', { id, columns });
  } else {
    totals.series += 1;
    await asking.rows('UPDATE study SET series = series + 1 WHERE id = ?', [study]);
    const counted = { arrived: totals.last_instance, first_instance: totals.last_instance, instances: 1 };
    id = await insertRow(asking, 'series', {
      study,
      uid,
      ...counted,
      ...seriesColumns(attributes),
      attributes: JSON.stringify(attributes),
    });
  }
  for (const { step, procedure } of requestColumns(attributes)) {
    // Each pair once: the objects of a series usually repeat it.
    await asking.rows(
      `INSERT INTO request SELECT r.* FROM (VALUES (?::bigint, ?::text, ?::text)) r (series, step, procedure)
       WHERE NOT EXISTS (SELECT 1 FROM request k WHERE k.series = r.series
         AND k.scheduled_procedure_step_id IS NOT DISTINCT FROM r.step
         AND k.requested_procedure_id IS NOT DISTINCT FROM r.procedure)`,
      [id, step, procedure],
    );
  }
  return id;
}

/** The names come from this folder, never from outside. */
async function insertRow(asking: Asking, table: string, columns: Columns): Promise<number> {
  const names = Object.keys(columns);
  const places = names.map(() => '?').join(', ');
  const [row] = await asking.rows(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places}) RETURNING id`,
    Object.values(columns),
  );
  return Number(row?.['id']);
}

async function updateRow(
  asking: Asking,
  table: string,
  { id, columns }: { readonly id: number; readonly columns: Columns },
): Promise<void> {
  const assignments = Object.keys(columns).map((name) => `${name} = ?`);
  await asking.rows(`UPDATE ${table} SET ${assignments.join(', ')} WHERE id = ?`, [
    ...Object.values(columns),
    id,
  ]);
}
