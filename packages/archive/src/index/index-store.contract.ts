import { asUid, type DicomDataset, type DicomElement } from '@sightline/dicom';
import { decodeQuery, type QueryLevel } from '@sightline/dicomweb';
import { describe, expect, test } from 'vitest';
import type { IndexStore, NewInstance } from './index-store.ts';

interface Row {
  readonly study: string;
  readonly series?: string;
  readonly instance: string;
  readonly hash?: string;
  readonly studyAttributes?: DicomDataset;
  readonly seriesAttributes?: DicomDataset;
  readonly instanceNumber?: number;
}

const value = (
  vr: DicomElement['vr'],
  ...values: (string | number | { Alphabetic?: string; Ideographic?: string })[]
) => ({ vr, Value: values }) as DicomElement;

function newInstance(row: Row): NewInstance {
  const { study, series = `${study}.1`, instance, hash = instance.replaceAll('.', '').padEnd(64, 'a') } = row;
  return {
    parsed: {
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      studyInstanceUid: asUid(study)!,
      seriesInstanceUid: asUid(series)!,
      sopInstanceUid: asUid(instance)!,
      sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
      metadata: Uint8Array.of(1, 2, 3),
      frameIndex: Uint8Array.of(4),
      numberOfFrames: 1,
      bulk: [{ path: '00282000', vr: 'OB', offset: 5, length: 6, bigEndian: true }],
      attributes: {
        study: { '0020000D': value('UI', study), ...row.studyAttributes },
        series: { '0020000E': value('UI', series), ...row.seriesAttributes },
        instance: { '00200013': value('IS', row.instanceNumber ?? 1) },
      },
    },
    hash,
    size: 10,
    dataHash: hash,
    dataSize: 10,
    received: '2026-01-02T03:04:05.000Z',
  };
}

const published = () => true;

async function filled(store: IndexStore, rows: readonly Row[]): Promise<IndexStore> {
  for (const row of rows) expect(await store.add(newInstance(row), published)).toBe('stored');
  return store;
}

