import { allOf, anyOf, isNull, within, type Condition } from './conditions.ts';
import { foldName } from './search-name.ts';
import { patternCondition, textCondition, type TextRules } from './text-match.ts';

/** Columns that hold the component groups of one name. Any of them may match. */
export function nameCondition(
  columns: readonly string[],
  value: string,
  rules: TextRules,
): Condition | undefined {
  return textCondition(value, rules, {
    empty: allOf(columns.map(isNull)),
    matches: (wanted) =>
      groupsCondition(wanted, (group) =>
        anyOf(columns.map((column) => patternCondition(column, group, rules.dialect))),
      ),
  });
}

/** A column that holds all groups of several names, as a list in JSON. */
export function namesCondition(column: string, value: string, rules: TextRules): Condition | undefined {
  const frame = `EXISTS (SELECT 1 FROM ${rules.dialect.elementsOf(column)} WHERE @)`;
  return textCondition(value, rules, {
    empty: isNull(column),
    matches: (wanted) =>
      groupsCondition(wanted, (group) => within(frame, patternCondition('each.value', group, rules.dialect))),
  });
}

/** The groups of the query each count for themselves; those that are empty or only "*" ask for nothing. */
function groupsCondition(wanted: string, groupCondition: (group: string) => Condition): Condition {
  const groups = wanted
    .split('=')
    .map((group) => foldName(group).replace(/[\s^]+$/, ''))
    .filter((group) => group !== '' && !/^\*+$/.test(group));
  return allOf(groups.map(groupCondition));
}
