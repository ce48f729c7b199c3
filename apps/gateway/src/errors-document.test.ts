import { readFileSync } from 'node:fs';
import { archiveProblems } from '@sightline/archive';
import { problems } from '@sightline/contract';
import { launchFaults } from '@sightline/launch';
import { expect, test } from 'vitest';

const document = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
const [, problemTable = '', faultTable = ''] = document.split(/^## .*$/m);
const rows = (table: string) =>
  [...table.matchAll(/^\| `(\w+)` +\| +(\d+)?/gm)].map(([, code, status]) => ({ code, status }));

test('docs/errors.md lists every problem of gateway and archive with its status, in order', () => {
  const all: Readonly<Record<string, { readonly status: number }>> = { ...archiveProblems, ...problems };
  const expected = Object.entries(all).map(([code, { status }]) => ({ code, status: String(status) }));
  expect(rows(problemTable)).toEqual(expected.toSorted((a, b) => (a.code < b.code ? -1 : 1)));
});

test('a code that both gateway and archive use means the same in both', () => {
  for (const [code, problem] of Object.entries(problems)) {
    if (Object.hasOwn(archiveProblems, code))
      expect(Reflect.get(archiveProblems, code), code).toEqual(problem);
  }
});

test('docs/errors.md lists every fault of a launch request, in order', () => {
  expect(rows(faultTable).map(({ code }) => code)).toEqual(Object.keys(launchFaults).toSorted());
});