const studies: readonly Row[] = [
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

async function found(
  store: IndexStore,
  query: string,
  level: QueryLevel = 'study',
  scope?: ReadonlySet<string>,
) {
  const decoded = decodeQuery(query, { level, tagOfKeyword: () => undefined });
  const page = await store.search({ level, query: decoded, maxResults: 100, ...(scope && { scope }) });
  return page.rows.map((row) =>
    level === 'study' ? row.studyInstanceUid : (row.sopInstanceUid ?? row.seriesInstanceUid),
  );
}

/** Every index runs these same lines. `open` gives an empty one. */
export function indexStoreContract(name: string, open: () => IndexStore): void {
  describe(name, () => {
    test('gives back what it was given', async () => {
      const store = await filled(open(), [{ study: '1.1', instance: '1.1.1.1' }]);
      const [instance] = await store.list({ study: '1.1', series: '1.1.1', instance: '1.1.1.1' });
      expect(instance).toMatchObject({ sopInstanceUid: '1.1.1.1', numberOfFrames: 1, size: 10 });
      const id = instance!.id;
      expect(Buffer.from((await store.metadata(id))!)).toEqual(Buffer.of(1, 2, 3));
      expect(Buffer.from((await store.frameIndex(id))!)).toEqual(Buffer.of(4));
      expect(await store.bulk(id)).toEqual([
        { path: '00282000', vr: 'OB', offset: 5, length: 6, bigEndian: true },
      ]);
      expect(await store.metadata(id + 1)).toBeUndefined();
    });

    test('is empty until something is stored', async () => {
      const store = open();
      expect(await store.isEmpty()).toBe(true);
      expect(await found(store, '')).toEqual([]);
      expect(await store.list({ study: '1.1' })).toEqual([]);
      await filled(store, [{ study: '1.1', instance: '1.1.1.1' }]);
      expect(await store.isEmpty()).toBe(false);
    });

    test('keeps the first object of a SOP Instance UID', async () => {
      const store = await filled(open(), [{ study: '1.1', instance: '1.1.1.1', hash: 'a'.repeat(64) }]);
      const same = newInstance({ study: '1.1', instance: '1.1.1.1', hash: 'a'.repeat(64) });
      expect(await store.add(same, published)).toBe('identical');
      const other = newInstance({ study: '1.9', instance: '1.1.1.1', hash: 'b'.repeat(64) });
      expect(await store.add(other, published)).toBe('conflict');
      expect(await store.hashOf('1.1.1.1')).toBe('a'.repeat(64));
      expect(await store.list({ study: '1.9' })).toEqual([]);
      expect(await found(store, '')).toEqual(['1.1']);
    });

    test('records nothing whose bytes are not there', async () => {
      const store = open();
      expect(await store.add(newInstance({ study: '1.1', instance: '1.1.1.1' }), () => false)).toBe(
        'unpublished',
      );
      expect(await store.isEmpty()).toBe(true);
    });

    test('hands out for removal only what no record names', async () => {
      const store = await filled(open(), [{ study: '1.1', instance: '1.1.1.1', hash: 'a'.repeat(64) }]);
      const removed: string[] = [];
      await store.collect(['a'.repeat(64), 'b'.repeat(64)], (hash) => void removed.push(hash));
      expect(removed).toEqual(['b'.repeat(64)]);
    });

    test('lists by series number and instance number, those without last', async () => {
      const number = (n: number): DicomDataset => ({ '00200011': value('IS', n) });
      const store = await filled(open(), [
        { study: '1.1', series: '1.1.9', instance: '1.1.9.1' },
        { study: '1.1', series: '1.1.5', instance: '1.1.5.10', seriesAttributes: number(10) },
        {
          study: '1.1',
          series: '1.1.7',
          instance: '1.1.7.2',
          seriesAttributes: number(2),
          instanceNumber: 11,
        },
        {
          study: '1.1',
          series: '1.1.7',
          instance: '1.1.7.1',
          seriesAttributes: number(2),
          instanceNumber: 2,
        },
      ]);
      const listed = (await store.list({ study: '1.1' })).map(({ sopInstanceUid }) => sopInstanceUid);
      expect(listed).toEqual(['1.1.7.1', '1.1.7.2', '1.1.5.10', '1.1.9.1']);
    });

    test('a later object adds what the study lacked, and changes nothing it had', async () => {
      const store = await filled(open(), [
        {
          study: '1.1',
          instance: '1.1.1.1',
          studyAttributes: { '00100020': value('LO', 'P1'), '00081030': { vr: 'LO' } },
        },
        {
          study: '1.1',
          instance: '1.1.1.2',
          studyAttributes: { '00100020': value('LO', 'P1'), '00081030': value('LO', 'Head') },
        },
        { study: '1.1', instance: '1.1.1.3', studyAttributes: { '00081030': value('LO', 'Foot') } },
      ]);
      expect(await found(store, 'StudyDescription=Foot')).toEqual([]);
      expect(await found(store, 'PatientID=P1&StudyDescription=Head')).toEqual(['1.1']);
    });

    test('an object of another patient in the study adds nothing to who it is of', async () => {
      const store = await filled(open(), [
        { study: '1.1', instance: '1.1.1.1', studyAttributes: { '00100020': value('LO', 'P1') } },
        {
          study: '1.1',
          instance: '1.1.1.2',
          studyAttributes: { '00100020': value('LO', 'P2'), '00100030': value('DA', '19500101') },
        },
      ]);
      expect(await found(store, 'PatientID=P1')).toEqual(['1.1']);
      expect(await found(store, 'PatientID=P2')).toEqual([]);
      expect(await found(store, 'PatientBirthDate=19500101')).toEqual([]);
    });

    test.each([
      ['', ['1.2', '1.1', '1.3']],
      ['StudyDate=20240101', ['1.1']],
      ['StudyDate=20240102-', ['1.2']],
      ['StudyDate=-20240101', ['1.1']],
      ['StudyDate=20230101-20240102', ['1.2', '1.1']],
      ['StudyTime=2300-', ['1.1']],
      ['StudyTime=2330', ['1.1']],
      ['StudyTime=23', ['1.1']],
      ['StudyDate=20240101-20240102&StudyTime=2340-0010', []],
      ['StudyDate=20240101-20240102&StudyTime=2320-0020', ['1.2', '1.1']],
      ['AccessionNumber=A%5B1%5D', ['1.1']],
      ['AccessionNumber=A%5B*', ['1.1']],
      ['AccessionNumber=A%3F', ['1.2']],
      ['AccessionNumber=a1', []],
      ['AccessionNumber=*', ['1.2', '1.1', '1.3']],
      ['PatientName=muller*', ['1.1']],
      ['PatientName=MULLER-LUK^ZOE', ['1.1']],
      ['PatientName=山田^太郎', ['1.1']],
      ['PatientName=山*', ['1.1']],
      ['PatientName=muller*%3D山*', ['1.1']],
      ['PatientName=smith*%3D山*', []],
      ['PatientName=smith', []],
      ['PatientName=*zoe', ['1.1']],
      ['PatientName=smith%5Ejohn%5E%5E', ['1.2']],
      ['PatientID=P1', ['1.2', '1.1']],
      ['PatientID=P1&IssuerOfPatientID=HospitalA', ['1.1']],
      ['PatientID=p1', []],
      ['ModalitiesInStudy=SR', ['1.3']],
      ['ModalitiesInStudy=CT,MR', ['1.2', '1.1']],
      ['ModalitiesInStudy=C*', ['1.1']],
      ['StudyInstanceUID=1.1,1.3', ['1.1', '1.3']],
      ['StudyInstanceUID=9.9', []],
    ])('finds by %j', async (query, expected) => {
      expect(await found(await filled(open(), studies), query)).toEqual(expected);
    });

    test.each([
      ['series', 'Modality=MR', ['1.2.1']],
      ['series', 'SeriesNumber=2&PatientID=P1', ['1.1.1']],
      ['series', 'RequestAttributesSequence.ScheduledProcedureStepID=SPS1', ['1.2.1']],
      ['series', '00400275.00401001=RP*', ['1.2.1']],
      ['series', 'RequestAttributesSequence.RequestedProcedureID=SPS1', []],
      ['instance', 'SOPInstanceUID=1.3.1.1', ['1.3.1.1']],
      ['instance', 'InstanceNumber=1&Modality=CT', ['1.1.1.1']],
      ['instance', 'SOPClassUID=1.2.840.10008.5.1.4.1.1.4', []],
    ] as const)('finds %s by %j', async (level, query, expected) => {
      expect(await found(await filled(open(), studies), query, level)).toEqual(expected);
    });

    test('counts what belongs to a study', async () => {
      const store = await filled(open(), [
        ...studies,
        { study: '1.1', series: '1.1.2', instance: '1.1.2.1' },
      ]);
      const query = decodeQuery('StudyInstanceUID=1.1', { level: 'study', tagOfKeyword: () => undefined });
      const { rows } = await store.search({ level: 'study', query, maxResults: 10 });
      expect(rows[0]?.study).toMatchObject({
        '00080061': value('CS', 'CT'),
        '00201206': value('IS', 2),
        '00201208': value('IS', 2),
      });
    });

    test('sees nothing outside the scope, and pages within it', async () => {
      const store = await filled(open(), studies);
      const scope = new Set(['1.1', '1.3']);
      expect(await found(store, '', 'study', scope)).toEqual(['1.1', '1.3']);
      expect(await found(store, 'StudyInstanceUID=1.2', 'study', scope)).toEqual([]);
      expect(await found(store, '', 'instance', scope)).toEqual(['1.1.1.1', '1.3.1.1']);
      expect(await found(store, '', 'study', new Set())).toEqual([]);
      expect(await store.list({ study: '1.2' }, scope)).toEqual([]);
      const query = decodeQuery('limit=1', { level: 'study', tagOfKeyword: () => undefined });
      const page = await store.search({ level: 'study', query, maxResults: 100, scope });
      expect([page.rows.length, page.remaining]).toEqual([1, 1]);
    });

    test('pages are stable, complete and say how much is left', async () => {
      const store = await filled(open(), studies);
      const page = async (query: string, maxResults = 100) => {
        const decoded = decodeQuery(query, { level: 'study', tagOfKeyword: () => undefined });
        const { rows, remaining } = await store.search({ level: 'study', query: decoded, maxResults });
        return [...rows.map(({ studyInstanceUid }) => studyInstanceUid), remaining];
      };
      expect(await page('limit=2')).toEqual(['1.2', '1.1', 1]);
      expect(await page('limit=2&offset=2')).toEqual(['1.3', 0]);
      expect(await page('offset=3')).toEqual([0]);
      expect(await page('limit=0')).toEqual([3]);
      expect(await page('limit=50', 1)).toEqual(['1.2', 2]);
    });
  });
}
