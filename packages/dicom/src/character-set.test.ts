import { describe, expect, it } from 'vitest';
import { createTextReader } from './character-set.ts';

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

function decode(terms: readonly string[], hex: string, personName = true) {
  const reader = createTextReader(terms);
  return { text: reader.decode(bytes(hex), personName), guessed: reader.guessed };
}

/**
 * Bytes and text as pydicom 3.0.2 has them: the names of PS3.5 annexes H to K, then made-up ones. Where a comment
 * says so, the bytes are Python's codec's, because pydicom does not know the term.
 */
const references: readonly (readonly [terms: readonly string[], hex: string, text: string])[] = [
  [['ISO_IR 100'], '4275635e4ae972f46d65', 'Buc^Jérôme'],
  [['ISO_IR 101'], '5761b3ea73615ea9bb6173746efd', 'Wałęsa^Šťastný'],
  [['ISO_IR 109'], 'd8696e6e61bc6f5ea1616c', 'Ĝinnaĵo^Ħal'],
  [['ISO_IR 110'], 'd36567756d735eaa72696b73', 'Ķegums^Ēriks'],
  [['ISO_IR 126'], 'c4e9efedf5f3e9eff220', 'Διονυσιος '],
  [['ISO_IR 127'], 'e2c8c7e6ea5ee4e6d2c7d120', 'قباني^لنزار '],
  [['ISO_IR 138'], 'f9f8e5ef5ee3e1e5f8e4', 'שרון^דבורה'],
  [['ISO_IR 144'], 'bbeeda6365dcd17970d3', 'Люкceмбypг'],
  [['ISO_IR 148'], 'c7617675fe6ff06c755edd70656b', 'Çavuşoğlu^İpek'],
  [['ISO_IR 166'], 'b9d2c1caa1d8c55eaad7e8cd', 'นามสกุล^ชื่อ'],
  [['ISO_IR 203'], 'bc757672655eb469b8656ba4', 'Œuvre^Žižek€'], // Python's codec
  [['ISO_IR 13'], 'd4cfc0de5ec0dbb3', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
  [['ISO_IR 192'], '57616e675e5869616f446f6e673de78e8b5ee5b08fe69db1', 'Wang^XiaoDong=王^小東'],
  [['GB18030'], '57616e675e5869616f446f6e673dcdf55ed0a1b6ab', 'Wang^XiaoDong=王^小东'],
  [['GB18030'], 'cdf55ed0a1b6ab8139ef31', '王^小东㐂'],
  [['GBK'], 'cdf55ed0a1b6ab5c9652', '王^小东\\朢'],
  [
    ['', 'ISO 2022 IR 87'],
    '59616d6164615e5461726f753d1b24423b3345441b28425e1b244242404f3a1b28423d1b24422464245e24401b28425e1b2442243f246d24261b2842',
    'Yamada^Tarou=山田^太郎=やまだ^たろう',
  ],
  [
    ['ISO 2022 IR 13', 'ISO 2022 IR 87'],
    'd4cfc0de5ec0dbb33d1b24423b3345441b284a5e1b244242404f3a1b284a3d1b24422464245e24401b284a5e1b2442243f246d24261b284a',
    'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう',
  ],
  [
    ['ISO 2022 IR 6', 'ISO 2022 IR 87'],
    '1b24422464245e24401b28425e1b2442243f246d24261b2842',
    'やまだ^たろう',
  ],
  [['', 'ISO 2022 IR 159'], '1b24284430211b2842', '丂'],
  [
    ['', 'ISO 2022 IR 149'],
    '486f6e675e47696c646f6e673d1b242943fbf35e1b242943d1ced4d73d1b242943c8ab5e1b242943b1e6b5bf',
    'Hong^Gildong=洪^吉洞=홍^길동',
  ],
  [['', 'ISO 2022 IR 149'], '1b242943b1e8c8f1c1df1b2842', '김희중'],
  [
    ['', 'ISO 2022 IR 58'],
    '5a68616e675e5869616f446f6e673d1b242941d5c55e1b242941d0a1b6ab',
    'Zhang^XiaoDong=张^小东', // PS3.5 K.2; pydicom keeps the escapes
  ],
  [['ISO 2022 IR 100', 'ISO 2022 IR 144'], '4ae972f46d655e1b2d4cbbeedad5', 'Jérôme^Люке'],
  [['', 'ISO 2022 IR 100'], '1b2d414275635e1b2d414ae972f46d65', 'Buc^Jérôme'],
];

describe('specific character sets', () => {
  it.each(references)('reads %j %s', (terms, hex, text) => {
    expect(decode(terms, hex)).toEqual({ text, guessed: false });
  });

  it('understands how real files spell the terms', () => {
    for (const term of [
      'ISO-IR 100',
      'ISO_IR_100',
      'iso ir 100',
      'ISO_IR100',
      'ISO 2022 IR 100',
      'ISO8859-1',
    ]) {
      expect(decode([term], '4ae9'), term).toEqual({ text: 'Jé', guessed: false });
    }
    expect(decode(['UTF-8'], 'c3a9')).toEqual({ text: 'é', guessed: false });
    expect(decode(['GB 18030'], 'cdf5').text).toBe('王');
  });

  it('returns to the first set after a delimiter', () => {
    // Greek is designated, then a caret: e9 is Latin again in a name, and still Greek in other text.
    expect(decode(['ISO 2022 IR 100', 'ISO 2022 IR 126'], '1b2d46e95ee9').text).toBe('ι^é');
    expect(decode(['ISO 2022 IR 100', 'ISO 2022 IR 126'], '1b2d46e95ee9', false).text).toBe('ι^ι');
    for (const delimiter of ['0d', '0a', '0c', '09', '5c']) {
      expect(decode(['ISO 2022 IR 100', 'ISO 2022 IR 126'], `1b2d46e9${delimiter}e9`, false).text).toMatch(
        /^ι.é$/s,
      );
    }
  });

  it('keeps the last Korean or Chinese set where a file does not repeat its escape', () => {
    expect(decode(['', 'ISO 2022 IR 149'], '1b242943d1ce5ed4d7').text).toBe('吉^洞');
  });

  it('does not take half of a two-byte character for a delimiter', () => {
    // JIS X 0208 3d5e is one character whose bytes are "=" and "^".
    expect(decode(['', 'ISO 2022 IR 87'], '1b24423d5e1b2842').text).toBe('殉');
    // The second byte of GB18030's 815c is a backslash.
    expect(decode(['GB18030'], '815c').text).toBe('乗');
  });

  it.each([
    ['absent, valid UTF-8', [], 'c3a9', 'é'],
    ['absent, not UTF-8', [], '4ae972', 'Jér'],
    ['not a term', ['KLINGON'], 'c3a9', 'é'],
    ['stated as UTF-8, which it is not', ['ISO_IR 192'], '4ae972', 'Jér'],
    ['with an escape that DICOM does not have', ['', 'ISO 2022 IR 87'], '1b5a41', '\u001bZA'],
    ['with a cut escape', ['', 'ISO 2022 IR 87'], '411b', 'A\u001b'],
  ])('guesses and says so when the set is %s', (_, terms, hex, text) => {
    expect(decode(terms, hex)).toEqual({ text, guessed: true });
  });

  it('has nothing to guess in ASCII', () => {
    expect(decode(['KLINGON'], '446f65')).toEqual({ text: 'Doe', guessed: false });
    expect(decode([], '')).toEqual({ text: '', guessed: false });
  });

  it('reads any bytes under any terms without throwing', () => {
    const all = Uint8Array.from({ length: 512 }, (_, index) => (index * 37) % 256);
    for (const [terms] of references) expect(typeof createTextReader(terms).decode(all, true)).toBe('string');
  });
});
