import type { PersonName } from '@sightline/dicom';

/**
 * Person names in the form in which they are compared: without case, and without the accents of Latin, Greek and
 * Cyrillic, because people type what their keyboard has. Marks of other scripts stay: in kana they make another letter.
 */
export function foldName(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{Mn}+/gu, '$1')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[ßłøæœđðþıħŧς]/gu, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(/\s+/gu, ' ')
    .trim();
}

/** Letters that Unicode does not take apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ł: 'l',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
  ς: 'σ',
};

/** One component group as it is stored for search; null: there is none. */
export function searchName(group: string | undefined): string | null {
  const folded = foldName(group ?? '')
    .replaceAll('\0', '')
    .replace(/[\s^]+$/, '');
  return folded === '' ? null : folded;
}

export const nameGroups = ['Alphabetic', 'Ideographic', 'Phonetic'] as const satisfies (keyof PersonName)[];
