import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { VoiChoice } from '@sightline/dicom';
import { activeVoiOffers } from '../commands/commands.ts';
import { messages } from '../messages/index.ts';
import type { Viewer } from '../viewer.ts';
import { giveFocusBack } from './command-button.tsx';
import { chevronIcon } from './icons.tsx';

/** The windows that the number keys choose, by name. In the menu the arrow keys go up and down, as WAI-ARIA has it. */
export function WindowMenu({ viewer }: { readonly viewer: Viewer }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const anchor = useRef<HTMLDivElement>(null);
  const offers = activeVoiOffers(viewer);
  const close = (): void => setOpen(false);
  const choose = (voi: VoiChoice): void => {
    viewer.activeViewport().chooseVoi(voi);
    anchor.current?.querySelector('button')?.focus();
    close();
  };
  useEffect(() => {
    if (isOpen) itemsOf(anchor.current)[0]?.focus();
  }, [isOpen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isOpen) return;
    const numbered = offers[Number(event.key) - 1];
    if (event.key === 'Escape') {
      anchor.current?.querySelector('button')?.focus();
      close();
    } else if (numbered) choose(numbered.voi);
    else if (!moveFocus(event.key, anchor.current)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={anchor}
      className="menu-anchor"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}
      onKeyDown={onKeyDown}
    >
      <button
        type="button"
        className="control"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        disabled={offers.length === 0}
        aria-label={messages.windowPresets}
        data-tip={isOpen ? undefined : messages.windowPresets}
        data-key="1 … 9"
        onClick={() => setOpen(!isOpen)}
      >
        <span className="label always">W/L</span>
        {chevronIcon}
      </button>
      {isOpen && (
        <div className="menu" role="menu" aria-label={messages.windowPresets}>
          {offers.map(({ label, voi }, index) => (
            <button
              key={label + String(index)}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={(event) => {
                choose(voi);
                giveFocusBack(event);
              }}
            >
              <span>{label}</span>
              <small>
                {voi.kind === 'window' ? `${Math.round(voi.width)} / ${Math.round(voi.center)}` : ''}
              </small>
              {index < 9 && <kbd>{index + 1}</kbd>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function itemsOf(menu: Element | null): readonly HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
}

/** True if the key is one that moves in a menu. */
function moveFocus(key: string, menu: Element | null): boolean {
  const items = itemsOf(menu);
  const at = items.findIndex((item) => item === document.activeElement);
  const target = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (Math.max(0, at) + items.length - 1) % items.length,
    Home: 0,
    End: items.length - 1,
  }[key];
  if (target !== undefined) items[target]?.focus();
  return target !== undefined;
}
