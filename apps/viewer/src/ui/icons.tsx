import type { ReactNode } from 'react';
import type { CommandId } from '../commands/commands.ts';

/** One stroke width, one grid of 16 units: icons are drawn here so that they are sharp at every scale. */
function icon(paths: ReactNode): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      {paths}
    </svg>
  );
}

const box = <rect x="1.5" y="2.5" width="13" height="11" rx="1" />;

/** Icons of the commands that have a button. */
export const icons: Partial<Record<CommandId, ReactNode>> = {
  toolWindow: icon(
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path className="fill" d="M8 2.25a5.75 5.75 0 0 1 0 11.5z" />
    </>,
  ),
  toolScroll: icon(
    <>
      <rect x="4.5" y="5.5" width="10" height="8" rx="1" />
      <path d="M2.5 11V4.5a1 1 0 0 1 1-1H12" />
    </>,
  ),
  toolZoom: icon(
    <>
      <circle cx="7" cy="7" r="4.5" />
      <path d="M10.4 10.4 14 14M7 5v4M5 7h4" />
    </>,
  ),
  toolPan: icon(
    <path d="M8 1.75v12.5M1.75 8h12.5M6 3.75l2-2 2 2M6 12.25l2 2 2-2M3.75 6l-2 2 2 2M12.25 6l2 2-2 2" />,
  ),
  invert: icon(
    <>
      <rect x="2.25" y="2.25" width="11.5" height="11.5" rx="1" />
      <path className="fill" d="M13.5 2.5v10a1 1 0 0 1-1 1h-10z" />
    </>,
  ),
  rotate: icon(<path d="M13 8a5 5 0 1 1-1.6-3.7M13.25 1.75V5H10" />),
  flipHorizontal: icon(
    <>
      <path d="M8 1.5v13" strokeDasharray="2 1.5" />
      <path d="M5.75 4v8H1.75z" />
      <path className="fill" d="M10.25 4v8h4z" />
    </>,
  ),
  flipVertical: icon(
    <>
      <path d="M1.5 8h13" strokeDasharray="2 1.5" />
      <path d="M4 5.75h8V1.75z" />
      <path className="fill" d="M4 10.25h8v4z" />
    </>,
  ),
  reset: icon(<path d="M3 8a5 5 0 1 1 1.6 3.7M2.75 14.25V11H6" />),
  cine: icon(<path className="fill" d="M4.5 2.75v10.5L13 8z" />),
  layout1x1: icon(box),
  layout1x2: icon(
    <>
      {box}
      <path d="M8 2.5v11" />
    </>,
  ),
  layout2x1: icon(
    <>
      {box}
      <path d="M1.5 8h13" />
    </>,
  ),
  layout2x2: icon(
    <>
      {box}
      <path d="M8 2.5v11M1.5 8h13" />
    </>,
  ),
  overlay: icon(
    <>
      {box}
      <path d="M4 5.5h4M4 8h2.5M10 11h2.5" />
    </>,
  ),
  fullScreen: icon(<path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" />),
  shortcuts: icon(
    <>
      <rect x="1.5" y="4.5" width="13" height="7.5" rx="1" />
      <path d="M4 7h.01M6.7 7h.01M9.4 7h.01M12 7h.01M5 9.5h6" />
    </>,
  ),
  rail: icon(
    <>
      {box}
      <path d="M5.5 2.5v11" />
    </>,
  ),
};

export const stopIcon = icon(<path className="fill" d="M4 3.5h2.5v9H4zM9.5 3.5H12v9H9.5z" />);
export const seenIcon = icon(<path d="M3 8.5 6.5 12 13 4.5" />);
export const chevronIcon = icon(<path d="M4.5 6.5 8 10l3.5-3.5" />);
