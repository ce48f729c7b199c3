import type { Viewer } from '../viewer.ts';

export type CommandGroup = 'tool' | 'image' | 'window' | 'stack' | 'layout';

/** Something a person can do. Toolbar, shortcuts, the sheet of shortcuts and the tests read the same list. */
export interface Command {
  readonly label: string;
  readonly group: CommandGroup;
  /** As `keyOf` writes them; the first is the one shown. */
  readonly keys: readonly string[];
  isEnabled(viewer: Viewer): boolean;
  run(viewer: Viewer): void;
  /** For commands that switch something: whether it is on. */
  isOn?(viewer: Viewer): boolean;
}

/**
 * Key to command. Two commands on one key are a programming error, found before anyone presses it.
 * @throws Error naming the key and both commands
 */
export function shortcutMap<Id extends string>(
  commands: Readonly<Record<Id, Command>>,
): ReadonlyMap<string, Id> {
  const map = new Map<string, Id>();
  for (const [id, { keys }] of Object.entries<Command>(commands)) {
    for (const key of keys) {
      const taken = map.get(key);
      if (taken) throw new Error(`key "${key}" is bound to both ${taken} and ${id}`);
      map.set(key, id as Id); // keys of the record
    }
  }
  return map;
}

const SIGN = /^[^\p{L}\p{N}\s]$/u;

interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** The name of a key press: "i", "Ctrl+1", "Space". Shift is part of the character itself. */
export function keyOf({ key, ctrlKey, altKey, metaKey }: KeyPress): string {
  const name = key === ' ' ? 'Space' : key.length === 1 ? key.toLowerCase() : key;
  // Many keyboards type signs with AltGr or Option: "[" on a German one. There the modifiers are part of the sign.
  if (altKey && SIGN.test(key)) return name;
  return `${ctrlKey || metaKey ? 'Ctrl+' : ''}${altKey ? 'Alt+' : ''}${name}`;
}
