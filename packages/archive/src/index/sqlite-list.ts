import type { BulkLocationRow } from '../instance-reader.ts';
import type { DamagedInstance, ObjectPath, StoredInstance } from './index-store.ts';
import type { Prepare } from './sqlite-statements.ts';
import { damagedOf, INSTANCE_COLUMNS, INSTANCE_ORDER, INSTANCE_TABLES } from './stored-instance.ts';

export function listInstances(
  prepare: Prepare,
  { study, series, instance }: ObjectPath,
): readonly StoredInstance[] {
  const conditions = ['st.uid = ?', ...(series ? ['se.uid = ?'] : []), ...(instance ? ['i.uid = ?'] : [])];
  const rows = prepare(
    `SELECT ${INSTANCE_COLUMNS} FROM ${INSTANCE_TABLES} WHERE ${conditions.join(' AND ')} ORDER BY ${INSTANCE_ORDER}`,
  ).all(study, ...(series ? [series] : []), ...(instance ? [instance] : []));
  // The columns are declared with these types, and the UIDs were checked before they were written.
  return rows as unknown as readonly StoredInstance[];
}

export function listBulk(prepare: Prepare, id: number): readonly BulkLocationRow[] {
  return prepare('SELECT path, vr, "offset", length, big_endian FROM bulk WHERE instance = ? ORDER BY path')
    .all(id)
    .map((row) => ({
      path: String(row['path']),
      vr: String(row['vr']),
      offset: Number(row['offset']),
      length: Number(row['length']),
      bigEndian: row['big_endian'] === 1,
    }));
}

export function listDamaged(prepare: Prepare): readonly DamagedInstance[] {
  const rows = prepare(
    `SELECT ${INSTANCE_COLUMNS}, i.state, i.data_state FROM ${INSTANCE_TABLES}
     WHERE i.state IS NOT NULL OR i.data_state IS NOT NULL ORDER BY i.id`,
  ).all();
  return rows.flatMap(damagedOf);
}
