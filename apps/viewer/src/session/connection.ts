import { createStore, type Store } from '../store.ts';
import { RequestError } from './request.ts';

/** Whether the archive can be asked. `down` says when it will be tried again. */
export type Connection =
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly retryAtMs: number }
  | { readonly kind: 'ended' }
  | { readonly kind: 'forbidden' };

export interface ConnectionWatch {
  readonly state: Store<Connection>;
  /** Tells the watch that a request failed. An unreachable archive is tried again later, an ended session never. */
  report(error: unknown): void;
  /** Tells the watch that the archive answered; if it was away, what failed is tried again now. */
  answered(): void;
  /** Tries again now. */
  retryNow(): void;
  /** Called whenever it is time to try what failed again. */
  onRetry(listener: () => void): () => void;
}

export interface ConnectionClock {
  now(): number;
  /** Calls back once after the time; returns the function that cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;

/** Watches over all requests of the session. Waits double from 2 s to a minute while the archive stays away. */
export function createConnectionWatch(clock: ConnectionClock): ConnectionWatch {
  const state = createStore<Connection>({ kind: 'up' });
  const listeners = new Set<() => void>();
  let waitMs = FIRST_WAIT_MS;
  let lastFailureMs = 0;
  let cancel: (() => void) | undefined;
  const retry = (): void => {
    cancel?.();
    cancel = undefined;
    for (const listener of listeners) listener();
  };
  const plan = (): void => {
    if (cancel) return;
    state.set({ kind: 'down', retryAtMs: clock.now() + waitMs });
    cancel = clock.after(waitMs, retry);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  };
  return {
    state,
    report(error) {
      if (!(error instanceof RequestError) || isFinal(state.get())) return;
      if (error.failure === 'ended' || error.failure === 'forbidden') {
        cancel?.();
        state.set({ kind: error.failure });
      } else if (error.failure === 'unreachable') {
        lastFailureMs = clock.now();
        plan();
      }
    },
    answered() {
      if (isFinal(state.get())) return;
      cancel?.();
      cancel = undefined;
      // Where one thing fails again and again while others are answered, the waits must go on growing.
      if (clock.now() - lastFailureMs > waitMs) waitMs = FIRST_WAIT_MS;
      if (state.get().kind === 'up') return;
      state.set({ kind: 'up' });
      // Some requests fail and others succeed while an archive comes back: nothing that failed may be left behind.
      for (const listener of listeners) listener();
    },
    retryNow: retry,
    onRetry(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function isFinal(connection: Connection): boolean {
  return connection.kind === 'ended' || connection.kind === 'forbidden';
}
