import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { indexStoreContract } from './index-store.contract.ts';
import { filled, found, newInstance, published, searched, value } from './samples.contract.ts';
import { migrations } from './schema.ts';
import { openSqliteIndex } from './sqlite.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-index-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

indexStoreContract('SQLite in memory', () => openSqliteIndex(':memory:'));

test('a file keeps what was stored, and is brought to the newest step once', async () => {
  const file = join(temporaryFolder(), 'index.sqlite');
  const first = openSqliteIndex(file);
  await first.close();
  const second = openSqliteIndex(file);
  expect(await second.isEmpty()).toBe(true);
  await second.close();
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  database.close();
});

test('refuses a file that a newer version wrote, and leaves it alone', () => {
  const file = join(temporaryFolder(), 'index.sqlite');
  const database = new DatabaseSync(file);
  database.exec('PRAGMA user_version = 1000');
  database.close();
  expect(() => openSqliteIndex(file)).toThrow('newer version');
});

/** An archive as it was at step 1, of two studies of which the first has two series. */
function writeStepOne(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(String(migrations[0]));
  const study = (uid: string, attributes: object) =>
    database
      .prepare('INSERT INTO study (uid, study_date, attributes) VALUES (?, ?, ?)')
      .run(uid, '20240101', JSON.stringify(attributes)).lastInsertRowid;
  const series = (of: number | bigint, uid: string, modality: string, instances: number) =>
    database
      .prepare('INSERT INTO series (study, uid, modality, attributes, instances) VALUES (?, ?, ?, ?, ?)')
      .run(of, uid, modality, JSON.stringify({ '00080060': value('CS', modality) }), instances)
      .lastInsertRowid;
  const instance = (of: number | bigint, uid: string) => {
    const { lastInsertRowid: id } = database
      .prepare(
        `INSERT INTO instance (series, uid, sop_class, transfer_syntax, frames, hash, size, data_hash, data_size, received,
           attributes) VALUES (?, ?, '1.2.3', '1.2.840.10008.1.2.1', 1, ?1 || ?2, 10, ?1 || ?2, 10, '2026', ?)`,
      )
      .run(of, uid, JSON.stringify({ '00080023': value('DA', '20240105') }));
    database.prepare('INSERT INTO instance_data VALUES (?, ?, NULL)').run(id, Uint8Array.of(7));
  };
  const first = study('1.1', {
    '00080020': value('DA', '20240101'),
    '00080030': value('TM', '0930'),
    '00081060': value('PN', { Alphabetic: 'Weber^Max' }),
    '00100010': value('PN', { Alphabetic: 'Müller^Zoë' }),
  });
  const ct = series(first, '1.1.1', 'CT', 2);
  instance(ct, '1.1.1.1');
  instance(series(study('1.2', {}), '1.2.1', 'MR', 1), '1.2.1.1');
  instance(ct, '1.1.1.2');
  instance(series(first, '1.1.2', 'SR', 1), '1.1.2.1');
  database.exec('PRAGMA user_version = 1');
  database.close();
}

test('an archive of step 1 is brought forward with all that is searched, counted and checked', async () => {
  const file = join(temporaryFolder(), 'index.sqlite');
  writeStepOne(file);
  const index = openSqliteIndex(file);
  onTestFinished(() => index.close());
  expect(await index.statistics()).toEqual({ studies: 2, series: 3, instances: 4, bytes: 40 });
  expect((await index.moment()).newest).toBe(4);
  expect(await found(index, 'StudyDate=20240101&StudyTime=09-10')).toEqual(['1.1']);
  expect(await found(index, 'ModalitiesInStudy=SR')).toEqual(['1.1']);
  expect(await found(index, 'NameOfPhysiciansReadingStudy=weber*')).toEqual(['1.1']);
  expect(await found(index, 'PatientName=Mueller&fuzzymatching=true')).toEqual(['1.1']);
  expect(await found(index, 'PatientName=*lle*')).toEqual(['1.1']);
  expect(await found(index, 'ContentDate=20240105', 'instance')).toHaveLength(4);
  const { rows } = await searched(index, 'StudyInstanceUID=1.1');
  expect(rows[0]?.study).toMatchObject({ '00201206': value('IS', 2), '00201208': value('IS', 3) });
  expect(rows[0]?.instanceId).toBe(1);
  expect(await index.versionOf('1.1')).not.toBe(await index.versionOf('1.2'));
  expect(await index.blobsToCheck('2026', 10)).toHaveLength(4);
  await filled(index, [{ study: '1.1', series: '1.1.1', instance: '1.1.1.3' }]);
  expect((await index.moment()).newest).toBe(5);
  await index.remove({ study: '1.2' });
  expect(await found(index, '')).toEqual(['1.1']);
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  database.close();
});

test('processes that write to one file at once wait for each other', async () => {
  const file = join(temporaryFolder(), 'index.sqlite');
  const indexes = [openSqliteIndex(file), openSqliteIndex(file)];
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      indexes[at % 2]!.add(newInstance({ study: '1.1', instance: `1.1.1.${at + 1}` }), async () => {
        await sleep(2);
        return published();
      }),
    ),
  );
  expect(new Set(outcomes)).toEqual(new Set(['stored']));
  const ids = (await indexes[0]!.list({ study: '1.1' })).map(({ id }) => id);
  expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
  // What one remembers of a list ends with what the other writes.
  await indexes[1]!.remove({ study: '1.1', series: '1.1.1', instance: '1.1.1.1' });
  expect(await indexes[0]!.list({ study: '1.1' })).toHaveLength(39);
  await Promise.all(indexes.map((index) => index.close()));
});

test('a search of many finds rare and common things alike', async () => {
  const index = openSqliteIndex(':memory:');
  onTestFinished(() => index.close());
  const names = ['Stein', 'Berg', 'Tal', 'Bach'];
  const instances = Array.from({ length: 6000 }, (_, at) =>
    newInstance({
      study: `1.${at + 1}`,
      instance: `1.${at + 1}.1.1`,
      studyAttributes: {
        '00080020': value('DA', `2024${String(1 + (at % 12)).padStart(2, '0')}01`),
        '00100010': value('PN', { Alphabetic: `${at % 1000 === 0 ? 'Zylinder' : names[at % 4]}^A` }),
        '00100040': value('CS', at % 2 === 0 ? 'F' : 'M'),
      },
      seriesAttributes: { '00080060': value('CS', at % 100 === 0 ? 'XA' : 'CT') },
    }),
  );
  await Promise.all(instances.map((each) => index.add(each, published)));
  const count = async (query: string) => {
    const { rows, remaining, isRemainingAtLeast } = await searched(index, query, { maxResults: 10 });
    return [rows.length, remaining, isRemainingAtLeast ?? false];
  };
  expect(await count('')).toEqual([10, 5990, false]);
  expect(await count('PatientName=zyl*')).toEqual([6, 0, false]);
  expect(await count('PatientName=*linder*&PatientSex=M')).toEqual([0, 0, false]);
  expect(await count('ModalitiesInStudy=XA')).toEqual([10, 50, false]);
  expect(await count('PatientName=ste*')).toEqual([10, 1484, false]);
  expect(await count('PatientName=b*')).toEqual([10, 2500, true]);
  expect(await count('PatientName=ste*&StudyDate=20241201-')).toEqual([0, 0, false]);
  expect(await count('PatientName=ba*&StudyDate=20241201-')).toEqual([10, 490, false]);
  expect(await count('StudyDate=20240101-20240201&limit=0')).toEqual([0, 1, true]);
});
