/** A piece of SQL that is true of the rows that are wanted, and the values of its question marks, in their order. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

export type Value = string | number | readonly string[];

export const ALWAYS: Condition = { sql: 'TRUE', values: [] };
export const NEVER: Condition = { sql: 'FALSE', values: [] };

/** What the databases say differently. Everything else of a search is one text for all of them. */
export interface Dialect {
  /** `pattern`: `*` is any text, `?` any character; every other character is itself. */
  matches(expression: string, pattern: string): Condition;
  /** One of a list, however long. */
  oneOf(expression: string, list: readonly string[]): Condition;
  /** A FROM clause: the elements of a list that is kept as JSON, as `each.value`. */
  elementsOf(column: string): string;
}

export const equals = (expression: string, value: string | number): Condition => ({
  sql: `${expression} = ?`,
  values: [value],
});

export const isNull = (column: string): Condition => ({ sql: `${column} IS NULL`, values: [] });

export const anyOf = (conditions: readonly Condition[]): Condition => joined(conditions, ' OR ', NEVER);
export const allOf = (conditions: readonly Condition[]): Condition => joined(conditions, ' AND ', ALWAYS);

/** The condition in a frame of SQL, in place of its one "@". */
export const within = (frame: string, { sql, values }: Condition): Condition => ({
  sql: frame.replace('@', () => sql),
  values,
});

/** Compared by the numbers of the characters, both ends included. An open end leaves out what is no value. */
export const between = (expression: string, from: string | undefined, to: string | undefined): Condition =>
  allOf([
    from === undefined
      ? { sql: `${expression} > ?`, values: [''] }
      : { sql: `${expression} >= ?`, values: [from] },
    ...(to === undefined ? [] : [{ sql: `${expression} <= ?`, values: [to] }]),
  ]);

/** Above every text that begins with the text: U+10FFFF is no character, so nothing has it. */
const LAST = '\u{10FFFF}';

export const startsWith = (expression: string, text: string): Condition => ({
  sql: `(${expression} >= ? AND ${expression} < ?)`,
  values: [text, text + LAST],
});

function joined(conditions: readonly Condition[], word: string, none: Condition): Condition {
  const [only] = conditions;
  if (!only) return none;
  if (conditions.length === 1) return only;
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(word)})`,
    values: conditions.flatMap(({ values }) => values),
  };
}
