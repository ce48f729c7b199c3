import { parseQueryString, QueryStringError, type QueryParameter } from './query-string.ts';
import {
  allKeys,
  EMPTY,
  instanceKeys,
  seriesKeys,
  studyKeys,
  type Matches,
  type QueryKey,
  type QueryKeyName,
  type QueryLevel,
  type StudyQuery,
} from './study-query.ts';

/** QIDO-RS query strings, PS3.18 8.3.4 and 10.6: to and from the one type StudyQuery. */

export type QueryErrorParameter =
  | QueryKeyName
  | 'includefield'
  | 'limit'
  | 'offset'
  | 'fuzzymatching'
  | 'emptyvaluematching'
  | 'multiplevaluematching'
  | 'query';

/** A supported parameter has a value that it cannot have. `query`: the query string as a whole cannot be read. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly parameter: QueryErrorParameter;

  constructor(parameter: QueryErrorParameter, options?: ErrorOptions) {
    super(`bad value of ${parameter}`, options);
    this.parameter = parameter;
  }
}

const levelsUpTo: Readonly<Record<QueryLevel, readonly QueryLevel[]>> = {
  study: ['study'],
  series: ['study', 'series'],
  instance: ['study', 'series', 'instance'],
};

const keysOfLevel: Readonly<Record<QueryLevel, ReadonlySet<QueryKeyName>>> = {
  study: new Set(names(studyKeys)),
  series: new Set(names(seriesKeys)),
  instance: new Set(names(instanceKeys)),
};

export interface DecodeOptions {
  readonly level: QueryLevel;
  /**
   * The levels whose keys the resource matches, PS3.18 table 10.6.1-2: those that its path does not fix. Absent: `level`
   * and those above.
   */
  readonly levels?: readonly QueryLevel[];
  /** The dictionary of PS3.6, which a client does not need: keyword to eight hexadecimal digits. */
  readonly tagOfKeyword: (keyword: string) => string | undefined;
}

/**
 * Reads the query string of a search. Unknown parameters are ignored, as PS3.18 8.3.1 demands; a bad value of a known
 * one throws QueryError.
 */
export function decodeQuery(query: string | undefined, options: DecodeOptions): StudyQuery {
  return decodeParameters(readParameters(query), options);
}

/** As `decodeQuery`, of a query string that was taken apart already. */
export function decodeParameters(parameters: readonly QueryParameter[], options: DecodeOptions): StudyQuery {
  const { level, levels = levelsUpTo[level] } = options;
  const asked: Asked = {
    values: new Map(),
    included: [],
    returned: [],
    unmatched: 0,
    creators: {},
    single: new Map(),
  };
  for (const { name, value } of parameters) {
    if (isOption(name)) once(asked.single, name, value);
    else if (name === 'includefield') asked.included.push(...value.split(',').map((field) => field.trim()));
    else readAttribute(asked, { name, value }, { ...options, levels });
  }
  const limit = wholeNumber(asked.single, 'limit');
  const emptyValueMatching = flag(asked.single, 'emptyvaluematching');
  return {
    match: matches(asked.values, emptyValueMatching),
    ...(asked.unmatched > 0 && { unmatched: asked.unmatched }),
    includeFields: includeFields(asked, options),
    ...(Object.keys(asked.creators).length > 0 && { privateCreators: asked.creators }),
    ...(limit !== undefined && { limit }),
    offset: wholeNumber(asked.single, 'offset') ?? 0,
    fuzzyMatching: flag(asked.single, 'fuzzymatching'),
    emptyValueMatching,
    multipleValueMatching: flag(asked.single, 'multiplevaluematching'),
  };
}

/** What the parameters were, before their values are read. */
interface Asked {
  /** Not yet decoded; of a list of UIDs all that were given. */
  readonly values: Map<QueryKeyName, string>;
  /** Of `includefield`. */
  readonly included: string[];
  /** Names of attributes that were given as parameters and restrict nothing. */
  readonly returned: string[];
  unmatched: number;
  readonly creators: Record<string, string>;
  readonly single: Map<QueryErrorParameter, string>;
}

/**
 * An attribute that is no key of the resource restricts nothing, and one of zero length neither (PS3.4 C.2.2.2.3); both
 * ask for the attribute to be answered, as return keys do (PS3.18 10.6.3.3).
 */
function readAttribute(
  asked: Asked,
  { name, value }: Pick<QueryParameter, 'name' | 'value'>,
  { levels, tagOfKeyword }: DecodeOptions & { readonly levels: readonly QueryLevel[] },
): void {
  const { values, returned, creators } = asked;
  const key = keyByName.get(name) ?? keyByTag.get(tagPath(name, tagOfKeyword) ?? '');
  if (key !== undefined && levels.some((level) => keysOfLevel[level].has(key))) {
    if (!allKeys[key].isList) once(values, key, value);
    else values.set(key, [values.get(key) ?? '', value].filter((list) => list.trim() !== '').join(','));
    if (value.trim() === '') returned.push(name);
  } else if (PRIVATE_CREATOR.test(name)) creators[name.toUpperCase()] = value.trim();
  else {
    returned.push(name);
    if (value.trim() !== '' && !ofEveryResource.has(name)) asked.unmatched += 1;
  }
}

