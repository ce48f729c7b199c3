import { everything } from '@sightline/dicomweb';
import { expect, test } from 'vitest';
import type { IndexRow } from '../index/index-store.ts';
import { createSearchMemory, pageName } from './search-memory.ts';

const STUDIES = { level: 'study', levels: ['study'] } as const;
const SERIES = { level: 'series', levels: ['series'] } as const;
const ALL_SERIES = { level: 'series', levels: ['study', 'series'] } as const;
const memory = () => createSearchMemory(() => new Date(0));
const row = (id: number, version = 1, studyInstanceUid = '1.2') =>
  ({
    id,
    version,
    studyInstanceUid,
    instanceId: id,
    study: {},
    series: {},
    instance: {},
  }) as unknown as IndexRow;

test('a form is the same for the same resource, fields, keys and root, whatever the values of the keys', () => {
  const { formOf } = memory();
  const of = (query: object, resource: Parameters<typeof formOf>[0] = STUDIES, root = 'a') =>
    formOf(resource, { ...everything, ...query }, root).name;
  expect(of({ match: { PatientID: '1' } })).toBe(of({ match: { PatientID: '2' }, limit: 5, offset: 10 }));
  const names = [
    of({}),
    of({ match: { PatientID: '1' } }),
    of({ includeFields: ['00101010'] }),
    of({ includeFields: 'all' }),
    of({ includeFields: ['00091001'], privateCreators: { '00090010': 'A' } }),
    of({ includeFields: ['00091001'], privateCreators: { '00090010': 'B' } }),
    of({}, STUDIES, 'b'),
    of({}, SERIES),
    of({}, ALL_SERIES),
  ];
  expect(new Set(names).size).toBe(names.length);
});

test('an answer is remembered for its form, row and version, and never given for another study', () => {
  const { formOf, get, set } = memory();
  const [form, other] = [formOf(STUDIES, everything, 'a'), formOf(STUDIES, everything, 'b')];
  set(form, row(1), 'answer');
  expect(get(form, row(1))).toBe('answer');
  expect(get(other, row(1))).toBeUndefined();
  expect(get(form, row(2))).toBeUndefined();
  expect(get(form, row(1, 2))).toBeUndefined();
  expect(get(form, row(1, 1, '9.9'))).toBeUndefined();
});

test('a very long answer is not remembered', () => {
  const { formOf, get, set } = memory();
  const form = formOf(STUDIES, everything, 'a');
  set(form, row(1), 'x'.repeat(17_000));
  expect(get(form, row(1))).toBeUndefined();
});

test('a page is named by its form, its rows in their order, and their versions', () => {
  const { formOf, getPage, setPage } = memory();
  const form = formOf(STUDIES, everything, 'a');
  const names = [
    pageName(form, [row(1), row(2)]),
    pageName(form, [row(2), row(1)]),
    pageName(form, [row(1), row(2, 2)]),
    pageName(form, [row(1)]),
    pageName(form, [row(11), row(2)]),
    pageName(formOf(SERIES, everything, 'a'), [row(1), row(2)]),
  ];
  expect(new Set(names).size).toBe(names.length);
  setPage(names[0]!, Uint8Array.of(1));
  expect([getPage(names[0]!), getPage(names[1]!)]).toEqual([Uint8Array.of(1), undefined]);
});

test('an answer to a question is given again until the index changes; a stream is not kept', () => {
  const { getAnswer, setAnswer } = memory();
  const response = { status: 200, headers: {}, body: '[]' };
  const answer = { version: 3, goesOn: true, response };
  setAnswer('a', answer);
  expect([getAnswer('a', 3), getAnswer('a', 4), getAnswer('b', 3)]).toEqual([answer, undefined, undefined]);
  const body = (async function* (): AsyncGenerator<Uint8Array> {})();
  setAnswer('c', { ...answer, response: { ...response, body } });
  expect(getAnswer('c', 3)).toBeUndefined();
  setAnswer('d', { ...answer, response: { status: 204, headers: {} } });
  expect(getAnswer('d', 3)?.response.status).toBe(204);
});
