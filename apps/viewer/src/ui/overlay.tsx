import type { ReactNode } from 'react';
import { messages, overlayMessages } from '../messages/index.ts';
import type { OverlayText } from '../viewport/overlay-text.ts';
import type { OverlayMode } from '../viewer.ts';

export interface OverlayProps {
  /** Undefined while no image is on the screen; what is missing is said all the same. */
  readonly text: OverlayText | undefined;
  readonly mode: OverlayMode;
  readonly incomplete: { readonly present: number; readonly expected: number } | undefined;
  /** Frames a second, while a cine plays. */
  readonly rate: number | undefined;
}

/** What is written over an image. Identity and badges stay in every mode: they are about safety, not taste. */
export function Overlay({ text, mode, incomplete, rate }: OverlayProps): ReactNode {
  const isFull = mode === 'full';
  const isSome = mode !== 'none';
  return (
    <div className="overlay">
      {text && <Lines className="corner identity" lines={text.identity} />}
      {text && isFull && <Lines className="corner study" lines={text.study} />}
      {text && (
        <div className="corner foot">
          {rate !== undefined && <div>{overlayMessages.cine(rate.toFixed(rate < 10 ? 1 : 0))}</div>}
          {isFull && text.stack.slice(0, -1).map((line) => <div key={line}>{line}</div>)}
          {isSome && <div>{text.stack.at(-1)}</div>}
          {isFull && text.display.map((line) => <div key={line}>{line}</div>)}
        </div>
      )}
      <div className="corner signs">
        {incomplete && (
          <div className="badge warn" role="status">
            {messages.incomplete(incomplete.present, incomplete.expected)}
          </div>
        )}
        {text?.badges.map((badge) => (
          <div key={badge} className="badge">
            {badge}
          </div>
        ))}
        {isFull && text?.scale && <Scale text={text} length={text.scale.length} />}
      </div>
      {isSome && text?.letters && <Letters letters={text.letters} />}
    </div>
  );
}

function Letters({ letters }: { readonly letters: NonNullable<OverlayText['letters']> }): ReactNode {
  return (
    <>
      <span className="letter top">{letters.top}</span>
      <span className="letter right">{letters.right}</span>
      <span className="letter bottom">{letters.bottom}</span>
      <span className="letter left">{letters.left}</span>
    </>
  );
}

function Lines({
  className,
  lines,
}: {
  readonly className: string;
  readonly lines: readonly string[];
}): ReactNode {
  return (
    <div className={className}>
      {lines.map((line, index) => (
        <div key={index}>{line}</div>
      ))}
    </div>
  );
}

function Scale({ text, length }: { readonly text: OverlayText; readonly length: number }): ReactNode {
  return (
    <div className="scale">
      <span>{text.scaleLabel}</span>
      <span
        className="bar"
        ref={(element) => {
          // Set by script: the page's policy allows no style attributes.
          if (element) element.style.width = `${length / devicePixelRatio}px`;
        }}
      />
    </div>
  );
}
