import { EMPTY } from '@sightline/dicomweb';
import {
  allOf,
  anyOf,
  equals,
  isNull,
  NEVER,
  startsWith,
  type Condition,
  type Dialect,
} from './conditions.ts';

/** How the values of a text key are understood. */
export interface TextRules {
  readonly dialect: Dialect;
  readonly emptyValueMatching: boolean;
  /** What separates values; undefined: nothing does. */
  readonly separator?: RegExp;
  /** Each of several values has to match, not one of them. */
  readonly needsAll?: boolean;
}

/** What one value, without separators, asks of a column. `empty` is for the value that asks for none. */
export interface TextTarget {
  readonly empty: Condition;
  matches(pattern: string): Condition;
}

/** PS3.4 C.2.2.2. Undefined: matches everything, what has no value included. */
export function textCondition(value: string, rules: TextRules, target: TextTarget): Condition | undefined {
  const given = (rules.separator ? value.split(rules.separator) : [value])
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const wanted = given.filter((each) => !isUniversal(each));
  if (wanted.length === 0 || (wanted.length < given.length && !rules.needsAll)) return undefined;
  return (rules.needsAll ? allOf : anyOf)(
    wanted.map((each) => {
      if (each === EMPTY && rules.emptyValueMatching) return target.empty;
      // No stored text has one, and databases disagree about what follows it.
      return each.includes('\0') ? NEVER : target.matches(each);
    }),
  );
}

const isUniversal = (text: string): boolean => /^\*+$/.test(text);

/** A text column as it is. */
export const columnTarget = (column: string, dialect: Dialect): TextTarget => ({
  empty: isNull(column),
  matches: (pattern) => patternCondition(column, pattern, dialect),
});

/** `*` and `?` as in PS3.4 C.2.2.2.4. A pattern that only leaves its end open is a range, which an index can answer. */
export function patternCondition(expression: string, pattern: string, dialect: Dialect): Condition {
  if (!/[*?]/.test(pattern)) return equals(expression, pattern);
  const start = pattern.replace(/\*+$/, '');
  return /[*?]/.test(start) ? dialect.matches(expression, pattern) : startsWith(expression, start);
}
