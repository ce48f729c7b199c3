import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { IndexUnavailable } from './index-errors.ts';
import type { IndexStore } from './index-store.ts';
import { indexStoreContract } from './index-store.contract.ts';
import { inPostgresTransaction, openPool } from './postgres-connection.ts';
import { startPostgres } from './postgres-server.contract.ts';
import { openPostgresIndex } from './postgres.ts';
import { filled, found, newInstance, published } from './samples.contract.ts';

// One server for all: starting it takes longer than all that is asked of it.
const server = await startPostgres();
afterAll(async () => server?.remove());
const url = server?.url ?? '';

/** One statement as an administrator. */
async function ask(sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function open(): Promise<IndexStore> {
  const store = await openPostgresIndex(url);
  onTestFinished(() => store.close());
  return store;
}

async function openEmpty(): Promise<IndexStore> {
  const store = await open();
  await ask(`TRUNCATE study, series, request, study_term, instance, instance_data, bulk, garbage RESTART IDENTITY;
    UPDATE totals SET version = 0, last_instance = 0, studies = 0, series = 0, instances = 0, bytes = 0`);
  return store;
}

describe.skipIf(!server)('with a real server', () => {
  indexStoreContract('PostgreSQL', openEmpty);

  test('a commit waits for the disk, also where the server is set not to', async () => {
    const settingOf = async (setting: string) => {
      const pool = openPool(
        `${url}${url.includes('?') ? '&' : '?'}options=-c%20synchronous_commit%3D${setting}`,
      );
      onTestFinished(() => pool.end());
      return inPostgresTransaction(pool, 'write', ({ rows }) => rows('SHOW synchronous_commit'));
    };
    expect(await settingOf('off')).toEqual([{ synchronous_commit: 'on' }]);
    expect(await settingOf('remote_apply')).toEqual([{ synchronous_commit: 'remote_apply' }]);
  });

  test('gateways that start together make the tables once', async () => {
    await ask('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    const stores = await Promise.all(Array.from({ length: 4 }, open));
    expect(await Promise.all(stores.map((store) => store.isEmpty()))).toEqual([true, true, true, true]);
    expect(await ask('SELECT step FROM schema_step')).toEqual([{ step: 1 }]);
  });

  test('has an index of the parts of names', async () => {
    await openEmpty();
    const [row] = await ask("SELECT count(*)::int AS n FROM pg_indexes WHERE indexdef LIKE '%gin_trgm_ops%'");
    expect(row).toEqual({ n: 6 });
  });

  test('gateways that store the same object at once have one of them, and every id once', async () => {
    const [first, second] = [await openEmpty(), await open()];
    const instances = Array.from({ length: 20 }, (_, at) =>
      newInstance({ study: '1.1', instance: `1.1.1.${at + 1}` }),
    );
    const outcomes = await Promise.all(
      instances.flatMap((instance) => [first.add(instance, published), second.add(instance, published)]),
    );
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(20);
    expect(outcomes.filter((outcome) => outcome === 'identical')).toHaveLength(20);
    const ids = (await second.list({ study: '1.1' })).map(({ id }) => id);
    expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });

  test('one gateway adds nothing while another removes bytes', async () => {
    const [first, second] = [await openEmpty(), await open()];
    const steps: string[] = [];
    let started = (): void => undefined;
    const isRemoving = new Promise<void>((resolve) => {
      started = resolve;
    });
    const collecting = first.collect(['a'.repeat(64)], async () => {
      started();
      await sleep(50);
      steps.push('removed');
    });
    await isRemoving;
    await second.add(newInstance({ study: '1.1', instance: '1.1.1.1' }), () => {
      steps.push('asked');
      return true;
    });
    await collecting;
    expect(steps).toEqual(['removed', 'asked']);
  });

  test('refuses tables that a newer version made', async () => {
    await openEmpty();
    await ask('UPDATE schema_step SET step = 1000');
    onTestFinished(async () => void (await ask('UPDATE schema_step SET step = 1')));
    await expect(openPostgresIndex(url)).rejects.toThrow('newer version');
  });

  test('says so when its connections are cut, and works again by itself', async () => {
    const store = await filled(await openEmpty(), [{ study: '1.1', instance: '1.1.1.1' }]);
    await ask('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
    await expect.poll(() => store.hashOf('1.1.1.1').catch(() => 'away')).toMatch(/^[0-9a-f]/);
    expect(await found(store, '')).toEqual(['1.1']);
  });

  test('a server that is stopped is unavailable by name, and found again when it is back', async () => {
    const store = await filled(await openEmpty(), [{ study: '1.1', instance: '1.1.1.1' }]);
    await server!.stop();
    await expect(store.isEmpty()).rejects.toBeInstanceOf(IndexUnavailable);
    const adding = store.add(newInstance({ study: '1.1', instance: '1.1.1.2' }), published);
    await expect(adding).rejects.toBeInstanceOf(IndexUnavailable);
    await expect(openPostgresIndex(url)).rejects.toBeInstanceOf(IndexUnavailable);
    await server!.start();
    expect(await found(store, '', 'instance')).toEqual(['1.1.1.1']);
    expect(await store.add(newInstance({ study: '1.1', instance: '1.1.1.2' }), published)).toBe('stored');
  });
});
