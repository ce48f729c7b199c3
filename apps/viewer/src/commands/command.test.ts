import { describe, expect, it } from 'vitest';
import { type Command, keyOf, shortcutMap } from './command.ts';
import { commandList } from './commands.ts';

const command = (...keys: string[]): Command => ({
  label: 'x',
  group: 'image',
  keys,
  isEnabled: () => true,
  run: () => {},
});

describe('shortcutMap', () => {
  it('finds a command by each of its keys', () => {
    const map = shortcutMap({ invert: command('i'), next: command('ArrowDown', 'j') });
    expect(map.get('j')).toBe('next');
    expect(map.get('i')).toBe('invert');
    expect(map.get('q')).toBeUndefined();
  });

  it('refuses two commands on one key, naming both', () => {
    expect(() => shortcutMap({ one: command('a'), two: command('b', 'a') })).toThrow(
      'key "a" is bound to both one and two',
    );
  });
});

describe('the commands of the viewer', () => {
  it('share no key', () => {
    expect(() => shortcutMap(commandList)).not.toThrow();
  });

  it('each have a name and a key', () => {
    for (const { label, keys } of Object.values(commandList)) {
      expect(label).not.toBe('');
      expect(keys.length).toBeGreaterThan(0);
    }
  });
});

describe('keyOf', () => {
  const press = (key: string, more: object = {}) =>
    keyOf({ key, ctrlKey: false, altKey: false, metaKey: false, ...more });

  it.each([
    [press('I'), 'i'],
    [press(' '), 'Space'],
    [press('?'), '?'],
    [press('ArrowDown'), 'ArrowDown'],
    [press('1', { ctrlKey: true }), 'Ctrl+1'],
    [press('1', { metaKey: true }), 'Ctrl+1'],
    [press('2', { altKey: true }), 'Alt+2'],
    [press('[', { altKey: true, ctrlKey: true }), '['],
  ])('writes %s', (written, expected) => {
    expect(written).toBe(expected);
  });
});
