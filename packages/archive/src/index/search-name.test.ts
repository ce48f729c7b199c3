import { expect, test } from 'vitest';
import { foldName, searchName } from './search-name.ts';

test.each([
  ['Müller^Zoë', 'muller^zoe'],
  ['ŁUKASZ', 'lukasz'],
  ['Groß', 'gross'],
  ['GROẞ', 'gross'],
  ['Sørensen Ærø', 'sorensen aero'],
  ['Ελένη', 'ελενη'],
  ['ΓΙΏΡΓΟΣ', 'γιωργοσ'],
  ['Γιώργος', 'γιωργοσ'],
  ['Йогов', 'иогов'],
  ['ガ', 'ガ'],
  ['が', 'が'],
  ['각', '각'],
  ['  a  b ', 'a b'],
])('%j is compared as %j', (name, folded) => {
  expect(foldName(name)).toBe(folded);
});

test('an empty group is none', () => {
  expect(searchName(undefined)).toBeNull();
  expect(searchName(' ^^ ')).toBeNull();
  expect(searchName('Doe^^')).toBe('doe');
});
