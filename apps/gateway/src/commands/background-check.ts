import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Archive } from '@sightline/archive';
import type { Log } from '../log.ts';

export interface BackgroundCheck {
  /** Ends the check and waits until it has let go of the archive. */
  stop(): Promise<void>;
}

export interface BackgroundCheckOptions {
  readonly archive: Pick<Archive, 'checkBlobs' | 'damaged'>;
  readonly log: Log;
  readonly clock: () => Date;
  /** Between two looks for blobs whose check is due. */
  readonly pauseMs?: number;
  readonly bytesPerSecond?: number;
}

/** A blob is read again when its last check is older: damage is found within a day where the rate lets it. */
const DUE_AFTER_MS = 24 * 3600 * 1000;
const PAUSE_MS = 10 * 60 * 1000;
/** Whoever waited for the start is served first. */
const FIRST_PAUSE_MS = 20_000;
/** A terabyte in half a day, and less than a tenth of what a disk and a core give. */
const BYTES_PER_SECOND = 24e6;
/** Beyond this part of the time in which the event loop works, others come first. */
const BUSY = 0.3;
const BUSY_WAIT_MS = 2000;

/**
 * Checks all blobs by and by while the server has little else to do. What is damaged is logged, by its hash and not by
 * anything of a patient; `sightline verify` names the objects.
 */
export function startBackgroundCheck(options: BackgroundCheckOptions): BackgroundCheck {
  const { log, pauseMs = PAUSE_MS } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const work = async (): Promise<void> => {
    await pause(Math.min(pauseMs, FIRST_PAUSE_MS), signal);
    while (!signal.aborted) {
      try {
        await checkWhatIsDue(options, signal);
      } catch (error) {
        if (!signal.aborted) log.failure('check', 'background check', error);
      }
      await pause(pauseMs, signal);
    }
  };
  const done = work();
  return {
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

async function checkWhatIsDue(
  { archive, log, clock, bytesPerSecond = BYTES_PER_SECOND }: BackgroundCheckOptions,
  signal: AbortSignal,
): Promise<void> {
  const before = new Date(clock().getTime() - DUE_AFTER_MS).toISOString();
  let load = performance.eventLoopUtilization();
  let lastBytes = 0;
  const pace = async ({ size }: { readonly size: number }): Promise<void> => {
    await pause((lastBytes / bytesPerSecond) * 1000, signal);
    lastBytes = size;
    while (!signal.aborted && performance.eventLoopUtilization(load).utilization > BUSY) {
      load = performance.eventLoopUtilization();
      await pause(BUSY_WAIT_MS, signal);
    }
    load = performance.eventLoopUtilization();
  };
  let checked = 0;
  let damaged = 0;
  for await (const { hash, state } of archive.checkBlobs({ before, atOnce: 1, signal, pace })) {
    checked += 1;
    if (state === 'whole') continue;
    damaged += 1;
    log.event('blob_damaged', { hash, state });
  }
  if (checked > 0) log.event('blobs_checked', { checked, damaged });
}

/** Ends at once when the signal comes; keeps no process alive. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
