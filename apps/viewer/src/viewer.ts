import type { Bootstrap } from '@sightline/contract';
import type { FrameLoader } from './frames/frame-loader.ts';
import type { LoadedFrame } from './frames/loaded-frame.ts';
import { messages } from './messages/index.ts';
import type { ConnectionWatch } from './session/connection.ts';
import { createStore, type Store } from './store.ts';
import { provisionalDisplaySet, type DisplaySet } from './studies/display-set.ts';
import { imageKey, readInstance, type StackImage } from './studies/instance.ts';
import { seriesEntry, type SeriesEntry, type StudyList } from './studies/study-list.ts';
import { unsupportedObject } from './studies/unsupported-object.ts';
import { createRenderer, type Renderer } from './viewport/renderer.ts';
import { StackViewport } from './viewport/stack-viewport.ts';

export type Tool = 'window' | 'scroll' | 'zoom' | 'pan';
export type OverlayMode = 'full' | 'minimal' | 'none';

export interface Layout {
  readonly rows: 1 | 2;
  readonly columns: 1 | 2;
}

export interface ScreenState {
  readonly layout: Layout;
  /** Index of the viewport that commands act on. */
  readonly active: number;
  /** True: the active viewport has the whole stage until it gives it back. */
  readonly isMaximised: boolean;
  readonly tool: Tool;
  readonly overlay: OverlayMode;
  readonly isRailOpen: boolean;
  readonly isSheetOpen: boolean;
}

/** Indexes of the viewports on the screen. */
export function visibleIndexes({ layout, active, isMaximised }: ScreenState): readonly number[] {
  if (isMaximised) return [active];
  return Array.from({ length: layout.rows * layout.columns }, (_, index) => index);
}

/** The state of the whole application, and everything that acts on more than one viewport. */
export interface Viewer {
  readonly screen: Store<ScreenState>;
  readonly viewports: readonly StackViewport[];
  readonly studies: StudyList;
  readonly connection: ConnectionWatch;
  readonly loader: FrameLoader;
  /** Keys of the images that have been on the screen. */
  readonly seen: Store<ReadonlySet<string>>;
  activeViewport(): StackViewport;
  setLayout(layout: Layout): void;
  /** Reads a series' metadata if need be and shows one of its display sets: the one named, else the first. */
  open(viewport: StackViewport, series: SeriesEntry, displaySetId?: string): void;
  /** The series after (1) or before (-1) the one in the active viewport, in the order of the list. */
  openNeighbour(direction: 1 | -1): void;
}

export interface ViewerParts {
  readonly bootstrap: Bootstrap;
  readonly loader: FrameLoader;
  readonly studies: StudyList;
  readonly connection: ConnectionWatch;
  readonly firstFrame: LoadedFrame | undefined;
}

const VIEWPORTS = 4;

export function createViewer({ bootstrap, loader, studies, connection, firstFrame }: ViewerParts): Viewer {
  const screen = createStore<ScreenState>({
    layout: { rows: 1, columns: 1 },
    active: 0,
    isMaximised: false,
    tool: 'window',
    overlay: 'full',
    isRailOpen: true,
    isSheetOpen: false,
  });
  let renderer: Renderer | undefined;
  const repaint = (): void => {
    for (const viewport of viewports) viewport.repaint();
  };
  const viewports: readonly StackViewport[] = Array.from(
    { length: VIEWPORTS },
    (_, index) =>
      new StackViewport(index + 1, { loader, renderer: () => (renderer ??= createRenderer(repaint)) }),
  );
  const seen = watchSeen(viewports);
  const open = (viewport: StackViewport, series: SeriesEntry, displaySetId?: string): void =>
    openSeries({ viewport, studies, connection, series, displaySetId });
  const activeViewport = (): StackViewport =>
    viewports[screen.get().active] ?? (viewports[0] as StackViewport); // never empty
  openFirst({ bootstrap, loader, studies, connection, firstFrame, viewport: activeViewport() });
  keepCountsTrue(studies, viewports);
  return {
    screen,
    viewports,
    studies,
    connection,
    loader,
    seen,
    activeViewport,
    setLayout(layout) {
      const visible = layout.rows * layout.columns;
      screen.patch({ layout, active: Math.min(screen.get().active, visible - 1), isMaximised: false });
    },
    open,
    openNeighbour(direction) {
      const viewport = activeViewport();
      const next = neighbour(studies, viewport, direction);
      if (next) open(viewport, next.series, next.displaySet?.id);
    },
  };
}

interface Opening {
  readonly viewport: StackViewport;
  readonly studies: StudyList;
  readonly connection: ConnectionWatch;
  readonly series: Pick<SeriesEntry, 'studyInstanceUid' | 'seriesInstanceUid'>;
  readonly displaySetId?: string | undefined;
}

function openSeries(opening: Opening): void {
  const { viewport, studies, connection, series, displaySetId } = opening;
  const { seriesInstanceUid } = series;
  const known = seriesEntry(studies.studies.get(), seriesInstanceUid)?.displaySets;
  if (known && known.length > 0) {
    showDisplaySet(viewport, known.find(({ id }) => id === displaySetId) ?? known[0]);
    return;
  }
  viewport.show({ kind: 'pending', seriesInstanceUid });
  const isStillWanted = (): boolean => {
    const { content } = viewport.state.get();
    return content.kind === 'pending' && content.seriesInstanceUid === seriesInstanceUid;
  };
  const fail = (sentence: string, retry: (() => void) | undefined): void =>
    viewport.show({ kind: 'message', seriesInstanceUid, sentence, displaySet: undefined, retry });
  studies.openSeries(series).then(
    (displaySets) => {
      if (!isStillWanted()) return;
      if (displaySets.length === 0) fail(messages.seriesEmpty, undefined);
      else showDisplaySet(viewport, displaySets.find(({ id }) => id === displaySetId) ?? displaySets[0]);
    },
    () => {
      if (!isStillWanted()) return;
      fail(messages.seriesFailed, () => openSeries(opening));
      const failed = viewport.state.get().content;
      const stop = connection.onRetry(() => {
        stop();
        if (viewport.state.get().content === failed) openSeries(opening);
      });
    },
  );
}

