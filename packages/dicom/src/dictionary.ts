import { dictionaryText } from './dictionary.generated.ts';
import type { Vr } from './dicom-json.ts';
import { isVr } from './vr.ts';

/** One attribute of PS3.6. */
export interface DictionaryEntry {
  /**
   * The VR; or, where it depends on the image (PS3.5 annex A): `xs` US or SS by Pixel Representation,
   * `ox` OB or OW by Bits Allocated, `lt` US or OW for the data of a lookup table.
   */
  readonly vr: Vr | 'xs' | 'ox' | 'lt';
  readonly vm: string;
  readonly keyword: string;
}

let byTag: Map<string, DictionaryEntry> | undefined;
let byKeyword: Map<string, string> | undefined;

/** Made on first use: 5,000 rows that a program which reads no implicit VR never needs. */
function table(): Map<string, DictionaryEntry> {
  byTag ??= new Map(dictionaryText.split('\n').map(parseRow));
  return byTag;
}

function parseRow(row: string): [string, DictionaryEntry] {
  const space = row.indexOf(' ', 10);
  const vr = row.slice(8, 10);
  if (!isVr(vr) && vr !== 'xs' && vr !== 'ox' && vr !== 'lt')
    throw new TypeError('dictionary.generated.ts is broken');
  return [row.slice(0, 8), { vr, vm: row.slice(10, space), keyword: row.slice(space + 1) }];
}

/**
 * The entry of a tag (eight upper-case hexadecimal digits). Repeating groups (50xx, 60xx and the like, PS3.5 7.6)
 * are found by any of their numbers. Undefined for private and unknown tags.
 */
export function dictionaryEntry(tag: string): DictionaryEntry | undefined {
  return table().get(tag) ?? repeatingEntry(tag);
}

function repeatingEntry(tag: string): DictionaryEntry | undefined {
  const group = tag.slice(0, 4);
  if (/^(50|60|7F).[02468ACE]/.test(tag)) return table().get(`${tag.slice(0, 2)}xx${tag.slice(4)}`);
  if (group === '0020') return table().get(`${tag.slice(0, 6)}xx`);
  if (group === '0028') return table().get(`${tag.slice(0, 6)}x${tag.slice(7)}`);
  if (group === '1000') return table().get(`1000xxx${tag.slice(7)}`);
  return group === '1010' ? table().get('1010xxxx') : undefined;
}

/** The tag of a keyword of PS3.6 ("PatientName"); undefined for an unknown one and for those of repeating groups. */
export function tagOfKeyword(keyword: string): string | undefined {
  byKeyword ??= new Map([...table()].map(([tag, entry]) => [entry.keyword, tag]));
  const tag = keyword === '' ? undefined : byKeyword.get(keyword);
  return tag?.includes('x') ? undefined : tag;
}
