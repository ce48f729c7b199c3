import type { MouseEvent, ReactNode } from 'react';
import { commandList, type CommandId } from '../commands/commands.ts';
import type { Viewer } from '../viewer.ts';

export interface CommandButtonProps {
  readonly viewer: Viewer;
  readonly id: CommandId;
  readonly icon: ReactNode;
  /** Words beside the icon; without them the name is in the tooltip only. */
  readonly showsLabel?: boolean;
}

/** A button for a command: its name, its key in the tooltip, whether it is on, whether it applies. */
export function CommandButton({ viewer, id, icon, showsLabel }: CommandButtonProps): ReactNode {
  const command = commandList[id];
  const [key] = command.keys;
  return (
    <button
      type="button"
      className="control"
      aria-label={command.label}
      aria-keyshortcuts={ariaKeys(command.keys)}
      aria-pressed={command.isOn?.(viewer)}
      data-tip={command.label}
      data-key={key}
      disabled={!command.isEnabled(viewer)}
      onClick={(event) => {
        command.run(viewer);
        giveFocusBack(event);
      }}
    >
      {icon}
      {showsLabel && <span className="label">{command.label}</span>}
    </button>
  );
}

/** After a click the keys belong to the image again: Space must not press the button once more. */
export function giveFocusBack(event: MouseEvent<HTMLElement>): void {
  if (event.detail > 0) event.currentTarget.blur();
}

/** As WAI-ARIA writes keys: modifiers in full. */
function ariaKeys(keys: readonly string[]): string {
  return keys.map((key) => key.replace('Ctrl+', 'Control+')).join(' ');
}
