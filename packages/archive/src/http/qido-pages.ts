import { createLru } from '../lru.ts';

/** How long a search may rest between two of its pages. */
const REST_MS = 5 * 60_000;
const MAX_SEARCHES = 10_000;

/**
 * The newest object that there was when the first page of a search was answered, so that the pages after it are of the
 * same matches. In memory only: a search older than that, or than this process, goes on with what there is.
 */
export interface Pages {
  /** `search`: the query without limit and offset, and who asks. */
  begin(search: string, until: number): void;
  /** Undefined: no such search was begun, or long ago. */
  until(search: string): number | undefined;
}

export function createPages(clock: () => Date): Pages {
  const searches = createLru<{ readonly until: number; readonly ends: number }>(MAX_SEARCHES, () => 1);
  const keep = (search: string, until: number): void =>
    searches.set(search, { until, ends: clock().getTime() + REST_MS });
  return {
    begin: keep,
    until(search) {
      const known = searches.get(search);
      if (!known || known.ends < clock().getTime()) return undefined;
      keep(search, known.until);
      return known.until;
    },
  };
}
