import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  getNumber,
  getText,
  tagOfKeyword,
  dictionaryEntry,
  type DicomDataset,
  type DicomElement,
  type Vr,
} from '@sightline/dicom';
import { describe, expect, test } from 'vitest';
import type { Archive } from '../archive.ts';
import { ask, once, openArchive, type Answer } from '../test-support/in-process.ts';
import { synthetic } from '../test-support/synthetic.ts';

/**
 * Worked examples of PS3.18 search, written down by somebody else. They lie beside the repository, and not everybody has
 * them: qido-rs.test.ts holds the essentials by itself.
 */
const CASES = fileURLToPath(new URL('../../../../../shared/cases/standards.json', import.meta.url));
const areHere = existsSync(CASES);
if (!areHere) console.warn('No ../shared/cases: the worked examples of search are left out.');

type Value = string | number | readonly Record<string, string | number>[];
type Attributes = Readonly<Record<string, Value>>;
interface Fixture {
  readonly studies: readonly (Attributes & { readonly series: readonly SeriesFixture[] })[];
}
type SeriesFixture = Attributes & { readonly instances: readonly Attributes[] };

interface Expected {
  readonly status?: number;
  readonly statusIn?: readonly number[];
  readonly oneOf?: readonly Expected[];
  readonly studies?: readonly string[];
  readonly series?: readonly string[];
  readonly instances?: readonly string[];
  readonly mustContain?: readonly string[];
  readonly mustNotContain?: readonly string[];
  readonly values?: Readonly<Record<string, number>>;
  readonly count?: number;
  readonly warning299?: string;
  readonly noWarning?: boolean;
  readonly retrieveUrlEndsWith?: string;
  readonly contentType?: string;
  readonly unionOfPages?: readonly string[];
  readonly disjoint?: boolean;
  readonly documentedFuzzy?: boolean;
  readonly note?: string;
}

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly input: { readonly url: string; readonly accept: string | null };
  readonly expect: Expected;
}

/** Where this archive does otherwise, and why. */
const otherwise: Readonly<Record<string, { readonly expect: Expected; readonly why: string }>> = {
  'qido-no-accept': {
    expect: { status: 200 },
    why: 'without Accept a command line tool gets the default type, which the note of the case allows',
  },
};

const cases: readonly Case[] = areHere
  ? (JSON.parse(readFileSync(CASES, 'utf8')) as { cases: Case[] }).cases // the format is described beside the file
  : [];
const fixture = cases.find(({ id }) => id === 'fixture-archive')?.input as unknown as Fixture | undefined; // the first entry
const searches = cases.filter(({ kind }) => kind === 'qido.semantic');

/** Attributes by keyword, as an element of the VR that PS3.6 gives them. */
function dataset(attributes: Attributes): DicomDataset {
  const elements = Object.entries(attributes).flatMap(([keyword, value]) => {
    const tag = tagOfKeyword(keyword);
    return tag === undefined ? [] : [[tag, element(tag, value)]];
  });
  return Object.fromEntries(elements);
}

function element(tag: string, value: Value): DicomElement {
  const vr = dictionaryEntry(tag)!.vr as Vr; // none of the fixture's has several
  if (value === '') return { vr };
  if (Array.isArray(value)) return { vr, Value: value.map(dataset) };
  return { vr, Value: [vr === 'PN' ? personName(value as string) : (value as string | number)] };
}

function personName(text: string): Record<string, string> {
  const [Alphabetic = '', Ideographic, Phonetic] = text.split('=');
  return { Alphabetic, ...(Ideographic && { Ideographic }), ...(Phonetic && { Phonetic }) };
}

async function fixtureArchive(): Promise<Archive> {
  const archive = await openArchive();
  for (const { series: allSeries, ...study } of fixture!.studies) {
    for (const { instances, ...series } of allSeries as readonly SeriesFixture[]) {
      for (const instance of instances) {
        const attributes = {
          '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
          ...dataset(study as Attributes),
          ...dataset(series as Attributes),
          ...dataset(instance),
        } as const;
        const outcome = await archive.store(
          once(
            synthetic({
              study: getText(attributes, '0020000D')!,
              series: getText(attributes, '0020000E')!,
              instance: getText(attributes, '00080018')!,
              attributes,
            }),
          ),
        );
        expect(outcome.kind).toBe('stored');
      }
    }
  }
  return archive;
}

