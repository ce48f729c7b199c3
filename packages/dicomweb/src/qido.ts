import { parseQueryString, QueryStringError } from './query-string.ts';
import {
  allKeys,
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

/** The keys that a search on a level matches: its own and those above. */
const keysOfLevel: Readonly<Record<QueryLevel, readonly QueryKeyName[]>> = {
  study: names(studyKeys),
  series: [...names(studyKeys), ...names(seriesKeys)],
  instance: [...names(studyKeys), ...names(seriesKeys), ...names(instanceKeys)],
};

export interface DecodeOptions {
  readonly level: QueryLevel;
  /** The dictionary of PS3.6, which a client does not need: keyword to eight hexadecimal digits. */
  readonly tagOfKeyword: (keyword: string) => string | undefined;
}

/**
 * Reads the query string of a search. Unknown parameters are ignored, as PS3.18 8.3.1 demands; a bad value of a known
 * one throws QueryError.
 */
export function decodeQuery(query: string | undefined, options: DecodeOptions): StudyQuery {
  const match: Partial<Record<QueryKeyName, unknown>> = {};
  const single = new Map<QueryErrorParameter, string>();
  const included: string[] = [];
  for (const { name, value } of readParameters(query)) {
    const key = keyByName.get(name) ?? keyByName.get(name.toUpperCase());
    if (key !== undefined && keysOfLevel[options.level].includes(key)) {
      if (key in match) throw new QueryError(key);
      match[key] = decodeValue(key, value);
    } else if (name === 'includefield') {
      included.push(...value.split(',').map((field) => field.trim()));
    } else if (isOption(name)) {
      if (single.has(name)) throw new QueryError(name);
      single.set(name, value);
    }
  }
  const limit = wholeNumber(single, 'limit');
  return {
    match: withoutUndefined(match) as Matches, // each value came from the key's own decode
    includeFields: includeFields(included, options),
    ...(limit !== undefined && { limit }),
    offset: wholeNumber(single, 'offset') ?? 0,
    fuzzyMatching: flag(single, 'fuzzymatching'),
    emptyValueMatching: flag(single, 'emptyvaluematching'),
    multipleValueMatching: flag(single, 'multiplevaluematching'),
  };
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

/** Both names of each key: keyword and tag, for a sequence joined by dots. */
const keyByName: ReadonlyMap<string, QueryKeyName> = new Map(
  names(allKeys).flatMap((name) => [
    [name, name],
    [allKeys[name].tag, name],
  ]),
);

const options = ['limit', 'offset', 'fuzzymatching', 'emptyvaluematching', 'multiplevaluematching'] as const;
type OptionName = (typeof options)[number];
const isOption = (name: string): name is OptionName => options.some((option) => option === name);

function readParameters(query: string | undefined): ReturnType<typeof parseQueryString> {
  try {
    return parseQueryString(query);
  } catch (cause) {
    if (cause instanceof QueryStringError) throw new QueryError('query', { cause });
    throw cause;
  }
}

/** Zero length matches everything (PS3.4 C.2.2.2.3), so it is no restriction. */
function decodeValue(name: QueryKeyName, raw: string): unknown {
  if (raw.trim() === '') return undefined;
  const value = allKeys[name].decode(raw);
  if (value === undefined) throw new QueryError(name);
  return value;
}

function includeFields(
  fields: readonly string[],
  { tagOfKeyword }: DecodeOptions,
): readonly string[] | 'all' {
  if (fields.includes('all')) return 'all';
  const tags = fields.flatMap((field) =>
    /^[\dA-Fa-f]{8}$/.test(field) ? field.toUpperCase() : (tagOfKeyword(field) ?? []),
  );
  return [...new Set(tags)];
}

function wholeNumber(values: ReadonlyMap<QueryErrorParameter, string>, name: OptionName): number | undefined {
  const raw = values.get(name)?.trim();
  if (raw === undefined || raw === '') return undefined;
  if (!/^\d{1,9}$/.test(raw)) throw new QueryError(name);
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

function withoutUndefined(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
