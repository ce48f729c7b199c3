/** A value that can be watched: what the interface shows is read from one of these. */
export interface Store<T> {
  get(): T;
  /** Replaces the value; nothing is announced when it is the same one. */
  set(next: T): void;
  /** Changes some properties of an object value. */
  patch(change: Partial<T>): void;
  /** Calls the listener after every change until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  const set = (next: T): void => {
    if (Object.is(next, value)) return;
    value = next;
    for (const listener of listeners) listener();
  };
  return {
    get: () => value,
    set,
    patch: (change) => set({ ...value, ...change }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
