import { parentPort, workerData } from 'node:worker_threads';
import { allTargets, inputOf } from './targets.ts';

/** What the supervisor hands over. */
export interface FuzzJob {
  readonly seed: number;
  readonly firstTurn: number;
  readonly only: string | undefined;
  /** Turn and number of the target now at work, so that one that never ends can be named. */
  readonly now: Int32Array;
}

export type FuzzReport =
  | { readonly kind: 'found'; readonly target: string; readonly turn: number; readonly what: string }
  | { readonly kind: 'progress'; readonly turns: number };

const { seed, firstTurn, only, now } = workerData as FuzzJob; // what fuzz.ts sends
const targets = allTargets().filter(({ name }) => only === undefined || name === only);
const say = (report: FuzzReport): void => parentPort?.postMessage(report);

for (let turn = firstTurn; ; turn += 1) {
  for (const [place, target] of targets.entries()) {
    Atomics.store(now, 0, turn);
    Atomics.store(now, 1, place);
    Atomics.add(now, 2, 1);
    try {
      await target.run(inputOf(target, seed, turn));
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      say({ kind: 'found', target: target.name, turn, what });
    }
  }
  say({ kind: 'progress', turns: targets.length });
}
