/** One entry of an Accept header, or a Content-Type (whose `q` is 1). */
export interface MediaType {
  /** "type/subtype", lower case. */
  readonly type: string;
  /** Names in lower case; without `q`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** RFC 9110 12.4.2; 0 refuses. */
  readonly q: number;
}

/** Something that a server can answer. Offers are listed with the preferred one first. */
export interface Offer {
  /** Media type of the content, or of each part: never multipart/related itself. */
  readonly mediaType: string;
  readonly multipart: boolean;
  /** Of DICOM pixel data and objects; absent for all else. */
  readonly transferSyntax?: string;
  /** True where a range without the transfer-syntax parameter covers this offer: PS3.18 8.7.3.5.2. */
  readonly isDefaultSyntax?: boolean;
  /** True where it has to be compressed first: only for who accepts nothing that is there or can be decoded. */
  readonly isMade?: boolean;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const TYPE = new RegExp(`^(${TOKEN})/(${TOKEN})$`);
const PARAMETER = new RegExp(`^(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^";]*))$`);
/** Names of before PS3.18 2018, which clients still send. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  'image/x-dicom-rle': 'image/dicom-rle',
  'image/x-jls': 'image/jls',
  'image/dicom+jpeg': 'image/jpeg',
  'image/dicom+rle': 'image/dicom-rle',
  'image/dicom+jpeg-ls': 'image/jls',
  'image/dicom+jp2': 'image/jp2',
  'image/dicom+jpx': 'image/jpx',
};
const Q = /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/;

/** Reads a Content-Type, or one range of an Accept header. Undefined: neither. */
export function parseMediaType(text: string): MediaType | undefined {
  const [first = '', ...rest] = splitOutsideQuotes(text, ';').map((piece) => piece.trim());
  const match = TYPE.exec(first);
  if (!match) return undefined;
  const parameters: Record<string, string> = {};
  for (const piece of rest) {
    if (piece === '') continue;
    const [, name, quoted, plain] = PARAMETER.exec(piece) ?? [];
    if (name === undefined) return undefined;
    parameters[name.toLowerCase()] ??= quoted === undefined ? (plain ?? '').trim() : unescape(quoted);
  }
  const { q = '1', ...others } = parameters;
  return Q.test(q) ? { type: first.toLowerCase(), parameters: others, q: Number(q) } : undefined;
}

/** Reads an Accept header. Ranges that cannot be read are ignored, as PS3.18 8.7.4 has it. */
export function parseAccept(header: string): MediaType[] {
  return splitOutsideQuotes(header, ',').flatMap((piece) => parseMediaType(piece.trim()) ?? []);
}

/** `type="application/dicom"; boundary=x`: quotes where a value is not a token (RFC 9110 5.6.6). */
export function formatMediaType(type: string, parameters: Readonly<Record<string, string>>): string {
  const token = new RegExp(`^${TOKEN}$`);
  return Object.entries(parameters).reduce(
    (text, [name, value]) =>
      `${text}; ${name}=${token.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`}`,
    type,
  );
}

/**
 * The offer that the client likes best, or undefined: nothing that is offered is acceptable (406). Equal quality goes
 * to the range that names it most exactly, then to the range that comes first, then to the offer that comes first.
 * What would have to be made comes after everything else that is acceptable, whatever its quality.
 */
export function chooseOffer<T extends Offer>(
  accept: readonly MediaType[],
  offers: readonly T[],
): T | undefined {
  const ranges = accept.map(canonical);
  const among = (made: boolean): T | undefined =>
    bestOffer(
      ranges,
      offers.filter(({ isMade = false }) => isMade === made),
    );
  return among(false) ?? among(true);
}

/** What a range is for: its own type, or that of the parts it names. */
export function contentTypeOf(range: MediaType): string {
  const { type, parameters } = canonical(range);
  return type.startsWith('multipart/') ? (parameters['type'] ?? '*/*').toLowerCase() : type;
}

/** Former names become today's; parameters that stand inside `type` (as PS3.18 once had them) become the range's own. */
function canonical(range: MediaType): MediaType {
  const named = range.type.startsWith('multipart/') ? range.parameters['type'] : undefined;
  const inner = named === undefined ? undefined : parseMediaType(named);
  const rename = (type: string): string => FORMER_NAMES[type] ?? type;
  if (!inner) return { ...range, type: rename(range.type) };
  return { ...range, parameters: { ...inner.parameters, ...range.parameters, type: rename(inner.type) } };
}

function bestOffer<T extends Offer>(accept: readonly MediaType[], offers: readonly T[]): T | undefined {
  let best: { offer: T; q: number; exactness: number; at: number } | undefined;
  for (const offer of offers) {
    const covering = accept
      .map((range, at) => ({ range, at, exactness: exactness(range, offer) }))
      .filter((candidate) => candidate.exactness > 0)
      .sort((a, b) => b.exactness - a.exactness || a.at - b.at)[0];
    if (!covering || covering.range.q === 0) continue;
    const candidate = { offer, q: covering.range.q, exactness: covering.exactness, at: covering.at };
    if (!best || isBetter(candidate, best)) best = candidate;
  }
  return best?.offer;
}

interface Rank {
  readonly q: number;
  readonly exactness: number;
  readonly at: number;
}

function isBetter(a: Rank, b: Rank): boolean {
  if (a.q !== b.q) return a.q > b.q;
  if (a.exactness !== b.exactness) return a.exactness > b.exactness;
  return a.at < b.at;
}

/** 0: the range does not cover the offer; else the larger the more exactly it names it. */
function exactness(range: MediaType, offer: Offer): number {
  const isMultipartRange = range.type.startsWith('multipart/');
  if (isMultipartRange && !offer.multipart) return 0;
  if (!isMultipartRange && range.type !== '*/*' && offer.multipart) return 0;
  if (isMultipartRange && range.type !== 'multipart/related' && range.type !== 'multipart/*') return 0;
  const wanted = isMultipartRange ? (range.parameters['type'] ?? '*/*').toLowerCase() : range.type;
  const type = typeExactness(wanted, offer.mediaType);
  if (type === 0) return 0;
  const syntax = syntaxExactness(range.parameters['transfer-syntax'], wanted, offer);
  return syntax === 0 ? 0 : type * 4 + syntax + (isMultipartRange ? 1 : 0);
}

function typeExactness(wanted: string, offered: string): number {
  if (wanted === offered) return 3;
  if (wanted === '*/*') return 1;
  return wanted.endsWith('/*') && offered.startsWith(wanted.slice(0, -1)) ? 2 : 0;
}

/** A range that leaves both type and transfer syntax open covers everything; a named type has a default syntax. */
function syntaxExactness(wanted: string | undefined, wantedType: string, offer: Offer): number {
  if (offer.transferSyntax === undefined) return wanted === undefined || wanted === '*' ? 1 : 0;
  if (wanted === '*') return 1;
  if (wanted !== undefined) return wanted === offer.transferSyntax ? 2 : 0;
  return offer.isDefaultSyntax || wantedType.endsWith('/*') ? 1 : 0;
}

/** Splits at a separator that is not inside a quoted string. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i];
    if (quoted && character === '\\') i += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === separator) {
      pieces.push(text.slice(start, i));
      start = i + 1;
    }
  }
  pieces.push(text.slice(start));
  return pieces;
}

const unescape = (quoted: string): string => quoted.replaceAll(/\\(.)/g, '$1');
