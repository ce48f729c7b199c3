import { allOf, anyOf, isNull, NEVER, startsWith, within, type Condition } from './conditions.ts';
import { wordsOf } from './person-names.ts';
import { foldName } from './search-name.ts';
import { soundKeys } from './sound-key.ts';
import { patternCondition, textCondition, type TextRules } from './text-match.ts';

/** How names are kept, and how one of them is asked for. */
export interface NameTarget {
  readonly empty: Condition;
  /** Some group of the name, as `foldName` gives it. */
  group(matches: (column: string) => Condition): Condition;
  /** Some word of the name has one of these keys. Absent: sounds are not asked for. */
  readonly sounds?: (keys: readonly string[]) => Condition;
}

/** Any component group may match. With `sounds`, what sounds alike matches as well. */
export function nameCondition(value: string, rules: TextRules, target: NameTarget): Condition | undefined {
  return textCondition(value, rules, {
    empty: target.empty,
    matches(wanted) {
      const groups = groupsOf(wanted);
      const literal = allOf(
        groups.map((group) => target.group((column) => patternCondition(column, group, rules.dialect))),
      );
      return target.sounds
        ? anyOf([literal, allOf(groups.map((group) => soundCondition(group, target)))])
        : literal;
    },
  });
}

/** Columns that hold the groups of one name. */
export const groupColumns = (column: string): Pick<NameTarget, 'empty' | 'group'> => {
  const columns = [1, 2, 3].map((group) => `${column}_${group}`);
  return { empty: allOf(columns.map(isNull)), group: (matches) => anyOf(columns.map(matches)) };
};

/** A column that holds all groups of several names, as a list in JSON. */
export const groupList = (column: string, { dialect }: TextRules): Pick<NameTarget, 'empty' | 'group'> => ({
  empty: isNull(column),
  group: (matches) =>
    within(`EXISTS (SELECT 1 FROM ${dialect.elementsOf(column)} WHERE @)`, matches('each.value')),
});

/** The groups of the query each count for themselves; those that are empty or only "*" ask for nothing. */
const groupsOf = (wanted: string): readonly string[] =>
  wanted
    .split('=')
    .map((group) => foldName(group).replace(/[\s^]+$/, ''))
    .filter((group) => group !== '' && !/^\*+$/.test(group));

/**
 * Every component that was typed sounds like some part of the name, wherever: people swap family and given name. A
 * component without letters that have a sound (Chinese, kana) is what the name begins with.
 */
function soundCondition(group: string, { sounds, group: inGroup }: NameTarget): Condition {
  const typed = group.replaceAll(/^\*+|\*+$/g, '');
  // What stands for any letters has no sound.
  if (!sounds || /[*?]/.test(typed)) return NEVER;
  const components = typed
    .split('^')
    .map(wordsOf)
    .filter((words) => words.length > 0);
  if (components.length === 0) return NEVER;
  return allOf(
    components.map((words) => {
      if (words.some((word) => soundKeys(word).length === 0))
        return inGroup((column) => startsWith(column, words.join(' ')));
      const apart = allOf(words.map((word) => sounds(soundKeys(word))));
      return words.length > 1 ? anyOf([apart, sounds(soundKeys(words.join('')))]) : apart;
    }),
  );
}
