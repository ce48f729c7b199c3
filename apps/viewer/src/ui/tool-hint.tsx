import { useEffect, useRef, useState, type ReactNode } from 'react';
import { messages } from '../messages/index.ts';
import type { Tool, Viewer } from '../viewer.ts';
import { useStore } from './use-store.ts';

const SHOWN_MS = 1000;
const NAMES: Readonly<Record<Tool, string>> = {
  window: messages.commands.toolWindow,
  scroll: messages.commands.toolScroll,
  zoom: messages.commands.toolZoom,
  pan: messages.commands.toolPan,
};

/** Names the left button's tool at the pointer for a second after it was changed: the eye stays on the image. */
export function ToolHint({ viewer }: { readonly viewer: Viewer }): ReactNode {
  const tool = useStore(viewer.screen, (screen) => screen.tool);
  const [named, setNamed] = useState(tool);
  const pointer = useRef({ x: 0, y: 0 });
  useEffect(() => {
    const onMove = ({ clientX, clientY }: PointerEvent): void => {
      pointer.current = { x: clientX, y: clientY };
    };
    window.addEventListener('pointermove', onMove, { passive: true });
    return () => window.removeEventListener('pointermove', onMove);
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => setNamed(tool), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [tool]);
  if (named === tool) return null;
  return (
    <div
      className="tool-hint"
      aria-hidden="true"
      ref={(element) => {
        if (!element) return;
        element.style.left = `${pointer.current.x + 14}px`;
        element.style.top = `${pointer.current.y + 14}px`;
      }}
    >
      {NAMES[tool]}
    </div>
  );
}
