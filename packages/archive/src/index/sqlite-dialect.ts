import type { Condition, Dialect, Value } from './conditions.ts';

export const sqliteDialect: Dialect = {
  // Of the special characters of GLOB only "[" is none of DICOM. The plus keeps SQLite from preparing the statement
  // anew for each pattern, in the hope of an index.
  matches: (expression, pattern) => ({
    sql: `+${expression} GLOB ?`,
    values: [pattern.replaceAll('[', '[[]')],
  }),
  oneOf(expression, list) {
    const [only] = list;
    if (list.length === 1 && only !== undefined) return { sql: `${expression} = ?`, values: [only] };
    return { sql: `${expression} IN (SELECT value FROM json_each(?))`, values: [list] };
  },
  elementsOf: (column) => `json_each(${column}) each`,
};

/** A list travels as JSON, so that its length neither changes the text of a statement nor meets a limit of parameters. */
export const bound = ({ values }: Condition): (string | number)[] =>
  values.map((value: Value) => (typeof value === 'object' ? JSON.stringify(value) : value));
