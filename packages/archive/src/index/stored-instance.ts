import type { DamagedInstance, StoredInstance } from './index-store.ts';

/** What a list of objects reads, by the names of `StoredInstance`, and in which order. */
export const INSTANCE_COLUMNS = `i.id, st.uid AS "studyInstanceUid", se.uid AS "seriesInstanceUid",
  i.uid AS "sopInstanceUid", i.sop_class AS "sopClassUid", i.transfer_syntax AS "transferSyntaxUid",
  i.frames AS "numberOfFrames", i.hash, i.size, i.data_hash AS "dataHash", i.data_size AS "dataSize",
  i.crc32`;
export const INSTANCE_TABLES =
  'study st JOIN series se ON se.study = st.id JOIN instance i ON i.series = se.id';
export const INSTANCE_ORDER =
  'se.series_number IS NULL, se.series_number, se.uid, i.instance_number IS NULL, i.instance_number, i.uid';

/** A row of the columns above with `state` and `data_state`: of each of its blobs that is not whole. */
export function damagedOf({
  state,
  data_state: dataState,
  ...columns
}: Readonly<Record<string, unknown>>): readonly DamagedInstance[] {
  const instance = columns as unknown as StoredInstance; // as the tables declare them
  const blobs = [
    { hash: instance.hash, state },
    { hash: instance.dataHash, state: dataState },
  ];
  return blobs.flatMap((blob) =>
    blob.state === 'damaged' || blob.state === 'missing'
      ? [{ hash: blob.hash, state: blob.state, instance }]
      : [],
  );
}
