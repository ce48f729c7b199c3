import { describe, expect, it } from 'vitest';
import { createConnectionWatch } from './connection.ts';
import { RequestError } from './request.ts';

function watched() {
  let now = 1000;
  const planned: { afterMs: number; run: () => void; isCancelled: boolean }[] = [];
  const watch = createConnectionWatch({
    now: () => now,
    after(afterMs, run) {
      const plan = { afterMs, run, isCancelled: false };
      planned.push(plan);
      return () => {
        plan.isCancelled = true;
      };
    },
  });
  let retries = 0;
  watch.onRetry(() => retries++);
  const pass = (milliseconds: number): void => {
    now += milliseconds;
  };
  return { watch, planned, pass, retries: () => retries };
}

const unreachable = new RequestError('unreachable');

describe('createConnectionWatch', () => {
  it('plans one retry for many failures, and says when', () => {
    const { watch, planned } = watched();
    watch.report(unreachable);
    watch.report(unreachable);
    expect(planned).toHaveLength(1);
    expect(watch.state.get()).toEqual({ kind: 'down', retryAtMs: 3000 });
  });

  it('waits longer each time, up to a minute, and forgets it once the archive answers steadily', () => {
    const { watch, planned, pass, retries } = watched();
    for (let time = 0; time < 7; time++) {
      watch.report(unreachable);
      planned.at(-1)?.run();
    }
    expect(planned.map(({ afterMs }) => afterMs)).toEqual([2000, 4000, 8000, 16000, 32000, 60000, 60000]);
    expect(retries()).toBe(7);
    watch.answered();
    expect(watch.state.get().kind).toBe('up');
    watch.report(unreachable);
    expect(planned.at(-1)?.afterMs).toBe(60_000);
    pass(61_000);
    watch.answered();
    watch.report(unreachable);
    expect(planned.at(-1)?.afterMs).toBe(2000);
  });

  it('has what failed tried again as soon as the archive answers anything', () => {
    const { watch, planned, retries } = watched();
    watch.report(unreachable);
    watch.answered();
    expect(planned[0]?.isCancelled).toBe(true);
    expect(retries()).toBe(1);
    watch.answered();
    expect(retries()).toBe(1);
  });

  it('stays ended, whatever comes later', () => {
    const { watch, planned } = watched();
    watch.report(new RequestError('ended'));
    watch.report(unreachable);
    watch.answered();
    expect(watch.state.get()).toEqual({ kind: 'ended' });
    expect(planned).toHaveLength(0);
  });

  it('does not take a missing image for a missing archive', () => {
    const { watch } = watched();
    watch.report(new RequestError('missing'));
    watch.report(new Error('something else'));
    expect(watch.state.get().kind).toBe('up');
  });
});
