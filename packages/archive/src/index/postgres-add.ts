import type { Pool } from 'pg';
import { askPublished, MENDED, outcomeOf, type Published, type Waiting } from './group-commit.ts';
import { inPostgresTransaction, type Asking } from './postgres-connection.ts';
import { isOutOfSpace, namedPostgres } from './postgres-errors.ts';
import { insertInstance, readTotals, writeTotals } from './postgres-write.ts';
import type { Totals } from './totals.ts';

type Tell = () => void;

/** Adds a group in one transaction. Never rejects: each of the group is told for itself. */
export async function addPostgresGroup(pool: Pool, group: readonly Waiting[]): Promise<void> {
  try {
    const told = await inPostgresTransaction(pool, 'write', (asking) => insertGroup(asking, group));
    for (const tell of told) tell();
  } catch (error) {
    for (const { settle, fail } of group) {
      if (isOutOfSpace(error)) settle('out_of_space');
      else fail(error);
    }
  }
}

/** What each is to be told once the transaction is on the disk. */
async function insertGroup(asking: Asking, group: readonly Waiting[]): Promise<readonly Tell[]> {
  const known = await hashesOf(asking, group);
  const published = await Promise.all(
    group.map((each) => askPublished(each, known.has(each.instance.parsed.sopInstanceUid))),
  );
  const totals = await readTotals(asking);
  const told: Tell[] = [];
  for (const [at, each] of group.entries())
    told.push(await insertOne(asking, totals, { each, known, published: published[at] ?? false }));
  await writeTotals(asking, totals);
  return told;
}

interface One {
  readonly each: Waiting;
  /** Hashes by SOP Instance UID, to which this one is added. */
  readonly known: Map<string, unknown>;
  readonly published: Published;
}

async function insertOne(asking: Asking, totals: Totals, { each, known, published }: One): Promise<Tell> {
  if (typeof published === 'object') return () => each.fail(published.error);
  const { instance } = each;
  const uid = instance.parsed.sopInstanceUid;
  const outcome = outcomeOf(known.get(uid), instance) ?? (published ? 'stored' : 'unpublished');
  if (outcome === 'identical') await asking.rows(MENDED, [uid]);
  if (outcome !== 'stored') return () => each.settle(outcome);
  const before = { ...totals };
  await asking.rows('SAVEPOINT one');
  try {
    await insertInstance(asking, totals, instance);
    await asking.rows('RELEASE SAVEPOINT one');
    known.set(uid, instance.hash);
    return () => each.settle('stored');
  } catch (error) {
    await asking.rows('ROLLBACK TO SAVEPOINT one');
    Object.assign(totals, before);
    return () => (isOutOfSpace(error) ? each.settle('out_of_space') : each.fail(namedPostgres(error)));
  }
}

async function hashesOf(asking: Asking, group: readonly Waiting[]): Promise<Map<string, unknown>> {
  const uids = group.map(({ instance }) => instance.parsed.sopInstanceUid);
  const rows = await asking.rows('SELECT uid, hash FROM instance WHERE uid = ANY (?::text[])', [uids]);
  return new Map(rows.map(({ uid, hash }) => [String(uid), hash]));
}
