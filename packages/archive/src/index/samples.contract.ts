import { asUid, type DicomDataset, type DicomElement, type PersonName } from '@sightline/dicom';
import { decodeQuery, type QueryLevel } from '@sightline/dicomweb';
import { expect } from 'vitest';
import type { IndexPage, IndexSearch, IndexStore, NewInstance } from './index-store.ts';

/** Gives an empty index; whoever gives it closes it. */
export type OpenIndex = () => IndexStore | Promise<IndexStore>;

export interface Row {
  readonly study: string;
  readonly series?: string;
  readonly instance: string;
  readonly hash?: string;
  /** Of a deflated object: the blob that offsets refer to. */
  readonly dataHash?: string;
  readonly sopClass?: string;
  readonly instanceAttributes?: DicomDataset;
  readonly studyAttributes?: DicomDataset;
  readonly seriesAttributes?: DicomDataset;
  readonly instanceNumber?: number;
  readonly crc32?: number;
}

export const value = (vr: DicomElement['vr'], ...values: (string | number | PersonName)[]) =>
  ({ vr, Value: values }) as DicomElement;

export function newInstance(row: Row): NewInstance {
  const { study, series = `${study}.1`, instance, hash = instance.replaceAll('.', '').padEnd(64, 'a') } = row;
  return {
    parsed: {
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      studyInstanceUid: asUid(study)!,
      seriesInstanceUid: asUid(series)!,
      sopInstanceUid: asUid(instance)!,
      sopClassUid: row.sopClass ?? '1.2.840.10008.5.1.4.1.1.2',
      metadata: Uint8Array.of(1, 2, 3, row.instanceNumber ?? 1),
      frameIndex: Uint8Array.of(4),
      numberOfFrames: 1,
      ...(row.crc32 !== undefined && { crc32: row.crc32 }),
      bulk: [{ path: '00282000', vr: 'OB', offset: 5, length: 6, bigEndian: true }],
      attributes: {
        study: { '0020000D': value('UI', study), ...row.studyAttributes },
        series: { '0020000E': value('UI', series), ...row.seriesAttributes },
        instance: { '00200013': value('IS', row.instanceNumber ?? 1), ...row.instanceAttributes },
      },
    },
    hash,
    size: 10,
    dataHash: row.dataHash ?? hash,
    dataSize: 10,
    received: '2026-01-02T03:04:05.000Z',
  };
}

export const published = () => true;

export async function filled(store: IndexStore, rows: readonly Row[]): Promise<IndexStore> {
  for (const row of rows) expect(await store.add(newInstance(row), published)).toBe('stored');
  return store;
}

export const studies: readonly Row[] = [
  {
    study: '1.1',
    instance: '1.1.1.1',
    studyAttributes: {
      '00080020': value('DA', '20240101'),
      '00080030': value('TM', '2330'),
      '00080050': value('SH', 'A[1]'),
      '00100010': value('PN', { Alphabetic: 'Müller-Łuk^Zoë', Ideographic: '山田^太郎' }),
      '00100020': value('LO', 'P1'),
      '00100021': value('LO', 'HospitalA'),
    },
    seriesAttributes: { '00080060': value('CS', 'CT'), '00200011': value('IS', 2) },
  },
  {
    study: '1.2',
    instance: '1.2.1.1',
    studyAttributes: {
      '00080020': value('DA', '20240102'),
      '00080030': value('TM', '0015'),
      '00080050': value('SH', 'A1'),
      '00100010': value('PN', { Alphabetic: 'Smith^John' }),
      '00100020': value('LO', 'P1'),
      '00100021': value('LO', 'HospitalB'),
    },
    seriesAttributes: {
      '00080060': value('CS', 'MR'),
      '00400275': {
        vr: 'SQ',
        Value: [{ '00400009': value('SH', 'SPS1') }, { '00401001': value('SH', 'RP2') }],
      },
    },
  },
  { study: '1.3', instance: '1.3.1.1', seriesAttributes: { '00080060': value('CS', 'SR') } },
];

type Options = Partial<Pick<IndexSearch, 'level' | 'scope' | 'until' | 'maxResults' | 'study' | 'series'>>;

/** As a client asks for it. */
export function searched(store: IndexStore, query: string, options: Options = {}): Promise<IndexPage> {
  const { level = 'study', maxResults = 100 } = options;
  const decoded = decodeQuery(query, { level, tagOfKeyword: () => undefined });
  return store.search({ ...options, level, maxResults, query: decoded });
}

/** The UIDs of what is found, at the level asked for. */
export async function found(
  store: IndexStore,
  query: string,
  level: QueryLevel = 'study',
  options: Options = {},
): Promise<readonly (string | undefined)[]> {
  const page = await searched(store, query, { ...options, level });
  return page.rows.map((row) =>
    level === 'study' ? row.studyInstanceUid : (row.sopInstanceUid ?? row.seriesInstanceUid),
  );
}