/** Parameters of PS3.18 8.3.3 that are no attributes. */
const ofEveryResource: ReadonlySet<string> = new Set(['accept', 'charset']);

/** (gggg,0010) to (gggg,00FF) of an odd group. */
const PRIVATE_CREATOR = /^[\dA-F]{3}[13579BDF]00(?!0)[\dA-F]{2}$/i;

/** Only lists of UIDs may be given in several parameters: PS3.18 8.3.4.1. */
function once<Name extends QueryErrorParameter>(values: Map<Name, string>, name: Name, value: string): void {
  if (values.has(name)) throw new QueryError(name);
  values.set(name, value);
}

function matches(values: ReadonlyMap<QueryKeyName, string>, emptyValueMatching: boolean): Matches {
  const match: Partial<Record<QueryKeyName, unknown>> = {};
  for (const [name, raw] of values) {
    if (raw.trim() === '') continue;
    const { decode, isEmptySpecial } = allKeys[name] as QueryKey<unknown>; // the type of the value is the key's affair
    const isUnasked = isEmptySpecial && raw.trim() === EMPTY && !emptyValueMatching;
    const value = isUnasked ? undefined : decode(raw);
    if (value === undefined) throw new QueryError(name);
    match[name] = value;
  }
  return match as Matches; // each value came from the key's own decode
}

/** Writes the query string, without "?", such that `decodeQuery` gives the same query back. */
export function encodeQuery(query: StudyQuery): string {
  const pairs: [string, string][] = [];
  for (const name of names(allKeys)) {
    const value = query.match[name];
    // The table and the value come from the same row, which the type of Matches says but an index cannot.
    if (value !== undefined) pairs.push([name, (allKeys[name] as QueryKey<unknown>).encode(value)]);
  }
  if (query.includeFields === 'all') pairs.push(['includefield', 'all']);
  else if (query.includeFields.length > 0) pairs.push(['includefield', query.includeFields.join(',')]);
  if (query.limit !== undefined) pairs.push(['limit', String(query.limit)]);
  if (query.offset > 0) pairs.push(['offset', String(query.offset)]);
  if (query.fuzzyMatching) pairs.push(['fuzzymatching', 'true']);
  if (query.emptyValueMatching) pairs.push(['emptyvaluematching', 'true']);
  if (query.multipleValueMatching) pairs.push(['multiplevaluematching', 'true']);
  return pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}

/** A query that matches everything: what a caller starts from. */
export const everything: StudyQuery = {
  match: {},
  includeFields: [],
  offset: 0,
  fuzzyMatching: false,
  emptyValueMatching: false,
  multipleValueMatching: false,
};

const keyByName: ReadonlyMap<string, QueryKeyName> = new Map(names(allKeys).map((name) => [name, name]));
const keyByTag: ReadonlyMap<string, QueryKeyName> = new Map(
  names(allKeys).map((name) => [allKeys[name].tag, name]),
);

const PART_OF_PATH = /^[\dA-Fa-f]{8}$/;

/** Keywords or tags, joined by dots below a sequence, as tags in upper case. Undefined: not an attribute that is known. */
function tagPath(name: string, tagOfKeyword: DecodeOptions['tagOfKeyword']): string | undefined {
  if (PART_OF_PATH.test(name)) return name.toUpperCase();
  const tags = name
    .split('.')
    .map((part) => (PART_OF_PATH.test(part) ? part.toUpperCase() : tagOfKeyword(part)));
  return tags.every((tag) => tag !== undefined) ? tags.join('.') : undefined;
}

const options = ['limit', 'offset', 'fuzzymatching', 'emptyvaluematching', 'multiplevaluematching'] as const;
type OptionName = (typeof options)[number];
const isOption = (name: string): name is OptionName => options.some((option) => option === name);

function readParameters(query: string | undefined): readonly QueryParameter[] {
  try {
    return parseQueryString(query);
  } catch (cause) {
    if (cause instanceof QueryStringError) throw new QueryError('query', { cause });
    throw cause;
  }
}

function includeFields(
  { included, returned }: Asked,
  { tagOfKeyword }: DecodeOptions,
): readonly string[] | 'all' {
  if (included.includes('all')) return 'all';
  const names = [...included, ...returned];
  return [...new Set(names.flatMap((name) => tagPath(name, tagOfKeyword) ?? []))];
}

function wholeNumber(values: ReadonlyMap<QueryErrorParameter, string>, name: OptionName): number | undefined {
  const raw = values.get(name)?.trim();
  if (raw === undefined || raw === '') return undefined;
  if (!/^\d{1,15}$/.test(raw)) throw new QueryError(name);
  return Number(raw);
}

function flag(values: ReadonlyMap<QueryErrorParameter, string>, name: OptionName): boolean {
  const raw = values.get(name)?.trim().toLowerCase() ?? 'false';
  if (raw !== 'true' && raw !== 'false') throw new QueryError(name);
  return raw === 'true';
}

function names<T extends object>(keys: T): (keyof T)[] {
  return Object.keys(keys) as (keyof T)[]; // the tables are literals: they have no other keys
}
