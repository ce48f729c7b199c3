import { messages } from '../messages/index.ts';
import { flipHorizontal, flipVertical, rotateClockwise } from '../viewport/view.ts';
import { voiOffers, type VoiOffer } from '../viewport/window-presets.ts';
import { overlayMessages } from '../messages/index.ts';
import type { Layout, OverlayMode, Tool, Viewer } from '../viewer.ts';
import type { Command, CommandGroup } from './command.ts';

const words = messages.commands;
const always = (): boolean => true;

function hasStack(viewer: Viewer): boolean {
  return viewer.activeViewport().state.get().content.kind === 'stack';
}

function hasSeveralImages(viewer: Viewer): boolean {
  return viewer.activeViewport().state.get().progress.total > 1;
}

function tool(name: Tool, label: string, keys: readonly string[]): Command {
  return {
    label,
    group: 'tool',
    keys,
    isEnabled: always,
    run: (viewer) => viewer.screen.patch({ tool: name }),
    isOn: (viewer) => viewer.screen.get().tool === name,
  };
}

function onStack(
  group: CommandGroup,
  label: string,
  keys: readonly string[],
  run: (viewer: Viewer) => void,
): Command {
  return { group, label, keys, run, isEnabled: hasStack };
}

function scrolling(label: string, keys: readonly string[], run: (viewer: Viewer) => void): Command {
  return { group: 'stack', label, keys, run, isEnabled: hasSeveralImages };
}

function layout(label: string, number: number, next: Layout): Command {
  return {
    label,
    group: 'layout',
    // Browsers keep Ctrl and a number for their tabs unless Sightline is installed as an application.
    keys: [`Ctrl+${number}`, `Alt+${number}`],
    isEnabled: always,
    run: (viewer) => viewer.setLayout(next),
    isOn: (viewer) => {
      const { layout, isMaximised } = viewer.screen.get();
      return !isMaximised && layout.rows === next.rows && layout.columns === next.columns;
    },
  };
}

/** The windows that the number keys choose from, for the image in the active viewport. */
export function activeVoiOffers(viewer: Viewer): readonly VoiOffer[] {
  const viewport = viewer.activeViewport();
  const { shown, content } = viewport.state.get();
  const transform = shown && viewer.loader.frame(shown.image)?.transform;
  if (!transform || content.kind !== 'stack') return [];
  return voiOffers(content.displaySet.modality, transform.voi, overlayMessages.fileWindow);
}

function preset(number: number): Command {
  return {
    label: words.preset(number),
    group: 'window',
    keys: [String(number)],
    isEnabled: (viewer) => activeVoiOffers(viewer).length >= number,
    run: (viewer) => viewer.activeViewport().chooseVoi(activeVoiOffers(viewer)[number - 1]?.voi),
  };
}

const OVERLAY_CYCLE: Readonly<Record<OverlayMode, OverlayMode>> = {
  full: 'minimal',
  minimal: 'none',
  none: 'full',
};
const ZOOM_STEP = 1.25;

