/** One graphic character set, as the lower (GL) or upper (GR) half of a code. */
export interface CodedSet {
  readonly bytesPerCharacter: 1 | 2;
  /** The text of bytes of this set alone. What it does not define becomes U+FFFD. */
  decode(bytes: Uint8Array): string;
}

function labelled(label: string, bytesPerCharacter: 1 | 2 = 1): CodedSet {
  let decoder: TextDecoder | undefined;
  return {
    bytesPerCharacter,
    decode(bytes) {
      decoder ??= new TextDecoder(label, { ignoreBOM: true });
      return decoder.decode(bytes);
    },
  };
}

const eucJp = labelled('euc-jp', 2);

/** JIS X 0208: EUC-JP is the same table with the top bits set. */
const jisX0208: CodedSet = {
  bytesPerCharacter: 2,
  decode: (bytes) => eucJp.decode(bytes.map((byte) => byte | 0x80)),
};

/** JIS X 0212: in EUC-JP each character follows a byte 8F. */
const jisX0212: CodedSet = {
  bytesPerCharacter: 2,
  decode(bytes) {
    const coded = new Uint8Array(Math.ceil(bytes.length / 2) * 3);
    for (const [index, byte] of bytes.entries()) {
      const at = (index >> 1) * 3;
      coded[at] = 0x8f;
      coded[at + 1 + (index % 2)] = byte | 0x80;
    }
    return eucJp.decode(coded);
  },
};

/** JIS X 0201 upper half: U+FF61 to U+FF9F in the order of A1 to DF. */
const katakana: CodedSet = {
  bytesPerCharacter: 1,
  decode: (bytes) =>
    Array.from(bytes, (byte) =>
      byte >= 0xa1 && byte <= 0xdf ? String.fromCharCode(0xff61 + byte - 0xa1) : '\ufffd',
    ).join(''),
};

const ascii = labelled('latin1');
const ksX1001 = labelled('euc-kr', 2);
const gb2312 = labelled('gbk', 2);

/** Upper halves by the ISO registration number that the defined term carries. */
const upperHalves: Readonly<Record<string, CodedSet>> = {
  '100': labelled('iso-8859-1'),
  '101': labelled('iso-8859-2'),
  '109': labelled('iso-8859-3'),
  '110': labelled('iso-8859-4'),
  '126': labelled('iso-8859-7'),
  '127': labelled('iso-8859-6'),
  '138': labelled('iso-8859-8'),
  '144': labelled('iso-8859-5'),
  '148': labelled('iso-8859-9'),
  '166': labelled('windows-874'),
  '203': labelled('iso-8859-15'),
  '13': katakana,
  '58': gb2312,
  '149': ksX1001,
};

/**
 * JIS X 0201's lower half has a yen sign and an overline where ASCII has backslash and tilde. Both are read as
 * ASCII: the byte 5C is DICOM's delimiter whatever it looks like (PS3.5 6.1.2.3).
 */
const jisRoman = ascii;

export const codedSets = { ascii } as const;

/** The sets in force at the start of a text, by the number of the first term. IR 87 and 159 come by escape only. */
export const initialSets: Readonly<Record<string, { lower: CodedSet; upper: CodedSet | undefined }>> = {
  '6': { lower: ascii, upper: undefined },
  '87': { lower: ascii, upper: undefined },
  '159': { lower: ascii, upper: undefined },
  ...Object.fromEntries(
    Object.entries(upperHalves).map(([number, upper]) => [number, { lower: ascii, upper }]),
  ),
};

/** PS3.3 tables C.12-3 and C.12-4: what follows ESC. */
export const escapeSequences: Readonly<
  Record<string, { half: 'lower' | 'upper'; set: CodedSet } | undefined>
> = {
  '(B': { half: 'lower', set: ascii },
  '(J': { half: 'lower', set: jisRoman },
  $B: { half: 'lower', set: jisX0208 },
  // The edition of 1978, which old Japanese devices name.
  '$@': { half: 'lower', set: jisX0208 },
  '$(D': { half: 'lower', set: jisX0212 },
  ...upperEscapes({
    ')I': '13',
    '-A': '100',
    '-B': '101',
    '-C': '109',
    '-D': '110',
    '-F': '126',
    '-G': '127',
    '-H': '138',
    '-L': '144',
    '-M': '148',
    '-T': '166',
    '-b': '203',
    '$)A': '58',
    '$)C': '149',
  }),
};

function upperEscapes(
  numbers: Readonly<Record<string, string>>,
): Record<string, { half: 'upper'; set: CodedSet }> {
  return Object.fromEntries(
    Object.entries(numbers).map(([sequence, number]) => [
      sequence,
      { half: 'upper', set: upperHalves[number] ?? ascii },
    ]),
  );
}
