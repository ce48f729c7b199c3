import type { PersonName } from './dicom-json.ts';

const GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

/**
 * A PN value (PS3.5 6.2.1.2) as its component groups: "Yamada^Tarou=山田^太郎" has two.
 * Trailing spaces and trailing empty components are padding and go; undefined when nothing is left.
 */
export function parsePersonName(value: string): PersonName | undefined {
  const name: { Alphabetic?: string; Ideographic?: string; Phonetic?: string } = {};
  const groups = value.split('=', GROUPS.length);
  for (const [index, key] of GROUPS.entries()) {
    const group = (groups[index] ?? '').trim().replace(/[\s^]+$/, '');
    if (group !== '') name[key] = group;
  }
  return Object.keys(name).length > 0 ? name : undefined;
}

/** The PN value of component groups, the inverse of parsePersonName. An absent group before a present one is empty. */
export function formatPersonName(name: PersonName): string {
  return GROUPS.map((key) => name[key] ?? '')
    .join('=')
    .replace(/=+$/, '');
}

/**
 * One component group as people read it: "Dr. Jane Mary Doe, MD" is not formed, because which parts a person
 * uses is not known; the family name comes first, as on every worklist: "Doe, Jane Mary, Dr., MD".
 */
function displayGroup(group: string): string {
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = group
    .split('^')
    .map((component) => component.trim());
  const forenames = [given, middle].filter((part) => part !== '').join(' ');
  return [family, forenames, prefix, suffix].filter((part) => part !== '').join(', ');
}

/**
 * A name for the screen: the alphabetic group, then the ideographic one in brackets: "Yamada, Tarou (山田 太郎)".
 * A name with only an ideographic or phonetic group is that group. Empty when the name is.
 */
export function displayPersonName(name: PersonName): string {
  const alphabetic = displayGroup(name.Alphabetic ?? '');
  const ideographic = (name.Ideographic ?? '').replaceAll('^', ' ').replace(/ +/g, ' ').trim();
  if (alphabetic !== '') return ideographic === '' ? alphabetic : `${alphabetic} (${ideographic})`;
  if (ideographic !== '') return ideographic;
  return (name.Phonetic ?? '').replaceAll('^', ' ').replace(/ +/g, ' ').trim();
}
