/** Decides what is loaded now. It knows keys and their order, not what they stand for. */
export interface LoadQueue {
  /**
   * Replaces the order of what is wanted, most urgent first. Loads that nobody wants any more are aborted; if the most
   * urgent one would have to wait for a free slot, the least urgent load under way gives it up.
   */
  update(order: readonly string[]): void;
  /** While paused nothing new is started. */
  setPaused(paused: boolean): void;
}

export interface LoadQueueOptions {
  readonly limit: number;
  /** Whether a key still needs loading. */
  isNeeded(key: string): boolean;
  /** Resolves when the load is over, well or not; it must not reject. */
  load(key: string, signal: AbortSignal): Promise<void>;
}

export function createLoadQueue({ limit, isNeeded, load }: LoadQueueOptions): LoadQueue {
  const running = new Map<string, AbortController>();
  let order: readonly string[] = [];
  let rank: ReadonlyMap<string, number> = new Map();
  let cursor = 0;
  let isPaused = false;

  const start = (key: string): void => {
    const controller = new AbortController();
    running.set(key, controller);
    void load(key, controller.signal).finally(() => {
      if (running.get(key) === controller) running.delete(key);
      fill();
    });
  };
  const stop = (key: string): void => {
    running.get(key)?.abort();
    running.delete(key);
  };
  const fill = (): void => {
    while (!isPaused && running.size < limit && cursor < order.length) {
      const key = order[cursor++];
      if (key !== undefined && !running.has(key) && isNeeded(key)) start(key);
    }
  };
  const makeRoom = (): void => {
    const first = order.find((key) => isNeeded(key));
    if (first === undefined || first !== order[0] || running.has(first) || running.size < limit) return;
    const [least] = [...running.keys()].sort((a, b) => (rank.get(b) ?? 0) - (rank.get(a) ?? 0));
    if (least !== undefined) stop(least);
  };
  return {
    update(next) {
      order = next;
      rank = new Map(next.map((key, index) => [key, index]));
      cursor = 0;
      for (const key of running.keys()) if (!rank.has(key)) stop(key);
      if (!isPaused) makeRoom();
      fill();
    },
    setPaused(paused) {
      isPaused = paused;
      cursor = 0;
      fill();
    },
  };
}

/** One order out of several: the most urgent of each, then the second of each, and so on; every key once. */
export function interleave(orders: readonly (readonly string[])[]): readonly string[] {
  const merged = new Set<string>();
  const longest = Math.max(0, ...orders.map((order) => order.length));
  for (let at = 0; at < longest; at++) {
    for (const order of orders) {
      const key = order[at];
      if (key !== undefined) merged.add(key);
    }
  }
  return [...merged];
}