function showDisplaySet(viewport: StackViewport, displaySet: DisplaySet | undefined): void {
  if (!displaySet) return;
  const { seriesInstanceUid, unsupported } = displaySet;
  if (!unsupported) viewport.show({ kind: 'stack', displaySet });
  else {
    const sentence = messages.notShown[unsupported];
    viewport.show({ kind: 'message', seriesInstanceUid, sentence, displaySet, retry: undefined });
  }
}

interface FirstOpening extends ViewerParts {
  readonly viewport: StackViewport;
}

/** The first image is a stack of one until its series' metadata is there; then the stack grows around it. */
function openFirst({ bootstrap, loader, studies, connection, firstFrame, viewport }: FirstOpening): void {
  const { first } = bootstrap;
  const instance = first && readInstance(first.metadata);
  if (!first || !instance) {
    openAnything({ viewport, studies, connection });
    return;
  }
  if (unsupportedObject(instance)) {
    openSeries({ viewport, studies, connection, series: first });
    return;
  }
  const image: StackImage = firstFrame?.image ?? { instance, frame: first.frame };
  if (firstFrame) loader.adopt(firstFrame);
  viewport.show({ kind: 'stack', displaySet: provisionalDisplaySet(image) });
  const isStillThere = (): boolean => {
    const { content } = viewport.state.get();
    return content.kind === 'stack' && content.displaySet.isProvisional;
  };
  const grow = (): void => {
    studies.openSeries(first).then(
      (displaySets) => {
        const full = displaySets.find(({ images }) =>
          images.some((one) => imageKey(one) === imageKey(image)),
        );
        if (full && isStillThere()) viewport.grow(full);
      },
      () => {
        if (isStillThere()) admitMissing(studies, viewport);
        const stop = connection.onRetry(() => {
          stop();
          if (isStillThere()) grow();
        });
      },
    );
  };
  grow();
}

/** The rest of the first series could not be read: one image must not pass for all of it. */
function admitMissing(studies: StudyList, { state }: StackViewport): void {
  const { content } = state.get();
  if (content.kind !== 'stack') return;
  const { displaySet } = content;
  const related = seriesEntry(studies.studies.get(), displaySet.seriesInstanceUid)?.relatedInstances ?? 1;
  const missingInstances = Math.max(0, related - displaySet.instances.length);
  state.patch({ content: { kind: 'stack', displaySet: { ...displaySet, missingInstances } } });
}

/** Without a first image (only documents, say) the first series listed is opened, so that something is said about it. */
function openAnything(opening: Omit<Opening, 'series'>): void {
  const { studies, viewport } = opening;
  const stop = studies.studies.subscribe(() => {
    const [series] = studies.studies.get().flatMap((study) => study.series);
    if (!series) return;
    stop();
    if (viewport.state.get().content.kind === 'empty') openSeries({ ...opening, series });
  });
}

/** A stack opened before the search answered learns then how many instances the archive says there are. */
function keepCountsTrue(studies: StudyList, viewports: readonly StackViewport[]): void {
  studies.studies.subscribe(() => {
    for (const { state } of viewports) {
      const { content } = state.get();
      if (content.kind !== 'stack') continue;
      const { displaySet } = content;
      const series = seriesEntry(studies.studies.get(), displaySet.seriesInstanceUid);
      const listed = series?.displaySets?.find(({ id }) => id === displaySet.id);
      if (listed && listed.missingInstances !== displaySet.missingInstances) {
        state.patch({ content: { kind: 'stack', displaySet: listed } });
      }
    }
  });
}

interface Openable {
  readonly series: SeriesEntry;
  readonly displaySet: DisplaySet | undefined;
}

function neighbour(studies: StudyList, viewport: StackViewport, direction: 1 | -1): Openable | undefined {
  const entries: readonly Openable[] = studies.studies
    .get()
    .flatMap((study) => study.series)
    .flatMap((series) => (series.displaySets ?? [undefined]).map((displaySet) => ({ series, displaySet })));
  const { content } = viewport.state.get();
  const at = entries.findIndex(({ series, displaySet }) => {
    if (content.kind === 'empty') return false;
    if (content.kind === 'pending') return series.seriesInstanceUid === content.seriesInstanceUid;
    return displaySet && content.displaySet
      ? displaySet.id === content.displaySet.id
      : series.seriesInstanceUid ===
          (content.kind === 'message' ? content.seriesInstanceUid : content.displaySet.seriesInstanceUid);
  });
  if (at < 0) return direction === 1 ? entries[0] : entries.at(-1);
  return entries[at + direction];
}

function watchSeen(viewports: readonly StackViewport[]): Store<ReadonlySet<string>> {
  const seen = createStore<ReadonlySet<string>>(new Set());
  for (const { state } of viewports) {
    state.subscribe(() => {
      const { shown } = state.get();
      const key = shown && imageKey(shown.image);
      if (key !== undefined && !seen.get().has(key)) seen.set(new Set([...seen.get(), key]));
    });
  }
  return seen;
}
