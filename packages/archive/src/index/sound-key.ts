import { RULES, SPELLINGS, VOWEL_CLASSES, type SoundRule } from './sound-rules.ts';

/** A spelling that may be read in several ways has several keys; no more than these. */
const MAX_KEYS = 6;
/** A key this short says little, so the first vowel is part of it: Lee is Li and not Lo. */
const SHORT_KEY = 2;
const VOWEL = /[aeiouy]/;
const FRONT = /[eiy]/;

/**
 * How one word of a name sounds: its consonants in a few classes, so that spellings of one name in several languages
 * have a key in common. None: nothing in it is a letter that we know, as in Chinese.
 */
export function soundKeys(word: string): readonly string[] {
  const spelt = word.normalize('NFC').toLowerCase();
  // As it is spelt, and as it is typed by those who leave the marks out.
  return [...new Set([...keysOf(spellOut(spelt)), ...keysOf(withoutMarks(spelt))])].slice(0, MAX_KEYS);
}

const withoutMarks = (text: string): string => spellOut(text.normalize('NFD').replaceAll(/\p{Mn}+/gu, ''));

/** In the letters a to z: marks and letters of other alphabets become the groups that say them. */
const spellOut = (text: string): string =>
  Array.from(text.replaceAll('μπ', 'b').replaceAll('ου', 'u'))
    .map((letter) => SPELLINGS[letter] ?? letter)
    .join('')
    .normalize('NFD')
    .replaceAll(/[^a-z]/g, '');

function keysOf(word: string): readonly string[] {
  if (word === '') return [];
  let keys: readonly string[] = [''];
  let at = 0;
  let afterVowel = false;
  while (at < word.length) {
    const rule = ruleAt(word, at);
    if (rule) {
      const codes = rule.codes.split('|');
      const isApart = afterVowel;
      keys = [...new Set(keys.flatMap((key) => codes.map((code) => append(key, code, isApart))))].slice(
        0,
        MAX_KEYS,
      );
      // What is silent leaves the vowel before it where it was: Mehmet has two m.
      afterVowel &&= rule.codes === '';
    } else {
      if (at === 0) keys = ['0'];
      afterVowel = true;
    }
    at += rule?.letters.length ?? 1;
  }
  return keys
    .map((key) => (key.length <= SHORT_KEY ? key + vowelClass(word) : key))
    .filter((key) => key !== '');
}

/** The first rule that fits; the table has long groups before short ones. Undefined: a vowel. */
const ruleAt = (word: string, at: number): SoundRule | undefined =>
  RULES.find(
    ({ letters, where }) => word.startsWith(letters, at) && isPlace(word, at, at + letters.length, where),
  );

function isPlace(word: string, at: number, end: number, where: SoundRule['where']): boolean {
  const [before, after] = [word[at - 1] ?? '', word[end] ?? ''];
  switch (where) {
    case undefined:
      return true;
    case 'start':
      return at === 0;
    case 'start, vowel':
      return at === 0 && VOWEL.test(after);
    case 'front':
      return FRONT.test(after);
    case 'closing':
      return VOWEL.test(before) && !VOWEL.test(after);
    default:
      return where satisfies never;
  }
}

/** A sound that goes on over several letters is one; with a vowel between them they are two. */
const append = (key: string, code: string, isApart: boolean): string =>
  !isApart && code !== '' && key.endsWith(code[0] ?? '') ? key + code.slice(1) : key + code;

/** Of the first vowels that are heard as such. */
function vowelClass(word: string): string {
  const vowels = /(?<!^)[aeiouy]+|^[aeiou]+/.exec(word)?.[0] ?? '';
  return VOWEL_CLASSES[vowels.slice(0, 2)] ?? VOWEL_CLASSES[vowels.slice(0, 1)] ?? '';
}
