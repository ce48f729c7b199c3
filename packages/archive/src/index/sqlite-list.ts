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

/** A list of fewer is read as fast as it is remembered. */
const MIN_REMEMBERED = 16;
const MAX_REMEMBERED = 20_000;

/** Lists that were read before, until something of their study changes: every request for a series needs one. */
export class ListMemory {
  readonly #lists = new Map<
    string,
    { readonly version: unknown; readonly list: readonly StoredInstance[] }
  >();
  #size = 0;

  list(prepare: Prepare, path: ObjectPath): readonly StoredInstance[] {
    if (path.instance !== undefined) return listInstances(prepare, path);
    const key = `${path.study}/${path.series ?? ''}`;
    // Before the list, so that what is remembered is never older than it says.
    const version = prepare('SELECT version FROM study WHERE uid = ?').get(path.study)?.['version'];
    const known = this.#lists.get(key);
    if (known && known.version === version) return known.list;
    const list = listInstances(prepare, path);
    this.#forget(key);
    if (list.length < MIN_REMEMBERED || list.length > MAX_REMEMBERED) return list;
    for (const [oldest] of this.#lists) {
      if (this.#size + list.length <= MAX_REMEMBERED) break;
      this.#forget(oldest);
    }
    this.#lists.set(key, { version, list });
    this.#size += list.length;
    return list;
  }

  #forget(key: string): void {
    this.#size -= this.#lists.get(key)?.list.length ?? 0;
    this.#lists.delete(key);
  }
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
