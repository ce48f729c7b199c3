import type { DicomDataset } from '@sightline/dicom';
import { describe, expect, test } from 'vitest';
import { indexRemovalContract } from './index-removal.contract.ts';
import { indexSearchContract } from './index-search.contract.ts';
import { filled, found, newInstance, published, value, type OpenIndex } from './samples.contract.ts';

/** Every index runs these same lines. `open` gives an empty one. */
export function indexStoreContract(name: string, open: OpenIndex): void {
  describe(name, () => {
    indexStoringContract(open);
    indexRemovalContract(open);
    indexSearchContract(open);
  });
}

function indexStoringContract(open: OpenIndex): void {
  test('gives back what it was given', async () => {
    const store = await filled(await open(), [{ study: '1.1', instance: '1.1.1.1' }]);
    const [instance] = await store.list({ study: '1.1', series: '1.1.1', instance: '1.1.1.1' });
    expect(instance).toMatchObject({ sopInstanceUid: '1.1.1.1', numberOfFrames: 1, size: 10 });
    const id = instance!.id;
    expect(Buffer.from((await store.metadata(id))!)).toEqual(Buffer.of(1, 2, 3, 1));
    expect(Buffer.from((await store.frameIndex(id))!)).toEqual(Buffer.of(4));
    expect(await store.bulk(id)).toEqual([
      { path: '00282000', vr: 'OB', offset: 5, length: 6, bigEndian: true },
    ]);
    expect(await store.metadata(id + 1)).toBeUndefined();
  });

  test('gives back a CRC-32 up to its largest, and null where there is none', async () => {
    const store = await filled(await open(), [
      { study: '1.1', instance: '1.1.1.1', crc32: 0xffffffff },
      { study: '1.1', instance: '1.1.1.2' },
    ]);
    const listed = await store.list({ study: '1.1' });
    expect(listed.map(({ crc32 }) => crc32)).toEqual([0xffffffff, null]);
  });

  test('is empty until something is stored', async () => {
    const store = await open();
    expect(await store.isEmpty()).toBe(true);
    expect(await found(store, '')).toEqual([]);
    expect(await store.list({ study: '1.1' })).toEqual([]);
    await filled(store, [{ study: '1.1', instance: '1.1.1.1' }]);
    expect(await store.isEmpty()).toBe(false);
  });

  test('keeps the first object of a SOP Instance UID', async () => {
    const store = await filled(await open(), [{ study: '1.1', instance: '1.1.1.1', hash: 'a'.repeat(64) }]);
    const same = newInstance({ study: '1.1', instance: '1.1.1.1', hash: 'a'.repeat(64) });
    expect(await store.add(same, published)).toBe('identical');
    const other = newInstance({ study: '1.9', instance: '1.1.1.1', hash: 'b'.repeat(64) });
    expect(await store.add(other, published)).toBe('conflict');
    expect(await store.hashOf('1.1.1.1')).toBe('a'.repeat(64));
    expect(await store.list({ study: '1.9' })).toEqual([]);
    expect(await found(store, '')).toEqual(['1.1']);
  });

  test('records nothing whose bytes are not there', async () => {
    const store = await open();
    expect(await store.add(newInstance({ study: '1.1', instance: '1.1.1.1' }), () => false)).toBe(
      'unpublished',
    );
    expect(await store.isEmpty()).toBe(true);
  });

  test('hands out for removal only what no record names', async () => {
    const store = await filled(await open(), [{ study: '1.1', instance: '1.1.1.1', hash: 'a'.repeat(64) }]);
    const removed: string[] = [];
    await store.collect(['a'.repeat(64), 'b'.repeat(64)], async (hash) => void removed.push(hash));
    expect(removed).toEqual(['b'.repeat(64)]);
  });

  test('lists by series number and instance number, those without last', async () => {
    const number = (n: number): DicomDataset => ({ '00200011': value('IS', n) });
    const store = await filled(await open(), [
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
    const store = await filled(await open(), [
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
    const store = await filled(await open(), [
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

  test('objects that come together are each told for themselves', async () => {
    const store = await open();
    const add = (instance: string, isPublished: () => boolean | Promise<boolean>, hash?: string) =>
      store.add(newInstance({ study: '1.1', instance, ...(hash && { hash }) }), isPublished);
    const outcomes = await Promise.allSettled([
      add('1.1.1.1', published),
      add('1.1.1.2', async () => true),
      add('1.1.1.3', () => Promise.reject(new Error('the store of bytes is away'))),
      add('1.1.1.4', async () => false),
      add('1.1.1.1', published),
      add('1.1.1.1', published, 'f'.repeat(64)),
      add('1.1.1.5', published),
    ]);
    expect(outcomes.map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason)))).toEqual([
      'stored',
      'stored',
      'Error: the store of bytes is away',
      'unpublished',
      'identical',
      'conflict',
      'stored',
    ]);
    const listed = await store.list({ study: '1.1' });
    expect(listed.map(({ sopInstanceUid }) => sopInstanceUid)).toEqual(['1.1.1.1', '1.1.1.2', '1.1.1.5']);
    expect(await store.statistics()).toEqual({ studies: 1, series: 1, instances: 3, bytes: 30 });
  });

  test('one that cannot be written takes none of the others with it', async () => {
    const store = await open();
    const broken = newInstance({ study: '1.1', instance: '1.1.1.2' });
    const bulk = [...broken.parsed.bulk, ...broken.parsed.bulk];
    const outcomes = await Promise.allSettled([
      store.add(newInstance({ study: '1.1', instance: '1.1.1.1' }), published),
      store.add({ ...broken, parsed: { ...broken.parsed, bulk } }, published),
      store.add(newInstance({ study: '1.1', instance: '1.1.1.3' }), published),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await found(store, '', 'instance')).toEqual(['1.1.1.1', '1.1.1.3']);
    expect(await store.statistics()).toMatchObject({ series: 1, instances: 2 });
    expect((await store.list({ study: '1.1' })).map(({ id }) => id)).toEqual([1, 2]);
  });

  test('nobody sees a group before it is whole', async () => {
    const store = await open();
    let seen: boolean | undefined;
    await Promise.all([
      store.add(newInstance({ study: '1.1', instance: '1.1.1.1' }), published),
      store.add(newInstance({ study: '1.1', instance: '1.1.1.2' }), async () => {
        seen = !(await store.isEmpty());
        return true;
      }),
    ]);
    expect(seen).toBe(false);
    expect(await store.isEmpty()).toBe(false);
  });

  test('the version of a study changes with it, and with it alone', async () => {
    const store = await open();
    expect(await store.versionOf('1.1')).toBeUndefined();
    await filled(store, [
      { study: '1.1', instance: '1.1.1.1' },
      { study: '1.2', instance: '1.2.1.1' },
    ]);
    const [first, other] = [await store.versionOf('1.1'), await store.versionOf('1.2')];
    expect(first).not.toBe(other);
    await filled(store, [{ study: '1.1', instance: '1.1.1.2' }]);
    const second = await store.versionOf('1.1');
    expect(second).toBeGreaterThan(first!);
    expect(await store.versionOf('1.2')).toBe(other);
    await store.add(newInstance({ study: '1.1', instance: '1.1.1.2' }), published);
    expect(await store.versionOf('1.1')).toBe(second);
  });

  test('metadata of many comes in the order asked for, without those that are gone', async () => {
    const rows = Array.from({ length: 150 }, (_, at) => ({
      study: '1.1',
      instance: `1.1.1.${at + 1}`,
      instanceNumber: at + 1,
    }));
    const store = await filled(await open(), rows);
    const ids = (await store.list({ study: '1.1' })).map(({ id }) => id).toReversed();
    await store.remove({ study: '1.1', series: '1.1.1', instance: '1.1.1.100' });
    const numbers: (number | undefined)[] = [];
    for await (const { metadata } of store.metadataOf([...ids, 9999])) numbers.push(metadata[3]);
    expect(numbers).toEqual(
      rows
        .map((row) => row.instanceNumber)
        .filter((n) => n !== 100)
        .toReversed(),
    );
  });

  test('hands out blobs to check, those never checked first, and remembers what was found', async () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(64));
    const store = await filled(await open(), [
      { study: '1.1', instance: '1.1.1.1', hash: a! },
      { study: '1.1', instance: '1.1.1.2', hash: b!, dataHash: c! },
      { study: '1.1', instance: '1.1.1.3', hash: d! },
    ]);
    const due = async (before: string, limit = 10) =>
      (await store.blobsToCheck(before, limit)).map(({ hash }) => hash);
    expect(new Set(await due('2026-01-01T00:00:00Z'))).toEqual(new Set([a, b, c, d]));
    expect(await store.blobsToCheck('2026-01-01T00:00:00Z', 1)).toEqual([
      { hash: expect.any(String), size: 10 },
    ]);
    await store.markChecked(a!, '2026-02-02T00:00:00Z', 'whole');
    await store.markChecked(b!, '2026-02-01T00:00:00Z', 'damaged');
    await store.markChecked(c!, '2026-02-03T00:00:00Z', 'missing');
    expect(await due('2026-01-01T00:00:00Z')).toEqual([d]);
    expect(await due('2026-02-03T00:00:00Z')).toEqual([d, b, a]);
    const damaged = await store.damaged();
    expect(damaged.map(({ hash, state, instance }) => [hash, state, instance.sopInstanceUid])).toEqual([
      [b, 'damaged', '1.1.1.2'],
      [c, 'missing', '1.1.1.2'],
    ]);
    await store.markChecked(b!, '2026-02-04T00:00:00Z', 'whole');
    expect((await store.damaged()).map(({ hash }) => hash)).toEqual([c]);
  });

  test('an object that is stored again is damaged no more, and is the next to be checked', async () => {
    const row = { study: '1.1', instance: '1.1.1.1', hash: 'a'.repeat(64), dataHash: 'b'.repeat(64) };
    const other = { study: '1.1', instance: '1.1.1.2', hash: 'd'.repeat(64) };
    const store = await filled(await open(), [row, other]);
    for (const hash of [row.hash, row.dataHash, other.hash])
      await store.markChecked(hash, '2026-02-01T00:00:00Z', 'damaged');
    expect(await store.add(newInstance({ ...row, hash: 'e'.repeat(64) }), published)).toBe('conflict');
    expect(await store.damaged()).toHaveLength(3);
    expect(await store.add(newInstance(row), published)).toBe('identical');
    expect((await store.damaged()).map(({ hash }) => hash)).toEqual([other.hash]);
    const due = await store.blobsToCheck('2026-01-01T00:00:00Z', 10);
    expect(new Set(due.map(({ hash }) => hash))).toEqual(new Set([row.hash, row.dataHash]));
  });

  test('closing what is closed does nothing', async () => {
    const store = await open();
    await store.close();
    await store.close();
    await expect(store.isEmpty()).rejects.toThrow();
  });
}
