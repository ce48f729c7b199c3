import { seekable, type Dialect } from './conditions.ts';

export const postgresDialect: Dialect = {
  matches: (expression, pattern) => ({ sql: `${expression} LIKE ?`, values: [likePattern(pattern)] }),
  contains: (expression, text) => ({ sql: `strpos(${expression}, ?) > 0`, values: [text] }),
  oneOf: (expression, list) =>
    seekable(expression, 'value', { sql: `${expression} = ANY (?::text[])`, values: [list] }),
  elementsOf: (column) => `jsonb_array_elements_text(${column}::jsonb) AS each (value)`,
};

const likePattern = (pattern: string): string =>
  pattern
    .replaceAll(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
