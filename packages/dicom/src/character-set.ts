import { type CodedSet, codedSets, escapeSequences, initialSets } from './coded-character-sets.ts';

/** Turns the bytes of text elements into text, for one value of (0008,0005) Specific Character Set. */
export interface TextReader {
  /** The text, its padding untouched. `personName`: whether ^ and = are delimiters, PS3.5 6.1.2.5.3. */
  decode(bytes: Uint8Array, personName: boolean): string;
  /** Whether some text did not keep to the declared set, or none was declared for it, so that it was guessed. */
  readonly guessed: boolean;
}

/**
 * The reader of a Specific Character Set, PS3.3 C.12.1.1.2: a single-byte set, UTF-8, GB18030 or GBK, or sets with
 * ISO 2022 code extensions. No terms: the default repertoire. Spellings that occur in real files ("ISO-IR 100",
 * "utf-8") are understood. Bytes that the declared set does not explain are read as UTF-8 where they are valid UTF-8,
 * else as Latin-1, and the reader says that it guessed: no text is ever lost, and nothing throws.
 */
export function createTextReader(terms: readonly string[]): TextReader {
  const names = terms.map(normalTerm);
  const whole = names.map((name) => wholeCodes[name]).find((label) => label !== undefined);
  const known = names.every((name) => name in initialSets || name in wholeCodes);
  if (whole !== undefined) return wholeReader(whole);
  const [first = '6'] = names;
  return extensionReader(first in initialSets ? first : '6', known);
}

/** Sets that stand alone: variable length, no escapes. */
const wholeCodes: Readonly<Record<string, string>> = { '192': 'utf-8', GB18030: 'gb18030', GBK: 'gbk' };

/** The defined terms of PS3.3 C.12.1.1.2 that are read, for the conformance statement. */
export function characterSetTerms(): {
  readonly alone: readonly string[];
  readonly extended: readonly string[];
} {
  const sets = Object.keys(initialSets);
  const multiByte = new Set(['58', '87', '149', '159']);
  return {
    alone: [
      ...sets.filter((number) => !multiByte.has(number)).map((number) => `ISO_IR ${number}`),
      ...Object.keys(wholeCodes).map((name) => (name === '192' ? 'ISO_IR 192' : name)),
    ],
    extended: sets.map((number) => `ISO 2022 IR ${number}`),
  };
}

/** The number of an ISO_IR or ISO 2022 IR term; GB18030 and GBK as they are; '6' for an empty one. */
function normalTerm(term: string): string {
  const name = term.trim().toUpperCase();
  if (name === '') return '6';
  const registered = /^ISO[ _-]*(?:2022[ _-]*)?IR[ _-]*(\d+)$/.exec(name)?.[1];
  if (registered !== undefined) return registered;
  const plain = name.replaceAll(/[ _-]/g, '');
  return { UTF8: '192', ISO88591: '100', LATIN1: '100', ASCII: '6' }[plain] ?? plain;
}

function wholeReader(label: string): TextReader {
  const strict = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  let guessed = false;
  return {
    get guessed() {
      return guessed;
    },
    decode(bytes) {
      if (isAscii(bytes)) return asciiText(bytes);
      try {
        return strict.decode(bytes);
      } catch {
        guessed = true;
        return guessText(bytes);
      }
    },
  };
}

function extensionReader(first: string, known: boolean): TextReader {
  let guessed = false;
  return {
    get guessed() {
      return guessed;
    },
    decode(bytes, personName) {
      if (isAscii(bytes)) return asciiText(bytes);
      const text = decodeExtensions(bytes, first, personName ? PERSON_NAME_DELIMITERS : TEXT_DELIMITERS);
      if (known && text !== undefined) return text;
      guessed = true;
      return text ?? guessText(bytes);
    },
  };
}

const ESCAPE = 0x1b;

function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80 || byte === ESCAPE) return false;
  return true;
}

function asciiText(bytes: Uint8Array): string {
  // Short texts, the usual case, are quicker so than through a TextDecoder.
  if (bytes.length < 64) return String.fromCharCode(...bytes);
  return new TextDecoder('latin1').decode(bytes);
}

const strictUtf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = /* @__PURE__ */ new TextDecoder('latin1');

function guessText(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}

/** CR LF FF TAB and the backslash; in person names also ^ and =. After one, the initial sets hold again. */
const TEXT_DELIMITERS: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x5c]);
const PERSON_NAME_DELIMITERS: ReadonlySet<number> = new Set([...TEXT_DELIMITERS, 0x5e, 0x3d]);

/** Which sets the two halves of the code stand for at one place of the text. */
interface Designation {
  lower: CodedSet;
  upper: CodedSet | undefined;
}

/** ISO 2022 as PS3.5 6.1.2.5 restricts it. Undefined when a byte belongs to no designated set. */
function decodeExtensions(
  bytes: Uint8Array,
  first: string,
  delimiters: ReadonlySet<number>,
): string | undefined {
  const initial: Designation = initialSets[first] ?? { lower: codedSets.ascii, upper: undefined };
  const now = { ...initial };
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] === ESCAPE) {
      const length = designate(bytes, at, now);
      if (length === 0) return undefined;
      at += length;
      continue;
    }
    const end = runEnd(bytes, at, now, delimiters);
    const set = setOf(bytes[at], now);
    if (set === undefined) return undefined;
    text += set.decode(bytes.subarray(at, end));
    if (endsSegment(bytes[end - 1], now, delimiters)) {
      now.lower = initial.lower;
      // Files that name a G1 set once and not again after each delimiter are common: without an initial
      // set of its own the upper half keeps the last one, rather than be unreadable.
      now.upper = initial.upper ?? now.upper;
    }
    at = end;
  }
  return text;
}

/** The set that decodes a byte. Control characters and the space are of no set, PS3.5 6.1.3. */
function setOf(byte = 0, now: Designation): CodedSet | undefined {
  if (byte >= 0x80) return now.upper;
  return byte <= 0x20 ? codedSets.ascii : now.lower;
}

/** A delimiter's byte is one only where it is not half of a two-byte character. */
function endsSegment(byte = 0, now: Designation, delimiters: ReadonlySet<number>): boolean {
  return delimiters.has(byte) && (byte <= 0x20 || now.lower.bytesPerCharacter === 1);
}

/** The end of the bytes from `at` that one set decodes: at an escape, at another set, or after a delimiter. */
function runEnd(bytes: Uint8Array, at: number, now: Designation, delimiters: ReadonlySet<number>): number {
  const set = setOf(bytes[at], now);
  let end = at;
  while (end < bytes.length && bytes[end] !== ESCAPE && setOf(bytes[end], now) === set) {
    end += 1;
    if (endsSegment(bytes[end - 1], now, delimiters)) return end;
  }
  return end;
}

/** Applies the escape sequence at `at`; its length, or 0 when DICOM has no such sequence. */
function designate(bytes: Uint8Array, at: number, now: Designation): number {
  for (const length of [3, 4]) {
    const sequence = String.fromCharCode(...bytes.subarray(at + 1, at + length));
    const found = escapeSequences[sequence];
    if (found !== undefined) {
      if (found.half === 'lower') now.lower = found.set;
      else now.upper = found.set;
      return length;
    }
  }
  return 0;
}
