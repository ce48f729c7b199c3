/**
 * How spellings sound, for names of many languages in Latin, Cyrillic and Greek letters. One class is P (b, p), F (f,
 * v, w, ph), T (d, t), K (g, k, hard c), S (all that hisses), Q (ng), L, M, N, R, H and J; "0" is a vowel in front.
 */
export interface SoundRule {
  readonly letters: string;
  /** Alternatives are separated by "|"; an empty one is silent. */
  readonly codes: string;
  /** `front`: before e, i or y. `closing`: after a vowel and before none. */
  readonly where?: 'start' | 'start, vowel' | 'front' | 'closing';
}

const rule = (letters: string, codes: string, where?: SoundRule['where']): SoundRule => ({
  letters,
  codes,
  ...(where && { where }),
});

/** Tried in order: long groups first, special places before any place. Vowels are in none. */
export const RULES: readonly SoundRule[] = [
  ...['schtsch', 'shch', 'szcz', 'tzsch', 'tsch', 'dsch', 'tch', 'dzh'].map((letters) => rule(letters, 'S')),
  rule('sch', 'S|SK'),
  rule('chs', 'KS'),
  rule('ch', 'S|K|H', 'start'),
  rule('ch', 'S|K'),
  rule('sc', 'S|SK', 'front'),
  ...['sh', 'zh', 'sz', 'cz', 'zs', 'ts', 'tz', 'dz', 'dg'].map((letters) => rule(letters, 'S')),
  rule('rz', 'RS|S'),
  rule('dj', 'S|J|T'),
  rule('tj', 'S|T'),
  rule('sj', 'S'),
  rule('dt', 'T'),
  rule('th', 'T'),
  rule('ck', 'K'),
  rule('kh', 'K|H'),
  rule('gh', 'K', 'start'),
  rule('gh', '|K'),
  rule('gn', 'N|KN'),
  rule('kn', 'N|KN', 'start'),
  rule('ng', 'N', 'start'),
  rule('ng', 'Q'),
  rule('hs', 'S', 'start'),
  rule('hw', 'H', 'start'),
  rule('wh', 'F|H', 'start'),
  rule('wr', 'R', 'start'),
  rule('ps', 'S|PS', 'start'),
  rule('pf', 'F'),
  rule('ph', 'F'),
  rule('qu', 'K'),
  rule('q', 'K|S'),
  rule('x', 'S', 'start'),
  rule('x', 'KS'),
  rule('c', 'S|K', 'front'),
  rule('c', 'K'),
  rule('g', 'K|S|J', 'front'),
  rule('ye', 'J|0', 'start'),
  rule('y', 'J', 'start, vowel'),
  rule('i', 'J|0', 'start, vowel'),
  rule('j', 'J|S', 'start'),
  rule('j', '|S'),
  rule('w', '|F', 'closing'),
  rule('h', 'H', 'start'),
  rule('h', ''),
  ...Object.entries({ P: 'bp', T: 'dt', F: 'fvw', K: 'gk', S: 'sz', L: 'l', M: 'm', N: 'n', R: 'r' }).flatMap(
    ([code, letters]) => Array.from(letters).map((letter) => rule(letter, code)),
  ),
];

/** Bright, open and dark vowels, by their first two letters or their first. */
export const VOWEL_CLASSES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    1: 'ae ai ay e ea ee ei eo ey i ie y ye yi',
    2: 'a aa ao au ia ya',
    3: 'eu io iu o oa oe oi oo ou oy u ua ue ui uo yo yu',
  }).flatMap(([vowelClass, groups]) => groups.split(' ').map((group) => [group, vowelClass])),
);

const pairs = (table: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    table
      .trim()
      .split(/\s+/)
      .map((pair) => [pair.slice(0, 1), pair.slice(1)]),
  );

/** A letter and what it is said like. */
export const SPELLINGS = pairs(`
  äae öoe üue ßss åo øoe æae œoe łl đdj ðd þt ıi ħh ŧt čch ćch çs ĉch šsh śsh şsh șsh ŝsh žzh źzh żzh ğh řr ñn ňn ńn
  țts ţts ďd ťt ľl ĺl ŕr ẞss
  аa бb вv гg дd еe ёo жzh зz иi йy кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ ыy ь эe юyu яya
  іi їyi єye ґg ўu јj љl њn ћch ђd џdzh
  αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo άa έe ήi ίi όo ύy ώo ϊi ϋy
`);
