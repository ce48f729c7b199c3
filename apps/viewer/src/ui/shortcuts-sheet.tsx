import { useEffect, useRef, type ReactNode } from 'react';
import type { CommandGroup } from '../commands/command.ts';
import { commandList } from '../commands/commands.ts';
import { messages } from '../messages/index.ts';
import type { Viewer } from '../viewer.ts';

const GROUPS: readonly CommandGroup[] = ['tool', 'image', 'stack', 'window', 'layout'];

/** Every command with its keys, and what the mouse does. Built from the list of commands, so it cannot be out of date. */
export function ShortcutsSheet({ viewer }: { readonly viewer: Viewer }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const close = (): void => viewer.screen.patch({ isSheetOpen: false });
  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-label={messages.shortcuts}
      onClose={close}
      onClick={closeOutside}
    >
      <div className="sheet-body">
        <header>
          <h2>{messages.shortcuts}</h2>
          <button type="button" className="action" onClick={close}>
            {messages.close}
          </button>
        </header>
        <div className="sheet-columns">
          {GROUPS.map((group) => (
            <section key={group}>
              <h3>{messages.groups[group]}</h3>
              <dl>
                {Object.entries(commandList)
                  .filter(([, command]) => command.group === group)
                  .map(([id, { label, keys }]) => (
                    <div key={id}>
                      <dt>{label}</dt>
                      <dd>
                        {keys.map((key) => (
                          <kbd key={key}>{messages.keyNames[key] ?? key}</kbd>
                        ))}
                      </dd>
                    </div>
                  ))}
              </dl>
            </section>
          ))}
          <section>
            <h3>{messages.mouseTitle}</h3>
            <dl>
              {messages.mouse.map(([what, does]) => (
                <div key={what}>
                  <dt>{does}</dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        </div>
      </div>
    </dialog>
  );
}

function closeOutside(event: React.MouseEvent<HTMLDialogElement>): void {
  if (event.target === event.currentTarget) event.currentTarget.close();
}
