import type { CheckedBlob, CheckOptions } from '@sightline/archive';
import { expect, test } from 'vitest';
import type { Log } from '../log.ts';
import { startBackgroundCheck } from './background-check.ts';

const clock = () => new Date('2026-01-02T03:04:05Z');

function logged() {
  const lines: unknown[] = [];
  const log: Log = {
    request: () => {},
    failure: (id) => lines.push(['failure', id]),
    event: (name, facts) => lines.push([name, facts]),
  };
  return { log, lines };
}

const quiet = { damaged: () => Promise.resolve([]) };

test('checks what was not checked for a day, says what is damaged, and ends when told to', async () => {
  const { log, lines } = logged();
  const asked: string[] = [];
  const rounds = Promise.withResolvers<void>();
  const checked: CheckedBlob[] = [
    { hash: 'aa', size: 10, state: 'whole' },
    { hash: 'bb', size: 10, state: 'damaged' },
  ];
  const archive = {
    ...quiet,
    async *checkBlobs({ before, pace }: CheckOptions) {
      asked.push(before);
      if (asked.length === 2) rounds.resolve();
      if (asked.length > 1) return;
      for (const blob of checked) {
        await pace?.(blob);
        yield blob;
      }
    },
  };
  const check = startBackgroundCheck({ archive, log, clock, pauseMs: 1 });
  await rounds.promise;
  await check.stop();
  expect(asked[0]).toBe('2026-01-01T03:04:05.000Z');
  expect(lines).toEqual([
    ['blob_damaged', { hash: 'bb', state: 'damaged' }],
    ['blobs_checked', { checked: 2, damaged: 1 }],
  ]);
});

test('a store that cannot be read is logged, and looked at again later', async () => {
  const { log, lines } = logged();
  const tried = Promise.withResolvers<void>();
  let tries = 0;
  const archive = {
    ...quiet,
    checkBlobs(): AsyncIterable<CheckedBlob> {
      tries += 1;
      if (tries === 2) tried.resolve();
      throw new Error('unavailable');
    },
  };
  const check = startBackgroundCheck({ archive, log, clock, pauseMs: 1 });
  await tried.promise;
  await check.stop();
  expect(lines[0]).toEqual(['failure', 'check']);
});
