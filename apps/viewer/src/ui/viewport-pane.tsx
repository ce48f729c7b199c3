import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { messages } from '../messages/index.ts';
import { seriesEntry } from '../studies/study-list.ts';
import { deviceSize } from '../viewport/after-paint.ts';
import { attachGestures } from '../viewport/gestures.ts';
import type { StackViewport } from '../viewport/stack-viewport.ts';
import { createSurface } from '../viewport/surface.ts';
import { incomplete, type ViewportState } from '../viewport/viewport-state.ts';
import type { Viewer } from '../viewer.ts';
import { Overlay } from './overlay.tsx';
import { DRAG_TYPE } from './rail.tsx';
import { Scroller } from './scroller.tsx';
import { useStore } from './use-store.ts';

export interface ViewportPaneProps {
  readonly viewer: Viewer;
  readonly viewport: StackViewport;
  readonly isActive: boolean;
  /** No other viewport is on the screen. */
  readonly isAlone: boolean;
}

/** One viewport on the screen: the canvas, what is written over it, and what a pointer does to it. */
export function ViewportPane({ viewer, viewport, isActive, isAlone }: ViewportPaneProps): ReactNode {
  const region = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const state = useStore(viewport.state);
  const overlay = useStore(viewer.screen, (screen) => screen.overlay);
  const connection = useStore(viewer.connection.state);
  const [isTarget, setIsTarget] = useState(false);
  const activate = (): void => viewer.screen.patch({ active: viewport.number - 1 });

  useLayoutEffect(() => attach(viewer, viewport, region.current, canvas.current), [viewer, viewport]);

  useEffect(() => {
    const hasFocus = document.activeElement?.closest('.viewport');
    if (isActive && hasFocus && hasFocus !== region.current) region.current?.focus();
  }, [isActive]);

  const { shown, isPlaying } = state;
  return (
    <div
      ref={region}
      className={['viewport', isActive && !isAlone && 'active', isTarget && 'target']
        .filter(Boolean)
        .join(' ')}
      role="region"
      aria-label={messages.viewport(viewport.number)}
      // One stop for all viewports, so that Tab between series list and viewport keeps the viewport that was chosen.
      tabIndex={isActive ? 0 : -1}
      onFocus={activate}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAG_TYPE)) return;
        event.preventDefault();
        setIsTarget(true);
      }}
      onDragLeave={() => setIsTarget(false)}
      onDrop={(event) => {
        setIsTarget(false);
        event.preventDefault();
        event.currentTarget.focus(); // the keys are for what was dropped, not for the tile it came from
        activate();
        openDropped(viewer, viewport, event.dataTransfer.getData(DRAG_TYPE));
      }}
      onDoubleClick={({ target }) => {
        if (target instanceof Element && !target.closest('button, .scroller')) toggleMaximised(viewer);
      }}
    >
      <canvas ref={canvas} />
      <Overlay
        text={shown?.text}
        mode={overlay}
        incomplete={incomplete(state, connection.kind === 'up')}
        rate={isPlaying ? state.framesPerSecond : undefined}
      />
      <Notice viewer={viewer} viewport={viewport} state={state} />
      <Scroller viewport={viewport} state={state} />
      <ProgressLine state={state} />
    </div>
  );
}

function attach(
  viewer: Viewer,
  viewport: StackViewport,
  region: HTMLDivElement | null,
  canvas: HTMLCanvasElement | null,
): (() => void) | undefined {
  if (!region || !canvas) return undefined;
  viewport.resize(deviceSize(region));
  viewport.attach(createSurface(region, canvas));
  const observer = new ResizeObserver(() => viewport.resize(deviceSize(region)));
  // The device's pixels may change while the box stays, on another monitor: Safari alone does not tell.
  const canTell = 'devicePixelContentBoxSize' in ResizeObserverEntry.prototype;
  observer.observe(region, { box: canTell ? 'device-pixel-content-box' : 'content-box' });
  const detach = attachGestures(region, viewport, {
    tool: () => viewer.screen.get().tool,
    activate: () => viewer.screen.patch({ active: viewport.number - 1 }),
  });
  return () => {
    observer.disconnect();
    detach();
    viewport.attach(undefined);
  };
}

function openDropped(viewer: Viewer, viewport: StackViewport, text: string): void {
  if (!text) return;
  // Our own tiles wrote it; from another window it names a series that is not in this session, and nothing happens.
  const [seriesInstanceUid, displaySetId] = JSON.parse(text) as [string, string?];
  const series = seriesEntry(viewer.studies.studies.get(), seriesInstanceUid);
  if (series) viewer.open(viewport, series, displaySetId);
}

function toggleMaximised(viewer: Viewer): void {
  const { layout, isMaximised } = viewer.screen.get();
  if (layout.rows * layout.columns > 1) viewer.screen.patch({ isMaximised: !isMaximised });
}

interface NoticeProps {
  readonly viewer: Viewer;
  readonly viewport: StackViewport;
  readonly state: ViewportState;
}

/** The sentence in place of an image. */
function Notice({ viewer, viewport, state }: NoticeProps): ReactNode {
  const studies = useStore(viewer.studies.studies);
  const { content, failure, target } = state;
  if (content.kind === 'message') {
    return <Sentence text={content.sentence} retry={content.retry} title={content.displaySet?.description} />;
  }
  if (failure && content.kind === 'stack') {
    const image = content.displaySet.images[target];
    const canRetry = ['unreachable', 'failed', 'missing', 'decoder'].includes(failure.failure);
    return (
      <Sentence
        text={messages.imageFailed(failure.position, messages.failures[failure.failure])}
        retry={canRetry && image ? () => viewer.loader.retry(image) : undefined}
      />
    );
  }
  if (content.kind !== 'empty') return null;
  const isNowhere = studies.length > 0 && studies.every((study) => study.state === 'missing');
  if (isNowhere && viewport.number === 1) {
    return (
      <Sentence
        title={messages.notFoundTitle}
        text={messages.notFound}
        retry={() => void viewer.studies.load()}
      />
    );
  }
  const isRefused = studies.length > 0 && studies.every(({ state }) => state === 'failed');
  if (isRefused && viewport.number === 1) {
    return <Sentence text={messages.studiesFailed} retry={() => void viewer.studies.load()} />;
  }
  const isSettled = studies.some((study) => study.state === 'ready') || viewport.number > 1;
  return isSettled ? <p className="notice quiet">{messages.emptyHint}</p> : null;
}

interface SentenceProps {
  readonly text: string;
  readonly title?: string | undefined;
  readonly retry?: (() => void) | undefined;
}

function Sentence({ text, title, retry }: SentenceProps): ReactNode {
  return (
    <div className="notice" role="alert">
      {title && <h3>{title}</h3>}
      <p>{text}</p>
      {retry && (
        <button type="button" className="action" onClick={retry}>
          {messages.retry}
        </button>
      )}
    </div>
  );
}

/** A thin line at the lower edge that fills while a stack loads, and is gone when it is complete. */
function ProgressLine({ state }: { readonly state: ViewportState }): ReactNode {
  const { loaded, failed, total } = state.progress;
  if (state.content.kind !== 'stack' || total < 2 || loaded + failed >= total) return null;
  return <progress className="loading-line" max={total} value={loaded + failed} aria-hidden="true" />;
}