export const commands = {
  toolWindow: tool('window', words.toolWindow, ['w']),
  toolScroll: tool('scroll', words.toolScroll, ['s']),
  toolZoom: tool('zoom', words.toolZoom, ['z']),
  toolPan: tool('pan', words.toolPan, ['p']),

  invert: {
    ...onStack('image', words.invert, ['i'], (viewer) =>
      viewer.activeViewport().changeView((view) => ({ ...view, invert: !view.invert })),
    ),
    isOn: (viewer: Viewer) => viewer.activeViewport().state.get().view.invert,
  },
  rotate: onStack('image', words.rotate, ['r'], (viewer) =>
    viewer.activeViewport().changeView(rotateClockwise),
  ),
  flipHorizontal: onStack('image', words.flipHorizontal, ['h'], (viewer) =>
    viewer.activeViewport().changeView(flipHorizontal),
  ),
  flipVertical: onStack('image', words.flipVertical, ['v'], (viewer) =>
    viewer.activeViewport().changeView(flipVertical),
  ),
  fit: onStack('image', words.fit, ['x'], (viewer) =>
    viewer.activeViewport().changeView((view) => ({ ...view, zoom: undefined, panX: 0, panY: 0 })),
  ),
  actualPixels: onStack('image', words.actualPixels, ['a'], (viewer) =>
    viewer.activeViewport().changeView((view) => ({ ...view, zoom: 1, panX: 0, panY: 0 })),
  ),
  zoomIn: onStack('image', words.zoomIn, ['+', '='], (viewer) => viewer.activeViewport().zoomBy(ZOOM_STEP)),
  zoomOut: onStack('image', words.zoomOut, ['-'], (viewer) => viewer.activeViewport().zoomBy(1 / ZOOM_STEP)),
  reset: onStack('image', words.reset, ['0'], (viewer) => viewer.activeViewport().reset()),

  preset1: preset(1),
  preset2: preset(2),
  preset3: preset(3),
  preset4: preset(4),
  preset5: preset(5),
  preset6: preset(6),
  preset7: preset(7),
  preset8: preset(8),
  preset9: preset(9),

  nextImage: scrolling(words.nextImage, ['ArrowDown', 'ArrowRight'], (viewer) =>
    viewer.activeViewport().scrollBy(1),
  ),
  previousImage: scrolling(words.previousImage, ['ArrowUp', 'ArrowLeft'], (viewer) =>
    viewer.activeViewport().scrollBy(-1),
  ),
  firstImage: scrolling(words.firstImage, ['Home'], (viewer) => viewer.activeViewport().scrollTo(0)),
  lastImage: scrolling(words.lastImage, ['End'], (viewer) =>
    viewer.activeViewport().scrollTo(Number.MAX_SAFE_INTEGER),
  ),
  nextSeries: {
    label: words.nextSeries,
    group: 'stack',
    keys: ['PageDown'],
    isEnabled: always,
    run: (viewer: Viewer) => viewer.openNeighbour(1),
  },
  previousSeries: {
    label: words.previousSeries,
    group: 'stack',
    keys: ['PageUp'],
    isEnabled: always,
    run: (viewer: Viewer) => viewer.openNeighbour(-1),
  },
  cine: {
    ...scrolling(words.cine, ['Space'], (viewer) => viewer.activeViewport().toggleCine()),
    isOn: (viewer: Viewer) => viewer.activeViewport().state.get().isPlaying,
  },

  layout1x1: layout(words.layout1x1, 1, { rows: 1, columns: 1 }),
  layout1x2: layout(words.layout1x2, 2, { rows: 1, columns: 2 }),
  layout2x1: layout(words.layout2x1, 3, { rows: 2, columns: 1 }),
  layout2x2: layout(words.layout2x2, 4, { rows: 2, columns: 2 }),
  nextViewport: {
    label: words.nextViewport,
    group: 'layout',
    keys: ['n'],
    isEnabled: (viewer: Viewer) => visibleCount(viewer) > 1,
    run: (viewer: Viewer) =>
      viewer.screen.patch({ active: (viewer.screen.get().active + 1) % visibleCount(viewer) }),
  },
  overlay: {
    label: words.overlay,
    group: 'layout',
    keys: ['t'],
    isEnabled: always,
    run: (viewer: Viewer) => viewer.screen.patch({ overlay: OVERLAY_CYCLE[viewer.screen.get().overlay] }),
  },
  rail: {
    label: words.rail,
    group: 'layout',
    keys: ['['],
    isEnabled: always,
    run: (viewer: Viewer) => viewer.screen.patch({ isRailOpen: !viewer.screen.get().isRailOpen }),
    isOn: (viewer: Viewer) => viewer.screen.get().isRailOpen,
  },
  fullScreen: {
    label: words.fullScreen,
    group: 'layout',
    keys: ['f'],
    isEnabled: () => document.fullscreenEnabled,
    run: () => void toggleFullScreen(),
    isOn: () => document.fullscreenElement !== null,
  },
  shortcuts: {
    label: words.shortcuts,
    group: 'layout',
    keys: ['?'],
    isEnabled: always,
    run: (viewer: Viewer) => viewer.screen.patch({ isSheetOpen: !viewer.screen.get().isSheetOpen }),
    isOn: (viewer: Viewer) => viewer.screen.get().isSheetOpen,
  },
} satisfies Record<string, Command>;

export type CommandId = keyof typeof commands;

/** The commands, all of one type. */
export const commandList: Readonly<Record<CommandId, Command>> = commands;

function visibleCount(viewer: Viewer): number {
  const { rows, columns } = viewer.screen.get().layout;
  return rows * columns;
}

async function toggleFullScreen(): Promise<void> {
  await (document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen());
}
