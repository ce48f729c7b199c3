import { getText, type DicomDataset } from '@sightline/dicom';
import { parseQueryString } from '@sightline/dicomweb';
import { expect, test } from 'vitest';
import type { Archive } from '../archive.ts';
import type { IndexRow, IndexStore } from '../index/index-store.ts';
import { ask, once, openArchive, ROOT, type Answer } from '../test-support/in-process.ts';
import { synthetic } from '../test-support/synthetic.ts';
import { searchForStudies } from './qido-rs.ts';
import { createSearchMemory } from './search-memory.ts';

const uids = (rows: readonly DicomDataset[]) => rows.map((row) => getText(row, '0020000D'));

/** Studies of ten days, the last one first in a list. */
async function tenDays(): Promise<Archive> {
  const archive = await openArchive();
  for (let day = 10; day < 20; day += 1) await arrives(archive, day);
  return archive;
}

async function arrives(archive: Archive, day: number): Promise<void> {
  const attributes: DicomDataset = { '00080020': { vr: 'DA', Value: [`202401${day}`] } };
  await archive.store(
    once(synthetic({ study: `2.${day}`, series: `2.${day}.1`, instance: `2.${day}.1.1`, attributes })),
  );
}

const days = (answer: Answer) => uids(answer.json()).map((uid) => Number(uid!.slice(2)));

test('pages do not overlap though studies arrive between them', async () => {
  const archive = await tenDays();
  const page = (offset: number) => ask(archive, '/studies', { query: `limit=4&offset=${offset}` });
  expect(days(await page(0))).toEqual([19, 18, 17, 16]);
  await arrives(archive, 20);
  const second = await page(4);
  expect(days(second)).toEqual([15, 14, 13, 12]);
  expect(second.headers['warning']).toBe(`299 ${ROOT}: There are 2 additional results that can be requested`);
  expect(second.headers['x-total-count']).toBe('10');
  await arrives(archive, 21);
  expect(days(await page(8))).toEqual([11, 10]);
  // Who begins again sees what has come.
  expect(days(await page(0))).toEqual([21, 20, 19, 18]);
});

test('each asker has pages of their own search, each search pages of its own', async () => {
  const archive = await tenDays();
  const page = (name: string, query: string) =>
    ask(archive, '/studies', { query, actor: { name, address: '192.0.2.1' } });
  await page('a', 'limit=4');
  await arrives(archive, 20);
  expect(days(await page('b', 'limit=4'))).toEqual([20, 19, 18, 17]);
  await arrives(archive, 21);
  expect(days(await page('a', 'offset=4&limit=4'))).toEqual([15, 14, 13, 12]);
  expect(days(await page('b', 'limit=4&offset=4'))).toEqual([16, 15, 14, 13]);
  expect(days(await page('b', 'limit=4&offset=4&PatientID=P1'))).toEqual([17, 16, 15, 14]);
});

test('a page before the first object or beyond the last is empty', async () => {
  const archive = await tenDays();
  for (const query of ['offset=10', 'offset=4294967295', 'limit=0', 'limit=0&offset=2']) {
    const answer = await ask(archive, '/studies', { query });
    expect([answer.status, answer.bytes.length, answer.headers['warning']]).toEqual([204, 0, undefined]);
  }
  const all = await ask(archive, '/studies', { query: 'limit=4294967295' });
  expect([all.json().length, all.headers['x-total-count']]).toEqual([10, '10']);
});

/** Stands in for an index so large, or so busy, that a test cannot wait for it. */
function searchIn(index: Partial<IndexStore>, query: string) {
  const searches = createSearchMemory(() => new Date(0));
  const asked = {
    request: { headers: {}, path: '/studies' },
    context: { root: ROOT },
    path: {},
    query: parseQueryString(query),
  };
  return searchForStudies(asked as never, { index, searches } as never);
}

const row = { id: 1, version: 1, instanceId: 1, study: {}, series: {}, instance: {} };
const rowOf = (studyInstanceUid: string) => ({ ...row, studyInstanceUid }) as IndexRow;

test('says "at least" where nobody has counted to the end', async () => {
  const { headers } = await searchIn(
    {
      moment: async () => ({ version: 1, newest: 1 }),
      search: async () => ({ rows: [rowOf('1.2')], remaining: 1000, isRemainingAtLeast: true }),
    },
    'limit=1',
  );
  expect(headers['warning']).toBe(
    `299 ${ROOT}: There are at least 1000 additional results that can be requested`,
  );
  expect(headers['x-total-count']).toBeUndefined();
});

test('a first page into which something came is asked again, of what was there before', async () => {
  let newest = 1;
  const until: (number | undefined)[] = [];
  const answer = await searchIn(
    {
      moment: async () => ({ version: newest, newest }),
      search: async (search) => {
        until.push(search.until);
        newest = 2;
        return { rows: [rowOf(search.until === undefined ? '9.9' : '1.2')], remaining: 1 };
      },
    },
    'limit=1',
  );
  expect(until).toEqual([undefined, 1]);
  expect(answer.body).toContain('/studies/1.2"');
});

test('the same question again has the same answer until something arrives or goes, for each form of it', async () => {
  const archive = await tenDays();
  const asked = (query: string, headers = {}) => ask(archive, '/studies', { query, headers });
  const first = await asked('limit=4');
  const again = await asked('limit=4');
  expect([again.text, again.headers]).toEqual([first.text, first.headers]);
  expect((await asked('limit=4', { accept: 'application/json' })).headers['content-type']).toContain('json');
  expect((await asked('limit=4', { accept: 'application/json' })).headers['content-type']).not.toBe(
    first.headers['content-type'],
  );
  expect((await asked('limit=4', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip');
  await archive.delete({ study: '2.18' }, { name: 'test' });
  expect(days(await asked('limit=4'))).toEqual([19, 17, 16, 15]);
  await arrives(archive, 18);
  expect(days(await asked('limit=4'))).toEqual([19, 18, 17, 16]);
});

test('what one who may see some studies is answered is nobody else’s answer', async () => {
  const archive = await tenDays();
  const few = () => ask(archive, '/studies', { query: 'limit=4', studies: new Set(['2.11']) });
  expect(days(await ask(archive, '/studies', { query: 'limit=4' }))).toEqual([19, 18, 17, 16]);
  expect(days(await few())).toEqual([11]);
  expect(days(await ask(archive, '/studies', { query: 'limit=4' }))).toEqual([19, 18, 17, 16]);
});

test('a remembered first page begins its search anew', async () => {
  const archive = await tenDays();
  const page = (offset: number, actor = 'a') =>
    ask(archive, '/studies', { query: `limit=4&offset=${offset}`, actor: { name: actor, address: '' } });
  await page(0, 'b');
  await page(0);
  await arrives(archive, 20);
  expect(days(await page(4))).toEqual([15, 14, 13, 12]);
});
