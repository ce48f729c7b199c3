import type { ObjectPath, StoredInstance } from './index-store.ts';
import { storedDataset } from './known.ts';
import type { Asking } from './postgres-connection.ts';
import { listInstances } from './postgres-read.ts';
import { readTotals, updateStudy, writeTotals } from './postgres-write.ts';
import { bytesOf } from './totals.ts';

/** Takes everything below the path away, inside a transaction of the caller, and notes its blobs as garbage. */
export async function removeObjects(asking: Asking, path: ObjectPath): Promise<readonly StoredInstance[]> {
  const removed = await listInstances(asking, path);
  if (removed.length === 0) return removed;
  const ids = removed.map(({ id }) => id);
  const hashes = [...new Set(removed.flatMap(({ hash, dataHash }) => [hash, dataHash]))];
  for (const sql of OF_INSTANCES) await asking.rows(sql, [ids]);
  await asking.rows('INSERT INTO garbage SELECT unnest(?::text[]) ON CONFLICT DO NOTHING', [hashes]);
  const [row] = await asking.rows('SELECT id, attributes FROM study WHERE uid = ?', [path.study]);
  const study = Number(row?.['id']);
  for (const sql of OF_EMPTY_SERIES) await asking.rows(sql, [study]);
  const emptied = (await asking.rows(EMPTY_SERIES, [study])).length;
  const totals = await readTotals(asking);
  totals.version += 1;
  totals.series -= emptied;
  totals.instances -= removed.length;
  totals.bytes -= removed.reduce((sum, instance) => sum + bytesOf(instance), 0);
  const [left] = await asking.rows(COUNTS, [study]);
  if (left) await countAgain(asking, { id: study, version: totals.version, attributes: row?.['attributes'] });
  else {
    totals.studies -= 1;
    await asking.rows('DELETE FROM study_term WHERE study = ?', [study]);
    await asking.rows('DELETE FROM study WHERE id = ?', [study]);
  }
  await writeTotals(asking, totals);
  return removed;
}

const OF_INSTANCES = [
  'DELETE FROM bulk WHERE instance = ANY (?::bigint[])',
  'DELETE FROM instance_data WHERE instance = ANY (?::bigint[])',
  'DELETE FROM instance WHERE id = ANY (?::bigint[])',
];

const IS_EMPTY = 'NOT EXISTS (SELECT 1 FROM instance i WHERE i.series = se.id)';
const OF_EMPTY_SERIES = [
  `DELETE FROM request WHERE series IN (SELECT se.id FROM series se WHERE se.study = ? AND ${IS_EMPTY})`,
  `UPDATE series se SET (instances, first_instance) =
     (SELECT count(*), min(i.id) FROM instance i WHERE i.series = se.id) WHERE se.study = ? AND NOT ${IS_EMPTY}`,
];
const EMPTY_SERIES = `DELETE FROM series se WHERE se.study = ? AND ${IS_EMPTY} RETURNING se.id`;
const COUNTS = 'SELECT 1 FROM series WHERE study = ? LIMIT 1';

interface Smaller {
  readonly id: number;
  readonly version: number;
  readonly attributes: unknown;
}

/** What the row of a study says of what belongs to it, after some of it went. */
async function countAgain(asking: Asking, { id, version, attributes }: Smaller): Promise<void> {
  await asking.rows(
    `UPDATE study st SET version = ?, (series, instances, first_instance) =
       (SELECT count(*), sum(se.instances)::bigint, min(se.first_instance) FROM series se WHERE se.study = st.id)
     WHERE st.id = ?`,
    [version, id],
  );
  const codes = async (sql: string): Promise<readonly string[]> =>
    (await asking.rows(sql, [id])).map(({ code }) => String(code));
  await updateStudy(asking, id, {
    study: storedDataset(attributes),
    modalities: await codes(
      'SELECT DISTINCT modality AS code FROM series WHERE study = ? AND modality IS NOT NULL ORDER BY 1',
    ),
    sopClasses: await codes(
      `SELECT DISTINCT i.sop_class AS code FROM series se JOIN instance i ON i.series = se.id WHERE se.study = ? ORDER BY 1`,
    ),
  });
}
