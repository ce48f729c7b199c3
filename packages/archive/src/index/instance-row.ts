import { instanceColumns, type Columns } from './columns.ts';
import type { NewInstance } from './index-store.ts';

/** The row of a new object, the same in every database. `series`: the id of its series. */
export function instanceRow(id: number, series: number, instance: NewInstance): Columns {
  const { parsed } = instance;
  return {
    id,
    series,
    uid: parsed.sopInstanceUid,
    sop_class: parsed.sopClassUid,
    transfer_syntax: parsed.transferSyntaxUid,
    frames: parsed.numberOfFrames,
    hash: instance.hash,
    size: instance.size,
    data_hash: instance.dataHash,
    data_size: instance.dataSize,
    crc32: parsed.crc32 ?? null,
    received: instance.received,
    attributes: JSON.stringify(parsed.attributes.instance),
    ...instanceColumns(parsed.attributes.instance),
  };
}
