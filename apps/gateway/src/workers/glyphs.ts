/**
 * The letters that are written on pictures. They are our own because a server may have no fonts at all, and text that a
 * missing font turns into boxes, or leaves out, is worse on an image than none.
 *
 * ASCII from the space on, five columns of eight dots each, the lowest bit on top; the eighth row is below the line.
 */
const ascii =
  '0000000000 00005f0000 0007000700 147f147f14 242a7f2a12 2313086462 3649562050 0008070300 001c224100 0041221c00 ' +
  '2a1c7f1c2a 08083e0808 0080703000 0808080808 0000606000 2010080402 3e5149453e 00427f4000 7249494946 2141494d33 ' +
  '1814127f10 2745454539 3c4a494931 4121110907 3649494936 464949291e 0000360000 0080760000 0008142241 1414141414 ' +
  '4122140800 0201590906 3e415d594e 7c1211127c 7f49494936 3e41414122 7f4141413e 7f49494941 7f09090901 3e41415173 ' +
  '7f0808087f 00417f4100 2040413f01 7f08142241 7f40404040 7f021c027f 7f0408107f 3e4141413e 7f09090906 3e4151215e ' +
  '7f09192946 2649494932 01017f0101 3f4040403f 1f2040201f 3f4038403f 6314081463 0304780403 6151494543 007f414100 ' +
  '0204081020 0041417f00 0402010204 4040404040 0001020400 2054545478 7f48444438 3844444420 384444487f 3854545418 ' +
  '087e090102 18a4a4a47c 7f08040478 00447d4000 4080847d00 007f102844 00417f4000 7c04180478 7c08040478 3844444438 ' +
  'fc18242418 18242418fc 7c08040408 4854545424 043f444020 3c4040207c 1c2040201c 3c4030403c 4428102844 1ca0a0a07c ' +
  '4464544c44 0008364100 0000770000 0041360800 0804081008';

/** Combining marks: three rows above the letter, or one below it, or through it. Columns as above. */
const marks: Readonly<Record<string, readonly [place: 'above' | 'below' | 'through', columns: string]>> = {
  '\u0300': ['above', '0001020000'],
  '\u0301': ['above', '0000020100'],
  '\u0302': ['above', '0002010200'],
  '\u0303': ['above', '0201020100'],
  '\u0304': ['above', '0002020200'],
  '\u0306': ['above', '0102020201'],
  '\u0307': ['above', '0000010000'],
  '\u0308': ['above', '0002000200'],
  '\u030a': ['above', '0002050200'],
  '\u030b': ['above', '0201000201'],
  '\u030c': ['above', '0001020100'],
  '\u0323': ['below', '0000040000'],
  '\u0326': ['below', '0000040200'],
  '\u0327': ['below', '0002040000'],
  '\u0328': ['below', '0000000204'],
  '\u0338': ['through', '2010080402'],
};

/** Letters without a decomposition of their own, as they are written where they are missing. */
const spelled: Readonly<Record<string, string>> = {
  ß: 'ss',
  Æ: 'AE',
  æ: 'ae',
  Œ: 'OE',
  œ: 'oe',
  // A stroked O would be taken for a zero.
  Ø: 'OE',
  ø: 'oe',
  Ł: 'L\u0338',
  ł: 'l\u0338',
  Đ: 'D\u0338',
  đ: 'd\u0338',
  Ð: 'D\u0338',
  ð: 'd\u0338',
  ı: 'i',
  '’': "'",
  '–': '-',
  '\u00a0': ' ',
};

export const GLYPH_COLUMNS = 5;
/** Three for what stands above a letter, eight for the letter, one more for what hangs below it. */
export const GLYPH_ROWS = 12;
const ABOVE = 3;

/** Dots of one letter: `rows[y]` has the leftmost column in its lowest bit. */
export interface Glyph {
  readonly rows: readonly number[];
}

const letters: readonly string[] = ascii.split(' ');

/** A box: a letter that cannot be drawn is seen to be missing, and a name never turns into another one. */
const unknown = '7f4141417f';

/** One glyph for each letter as it is seen, marks included. Control characters become spaces. */
export function glyphsOf(text: string): readonly Glyph[] {
  const spelledOut = Array.from(text, (letter) => spelled[letter] ?? letter).join('');
  const glyphs: number[][] = [];
  for (const letter of spelledOut.normalize('NFD')) {
    const mark = marks[letter];
    const last = glyphs.at(-1);
    if (mark && last) addMark(last, mark);
    // A mark that is not drawn would leave its letter looking like another one.
    else if (last && /\p{M}/u.test(letter)) glyphs.splice(-1, 1, rowsOf(unknown, ABOVE));
    else glyphs.push(rowsOf(columnsOf(letter), ABOVE));
  }
  return glyphs.map((rows) => ({ rows }));
}

function columnsOf(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  if (code < 32 || code === 127) return letters[0] ?? unknown;
  return letters[code - 32] ?? unknown;
}

function rowsOf(columns: string, from: number): number[] {
  const rows = Array.from({ length: GLYPH_ROWS }, () => 0);
  for (let x = 0; x < GLYPH_COLUMNS; x++) {
    const column = Number.parseInt(columns.slice(x * 2, x * 2 + 2), 16);
    for (let bit = 0; bit < 8; bit++) {
      if (column & (1 << bit) && from + bit < GLYPH_ROWS)
        rows[from + bit] = (rows[from + bit] ?? 0) | (1 << x);
    }
  }
  return rows;
}

function addMark(glyph: number[], [place, columns]: readonly [string, string]): void {
  // Small letters begin two rows lower than capitals: their mark comes down to them.
  const isSmall = glyph[ABOVE] === 0 && glyph[ABOVE + 1] === 0;
  const top = place === 'through' ? ABOVE : place === 'below' ? ABOVE + 6 : isSmall ? ABOVE - 1 : 0;
  rowsOf(columns, top).forEach((row, y) => {
    glyph[y] = (glyph[y] ?? 0) | row;
  });
}