async function search(archive: Archive, url: string, accept: string | null): Promise<Answer> {
  const [path = '', query] = url.split('?');
  return ask(archive, path, {
    ...(query !== undefined && { query }),
    headers: accept === null ? {} : { accept },
  });
}

const rowsOf = (answer: Answer): readonly DicomDataset[] => (answer.status === 200 ? answer.json() : []);
const column = (answer: Answer, tag: string) => rowsOf(answer).map((row) => getText(row, tag));

/** What of an expectation an answer does not meet, in words; nothing where it meets all. */
function complaints(answer: Answer, expected: Expected): string[] {
  const rows = rowsOf(answer);
  const lists = { studies: '0020000D', series: '0020000E', instances: '00080018' } as const;
  const sorted = (values: readonly (string | undefined)[]) =>
    values
      .map(String)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .join();
  const checks: [boolean, string][] = [
    [expected.status === undefined || answer.status === expected.status, `status ${answer.status}`],
    [!expected.statusIn || expected.statusIn.includes(answer.status), `status ${answer.status}`],
    ...Object.entries(lists).map(([name, tag]): [boolean, string] => {
      const wanted = expected[name as keyof typeof lists];
      return [
        !wanted || sorted(wanted) === sorted(column(answer, tag)),
        `${name} ${column(answer, tag).join()}`,
      ];
    }),
    ...(expected.mustContain ?? []).map((tag): [boolean, string] => [
      rows.length > 0 && rows.every((row) => row[tag] !== undefined),
      `no ${tag}`,
    ]),
    ...(expected.mustNotContain ?? []).map((tag): [boolean, string] => [
      rows.every((row) => row[tag] === undefined),
      `has ${tag}`,
    ]),
    ...Object.entries(expected.values ?? {}).map(([tag, value]): [boolean, string] => [
      rows.every((row) => getNumber(row, tag) === value),
      `another ${tag}`,
    ]),
    [expected.count === undefined || rows.length === expected.count, `${rows.length} rows`],
    [
      !expected.warning299 || (answer.headers['warning'] ?? '').includes(expected.warning299),
      `warning ${answer.headers['warning']}`,
    ],
    [!expected.noWarning || answer.headers['warning'] === undefined, `warning ${answer.headers['warning']}`],
    [
      !expected.retrieveUrlEndsWith ||
        rows.every((row) => getText(row, '00081190')?.endsWith(expected.retrieveUrlEndsWith!)),
      'another RetrieveURL',
    ],
    [
      !expected.contentType || answer.headers['content-type'] === expected.contentType,
      `type ${answer.headers['content-type']}`,
    ],
  ];
  return checks.filter(([isMet]) => !isMet).map(([, complaint]) => complaint);
}

describe.skipIf(!areHere)('worked examples of search', () => {
  test.each(searches.map((each) => [each.id, each] as const))('%s', async (id, { input, expect: given }) => {
    const archive = await fixtureArchive();
    const expected = otherwise[id]?.expect ?? given;
    // "{0,3,6}" in a URL: each of these in turn, as one search over several pages.
    const [, list] = /\{([\d,]+)\}/.exec(input.url) ?? [];
    const urls = list?.split(',').map((value) => input.url.replace(`{${list}}`, value)) ?? [input.url];
    const answers: Answer[] = [];
    for (const url of urls) answers.push(await search(archive, url, input.accept));
    for (const answer of answers) {
      const [first, ...others] = expected.oneOf ?? [expected];
      const found = complaints(answer, first!);
      const isAnother = others.some((other) => complaints(answer, other).length === 0);
      expect(isAnother ? [] : found).toEqual([]);
    }
    if (expected.unionOfPages) {
      const all = answers.flatMap((answer) => column(answer, '0020000D'));
      expect(all.toSorted((a = '', b = '') => (a < b ? -1 : 1))).toEqual(expected.unionOfPages);
    }
  });
});
