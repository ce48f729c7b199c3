import type { BulkLocationRow } from '../instance-reader.ts';
import type { DamagedInstance, ObjectPath, StoredInstance } from './index-store.ts';
import type { Prepare } from './sqlite-statements.ts';

const COLUMNS = `i.id, st.uid AS studyInstanceUid, se.uid AS seriesInstanceUid, i.uid AS sopInstanceUid,
  i.sop_class AS sopClassUid, i.transfer_syntax AS transferSyntaxUid, i.frames AS numberOfFrames, i.hash, i.size,
  i.data_hash AS dataHash, i.data_size AS dataSize`;
const TABLES = 'study st JOIN series se ON se.study = st.id JOIN instance i ON i.series = se.id';
const ORDER = `se.series_number IS NULL, se.series_number, se.uid, i.instance_number IS NULL, i.instance_number, i.uid`;

export function listInstances(
  prepare: Prepare,
  { study, series, instance }: ObjectPath,
): readonly StoredInstance[] {
  const conditions = ['st.uid = ?', ...(series ? ['se.uid = ?'] : []), ...(instance ? ['i.uid = ?'] : [])];
  const rows = prepare(
    `SELECT ${COLUMNS} FROM ${TABLES} WHERE ${conditions.join(' AND ')} ORDER BY ${ORDER}`,
  ).all(study, ...(series ? [series] : []), ...(instance ? [instance] : []));
  // The columns are declared with these types, and the UIDs were checked before they were written.
  return rows as unknown as readonly StoredInstance[];
}

export function listBulk(prepare: Prepare, id: number): readonly BulkLocationRow[] {
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

export function listDamaged(prepare: Prepare): readonly DamagedInstance[] {
  const rows = prepare(
    `SELECT ${COLUMNS}, i.state, i.data_state FROM ${TABLES}
     WHERE i.state IS NOT NULL OR i.data_state IS NOT NULL ORDER BY i.id`,
  ).all();
  return rows.flatMap(({ state, data_state: dataState, ...columns }) => {
    const instance = columns as unknown as StoredInstance; // as above
    return [
      { hash: instance.hash, state },
      { hash: instance.dataHash, state: dataState },
    ].flatMap((blob) =>
      blob.state === 'damaged' || blob.state === 'missing'
        ? [{ hash: blob.hash, state: blob.state, instance }]
        : [],
    );
  });
}
