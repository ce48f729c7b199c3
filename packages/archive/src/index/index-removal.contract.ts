import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  filled,
  found,
  newInstance,
  published,
  searched,
  value,
  type OpenIndex,
} from './samples.contract.ts';

const ct = { '00080060': value('CS', 'CT') };
const sr = { '00080060': value('CS', 'SR') };
const SR_CLASS = '1.2.840.10008.5.1.4.1.1.88.11';

const rows = [
  { study: '1.1', series: '1.1.1', instance: '1.1.1.1', hash: 'a'.repeat(64), seriesAttributes: ct },
  { study: '1.1', series: '1.1.1', instance: '1.1.1.2', hash: 'b'.repeat(64), seriesAttributes: ct },
  {
    study: '1.1',
    series: '1.1.2',
    instance: '1.1.2.1',
    hash: 'c'.repeat(64),
    dataHash: 'd'.repeat(64),
    seriesAttributes: sr,
    sopClass: SR_CLASS,
  },
  { study: '1.2', series: '1.2.1', instance: '1.2.1.1', hash: 'e'.repeat(64), seriesAttributes: ct },
];

/** Removing, and what becomes of the bytes. */
export function indexRemovalContract(open: OpenIndex): void {
  const uids = (objects: readonly { readonly sopInstanceUid: string }[]) =>
    objects.map(({ sopInstanceUid }) => sopInstanceUid);

  test('removes a series, and the study no longer tells of it', async () => {
    const store = await filled(await open(), rows);
    const before = await store.versionOf('1.1');
    expect(await found(store, 'ModalitiesInStudy=SR')).toEqual(['1.1']);
    expect(uids(await store.remove({ study: '1.1', series: '1.1.2' }))).toEqual(['1.1.2.1']);
    expect(await store.versionOf('1.1')).toBeGreaterThan(before!);
    expect(await found(store, 'ModalitiesInStudy=SR')).toEqual([]);
    expect(await found(store, `SOPClassesInStudy=${SR_CLASS}`)).toEqual([]);
    const { rows: studies } = await searched(store, 'StudyInstanceUID=1.1');
    expect(studies[0]?.study).toMatchObject({
      '00080061': value('CS', 'CT'),
      '00201206': value('IS', 1),
      '00201208': value('IS', 2),
    });
    expect(await store.statistics()).toEqual({ studies: 2, series: 2, instances: 3, bytes: 30 });
    expect((await store.garbage()).toSorted()).toEqual(['c'.repeat(64), 'd'.repeat(64)]);
  });

  test('removes one object, and the series goes on with the next', async () => {
    const store = await filled(await open(), rows);
    await store.remove({ study: '1.1', series: '1.1.1', instance: '1.1.1.1' });
    const { rows: series } = await searched(store, 'SeriesInstanceUID=1.1.1', { level: 'series' });
    expect(series[0]?.series['00201209']).toEqual(value('IS', 1));
    const [left] = await store.list({ study: '1.1', series: '1.1.1' });
    expect(series[0]?.instanceId).toBe(left?.id);
    expect(await store.hashOf('1.1.1.1')).toBeUndefined();
  });

  test('removes a study whole; stored again, it never has a version or an id of before', async () => {
    const store = await filled(await open(), rows);
    const before = await store.versionOf('1.1');
    const ids = (await store.list({ study: '1.1' })).map(({ id }) => id);
    expect(uids(await store.remove({ study: '1.1' }))).toHaveLength(3);
    expect(await store.versionOf('1.1')).toBeUndefined();
    expect(await found(store, '')).toEqual(['1.2']);
    expect(await store.metadata(ids[0]!)).toBeUndefined();
    await filled(store, [rows[0]!]);
    expect(await store.versionOf('1.1')).toBeGreaterThan(before!);
    const [again] = await store.list({ study: '1.1' });
    expect(ids).not.toContain(again?.id);
    expect((await store.moment()).newest).toBe(again?.id);
  });

  test('the newest id is not given twice, though its object is gone', async () => {
    const store = await filled(await open(), rows);
    const newest = (await store.moment()).newest;
    await store.remove({ study: '1.2' });
    await filled(store, [{ study: '1.3', instance: '1.3.1.1' }]);
    expect((await store.moment()).newest).toBe(newest + 1);
  });

  test('what is not there is removed without a word', async () => {
    const store = await filled(await open(), rows);
    expect(await store.remove({ study: '9.9' })).toEqual([]);
    expect(await store.remove({ study: '1.1', series: '9.9' })).toEqual([]);
    expect(await store.garbage()).toEqual([]);
    expect(await store.statistics()).toMatchObject({ studies: 2, instances: 4 });
  });

  test('forgets garbage once it is collected, also what has a record again', async () => {
    const store = await filled(await open(), rows);
    await store.remove({ study: '1.1' });
    await filled(store, [rows[0]!]);
    const gone: string[] = [];
    await store.collect(await store.garbage(), async (hash) => void gone.push(hash));
    expect(gone.toSorted()).toEqual(['b', 'c', 'd'].map((letter) => letter.repeat(64)));
    expect(await store.garbage()).toEqual([]);
  });

  test('garbage whose removal failed stays garbage', async () => {
    const store = await filled(await open(), rows);
    await store.remove({ study: '1.2' });
    const failing = store.collect(await store.garbage(), () => Promise.reject(new Error('away')));
    await expect(failing).rejects.toThrow('away');
    expect(await store.garbage()).toEqual(['e'.repeat(64)]);
    expect(await store.add(newInstance({ study: '1.4', instance: '1.4.1.1' }), published)).toBe('stored');
  });

  test('no object is added while bytes are being removed', async () => {
    const store = await open();
    const steps: string[] = [];
    const collecting = store.collect(['a'.repeat(64)], async () => {
      steps.push('removing');
      await sleep(20);
      steps.push('removed');
    });
    const adding = store.add(newInstance(rows[0]!), () => {
      steps.push('asked');
      return true;
    });
    await Promise.all([collecting, adding]);
    expect(steps).toEqual(['removing', 'removed', 'asked']);
  });
}
