import { setImmediate as turn } from 'node:timers/promises';
import type { AddOutcome, IndexStore, NewInstance } from './index-store.ts';
import type { WriteQueue } from './write-queue.ts';

/** One transaction takes no more, so that none waits long for the others of its group. */
const MAX_GROUP = 256;

export interface Waiting {
  readonly instance: NewInstance;
  readonly isPublished: () => boolean | Promise<boolean>;
  settle(outcome: AddOutcome): void;
  fail(error: unknown): void;
}

/**
 * What comes while a transaction is under way, or within one turn of the event loop, is one transaction with one write
 * to the disk. `addGroup` tells each of its group for itself; where it rejects, it is all of them that failed.
 */
export function groupCommit(
  queue: WriteQueue,
  addGroup: (group: readonly Waiting[]) => Promise<void>,
): IndexStore['add'] {
  const waiting: Waiting[] = [];
  return (instance, isPublished) =>
    new Promise((settle, fail) => {
      waiting.push({ instance, isPublished, settle, fail });
      if (waiting.length > 1) return;
      void queue.run(async () => {
        await turn();
        while (waiting.length > 0) {
          const group = waiting.splice(0, MAX_GROUP);
          await addGroup(group).catch((error: unknown) => group.forEach(({ fail }) => fail(error)));
        }
      });
    });
}

export type Published = boolean | { readonly error: unknown };

/** An object that is here already is not asked for: what becomes of it does not depend on its bytes. */
export async function askPublished({ isPublished }: Waiting, isKnown: boolean): Promise<Published> {
  try {
    return isKnown || (await isPublished());
  } catch (error) {
    return { error };
  }
}

/** What an object that has a record is told; undefined: it has none. */
export const outcomeOf = (known: unknown, { hash }: NewInstance): 'identical' | 'conflict' | undefined =>
  known === undefined ? undefined : known === hash ? 'identical' : 'conflict';

/**
 * Whoever stores an object again has put its bytes in the place of those that a check found damaged or missing. It is
 * the next to be checked. For one SOP Instance UID.
 */
export const MENDED = `UPDATE instance SET state = NULL, data_state = NULL, checked = '', data_checked = ''
  WHERE uid = ? AND (state IS NOT NULL OR data_state IS NOT NULL)`;
