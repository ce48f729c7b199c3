import { useEffect, type ReactNode } from 'react';
import { keyOf, shortcutMap } from '../commands/command.ts';
import { commandList, type CommandId } from '../commands/commands.ts';
import { visibleIndexes, type Viewer } from '../viewer.ts';
import { ConnectionNotice } from './connection-notice.tsx';
import { Rail, type ThumbnailUrl } from './rail.tsx';
import { ShortcutsSheet } from './shortcuts-sheet.tsx';
import { ToolHint } from './tool-hint.tsx';
import { TopBar } from './top-bar.tsx';
import { useStore } from './use-store.ts';
import { ViewportPane } from './viewport-pane.tsx';

/** Made once at start-up, where two commands on one key stop the application. */
const shortcuts = shortcutMap(commandList);

export interface AppProps {
  readonly viewer: Viewer;
  readonly thumbnailUrl: ThumbnailUrl;
}

export function App({ viewer, thumbnailUrl }: AppProps): ReactNode {
  const screen = useStore(viewer.screen);
  const { layout, active, isMaximised, isRailOpen, isSheetOpen } = screen;
  useShortcuts(viewer);
  useFullScreenChanges(viewer);
  const visible = visibleIndexes(screen).flatMap((index) => viewer.viewports[index] ?? []);
  return (
    <div className={isRailOpen ? 'screen' : 'screen no-rail'}>
      <TopBar viewer={viewer} />
      {isRailOpen && <Rail viewer={viewer} thumbnailUrl={thumbnailUrl} />}
      <main className="stage" data-layout={isMaximised ? '1x1' : `${layout.rows}x${layout.columns}`}>
        {visible.map((viewport) => (
          <ViewportPane
            key={viewport.number}
            viewer={viewer}
            viewport={viewport}
            isActive={viewport.number - 1 === active}
            isAlone={visible.length === 1}
          />
        ))}
        <ConnectionNotice connection={viewer.connection} />
      </main>
      <ToolHint viewer={viewer} />
      {isSheetOpen && <ShortcutsSheet viewer={viewer} />}
    </div>
  );
}

function useShortcuts(viewer: Viewer): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const id = shortcuts.get(keyOf(event));
      if (!id || isTyping(event) || !applies(viewer, id)) return;
      event.preventDefault();
      commandList[id].run(viewer);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [viewer]);
}

/** Escape leaves full screen without any command: buttons that show it are drawn again. */
function useFullScreenChanges(viewer: Viewer): void {
  useEffect(() => {
    const onChange = (): void => viewer.screen.patch({});
    document.addEventListener('fullscreenchange', onChange);
    return () => document.removeEventListener('fullscreenchange', onChange);
  }, [viewer]);
}

function applies(viewer: Viewer, id: CommandId): boolean {
  return !viewer.screen.get().isSheetOpen && commandList[id].isEnabled(viewer);
}

/** Keys that mean something to what has the focus: a button's Space, a menu's arrows. */
function isTyping(event: KeyboardEvent): boolean {
  if (!(event.target instanceof Element) || event.defaultPrevented) return true;
  if (event.target.closest('[role=menu], input, dialog')) return true;
  return event.key === ' ' && event.target.closest('button') !== null;
}
