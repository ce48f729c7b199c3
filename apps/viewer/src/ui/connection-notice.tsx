import { useEffect, useState, type ReactNode } from 'react';
import { messages } from '../messages/index.ts';
import type { ConnectionWatch } from '../session/connection.ts';
import { useStore } from './use-store.ts';

/** A line at the foot of the stage while the archive is away or the session is over. Images stay usable behind it. */
export function ConnectionNotice({ connection }: { readonly connection: ConnectionWatch }): ReactNode {
  const state = useStore(connection.state);
  const seconds = useSecondsUntil(state.kind === 'down' ? state.retryAtMs : undefined);
  if (state.kind === 'up') return null;
  if (state.kind !== 'down') {
    return (
      <div className="connection danger" role="alert">
        {messages[state.kind]}
      </div>
    );
  }
  return (
    <div className="connection warn" role="alert">
      <span>{messages.down}</span>
      <span className="countdown" aria-hidden="true">
        {seconds > 0 ? messages.downRetry(seconds) : messages.downRetrying}
      </span>
      <button type="button" className="action" onClick={connection.retryNow}>
        {messages.retry}
      </button>
    </div>
  );
}

function useSecondsUntil(time: number | undefined): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (time === undefined) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [time]);
  return time === undefined ? 0 : Math.max(0, Math.ceil((time - now) / 1000));
}
