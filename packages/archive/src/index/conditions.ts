/** A piece of SQL that is true of the rows that are wanted, and the values of its question marks, in their order. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
  /** What an index could be asked for, so that nothing else needs to be looked at; undefined: nothing. */
  readonly seeks?: readonly Seek[] | undefined;
}

/** A condition on one column alone. What a condition matches is found by one of its seeks. */
export interface Seek extends Pick<Condition, 'sql' | 'values'> {
  readonly column: string;
  /** `range`: all that begin alike, or lie between. `part`: has the one value, a text, somewhere in it. */
  readonly kind: 'value' | 'range' | 'part';
}

export type Value = string | number | readonly string[];

export const ALWAYS: Condition = { sql: 'TRUE', values: [] };
export const NEVER: Condition = { sql: 'FALSE', values: [], seeks: [] };

/** What the databases say differently. Everything else of a search is one text for all of them. */
export interface Dialect {
  /** `pattern`: `*` is any text, `?` any character; every other character is itself. */
  matches(expression: string, pattern: string): Condition;
  /** `text` is somewhere in it. */
  contains(expression: string, text: string): Condition;
  /** One of a list, however long. */
  oneOf(expression: string, list: readonly string[]): Condition;
  /** A FROM clause: the elements of a list that is kept as JSON, as `each.value`. */
  elementsOf(column: string): string;
}

export const equals = (column: string, value: string | number): Condition =>
  seekable(column, 'value', { sql: `${column} = ?`, values: [value] });

export const seekable = (column: string, kind: Seek['kind'], condition: Condition): Condition => ({
  ...condition,
  seeks: [{ column, kind, sql: condition.sql, values: condition.values }],
});

export const isNull = (column: string): Condition => ({ sql: `${column} IS NULL`, values: [] });

/** Found by an index only where each of them is. */
export function anyOf(conditions: readonly Condition[]): Condition {
  const seeks = conditions.every((each) => each.seeks)
    ? conditions.flatMap((each) => each.seeks ?? [])
    : undefined;
  return { ...joined(conditions, ' OR ', NEVER), seeks };
}

/** Found by an index where one of them is. */
export function allOf(conditions: readonly Condition[]): Condition {
  const seeks = conditions.find((each) => each.seeks)?.seeks;
  return { ...joined(conditions, ' AND ', ALWAYS), seeks };
}

/** The condition in a frame of SQL, in place of its one "@". */
export const within = (frame: string, condition: Condition): Condition => ({
  ...condition,
  sql: frame.replace('@', () => condition.sql),
});

/** Compared by the numbers of the characters, both ends included. An open end leaves out what is no value. */
export const between = (column: string, from: string | undefined, to: string | undefined): Condition =>
  seekable(column, 'range', {
    sql: `(${column} ${from === undefined ? '> ?' : '>= ?'}${to === undefined ? '' : ` AND ${column} <= ?`})`,
    values: [from ?? '', ...(to === undefined ? [] : [to])],
  });

/** Above every text that begins with the text: U+10FFFF is no character, so nothing has it. */
const LAST = '\u{10FFFF}';

export const startsWith = (column: string, text: string): Condition =>
  seekable(column, 'range', { sql: `(${column} >= ? AND ${column} < ?)`, values: [text, text + LAST] });

function joined(conditions: readonly Condition[], word: string, none: Condition): Condition {
  const [only] = conditions;
  if (!only) return none;
  if (conditions.length === 1) return only;
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(word)})`,
    values: conditions.flatMap(({ values }) => values),
  };
}
