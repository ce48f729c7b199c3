import { useLayoutEffect, useRef, type PointerEvent, type ReactNode } from 'react';
import type { StackViewport } from '../viewport/stack-viewport.ts';
import type { ViewportState } from '../viewport/viewport-state.ts';

/** Shortest thumb that can be grabbed, in percent of the track. */
const SHORTEST_PERCENT = 3;

export interface ScrollerProps {
  readonly viewport: StackViewport;
  readonly state: ViewportState;
}

/** Where in the stack one is, at the right edge; it can be dragged. The keyboard has the arrow keys for the same. */
export function Scroller({ viewport, state }: ScrollerProps): ReactNode {
  const thumb = useRef<HTMLSpanElement>(null);
  const { total } = state.progress;
  const isStack = state.content.kind === 'stack' && total > 1;
  useLayoutEffect(() => {
    if (!thumb.current) return;
    const height = Math.max(SHORTEST_PERCENT, 100 / total);
    thumb.current.style.height = `${height}%`;
    thumb.current.style.top = `${(state.target / Math.max(1, total - 1)) * (100 - height)}%`;
  });
  if (!isStack) return null;
  const scrollTo = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const fraction = (event.clientY - box.top) / box.height;
    viewport.scrollTo(Math.round(Math.min(1, Math.max(0, fraction)) * (total - 1)));
  };
  return (
    <div
      className="scroller"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        scrollTo(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) scrollTo(event);
      }}
    >
      <span ref={thumb} />
    </div>
  );
}
