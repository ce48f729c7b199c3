import { seekable, type Condition, type Dialect, type Value } from './conditions.ts';

/** The index of parts of texts knows no shorter ones. */
const MIN_PART = 3;

export const sqliteDialect: Dialect = {
  matches(expression, pattern) {
    // Of the special characters of GLOB only "[" is none of DICOM. The plus keeps SQLite from preparing the statement
    // anew for each pattern, in the hope of an index.
    const condition = { sql: `+${expression} GLOB ?`, values: [pattern.replaceAll('[', '[[]')] };
    const parts = pattern.split(/[*?]+/).toSorted((a, b) => b.length - a.length);
    const [longest = ''] = parts;
    if (Array.from(longest).length < MIN_PART) return condition;
    return { ...condition, seeks: [{ column: expression, kind: 'part', sql: '', values: [longest] }] };
  },
  contains: (expression, text) => ({ sql: `instr(${expression}, ?) > 0`, values: [text] }),
  oneOf(expression, list) {
    const [only] = list;
    return seekable(
      expression,
      'value',
      list.length === 1 && only !== undefined
        ? { sql: `${expression} = ?`, values: [only] }
        : { sql: `${expression} IN (SELECT value FROM json_each(?))`, values: [list] },
    );
  },
  elementsOf: (column) => `json_each(${column}) each`,
};

/** A list travels as JSON, so that its length neither changes the text of a statement nor meets a limit of parameters. */
export const bound = ({ values }: Pick<Condition, 'values'>): (string | number)[] =>
  values.map((value: Value) => (typeof value === 'object' ? JSON.stringify(value) : value));
