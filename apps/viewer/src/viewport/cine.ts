/** Steps through a stack in time. It never skips: a step that is not possible yet is waited for. */
export interface Cine {
  readonly isPlaying: boolean;
  start(framesPerSecond: number): void;
  stop(): void;
}

export interface CineClock {
  /** Calls back before the next frame with the time in milliseconds; returns the function that cancels it. */
  nextFrame(callback: (now: number) => void): () => void;
}

/** @param step shows the next image; false when it has not been loaded yet. */
export function createCine(clock: CineClock, step: () => boolean): Cine {
  let cancel: (() => void) | undefined;
  const run = (intervalMs: number, dueMs: number | undefined): void => {
    cancel = clock.nextFrame((now) => {
      const due = dueMs ?? now + intervalMs;
      if (now < due) run(intervalMs, due);
      // A late step does not make the next ones hurry: time that was lost is lost.
      else run(intervalMs, step() ? Math.max(due + intervalMs, now) : now);
    });
  };
  return {
    get isPlaying() {
      return cancel !== undefined;
    },
    start(framesPerSecond) {
      cancel?.();
      run(1000 / framesPerSecond, undefined);
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
