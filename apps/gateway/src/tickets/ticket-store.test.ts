import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLaunchBody } from '@sightline/launch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openGatewayDatabase } from '../storage/gateway-database.ts';
import { createTestGateway, launchOf } from '../testing/test-gateway.ts';
import { createTicketStore, type TicketStore } from './ticket-store.ts';

const launch = parseLaunchBody(launchOf('1.2.3'));
const clock = () => new Date(0);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const openStore = (): TicketStore =>
  createTicketStore({ database: openGatewayDatabase(join(folder, 'gateway.sqlite')), clock, ttlSeconds: 60 });

describe('a ticket', () => {
  test('opens its launch once', () => {
    const tickets = openStore();
    const { ticket, expiresAt } = tickets.mint(launch);
    expect(expiresAt).toEqual(new Date(60_000));
    expect(tickets.peek(ticket)).toEqual(launch);
    expect(tickets.redeem(ticket)).toEqual(launch);
    expect(tickets.redeem(ticket)).toBeUndefined();
    expect(tickets.peek(ticket)).toBeUndefined();
  });

  test('is spent for every other holder of the database, and stays spent over a restart', () => {
    const [first, second] = [openStore(), openStore()];
    const { ticket } = first.mint(launch);
    const { ticket: kept } = second.mint(launch);
    expect(second.redeem(ticket)).toEqual(launch);
    expect(first.redeem(ticket)).toBeUndefined();
    const restarted = openStore();
    expect(restarted.redeem(ticket)).toBeUndefined();
    expect(restarted.redeem(kept)).toEqual(launch);
  });

  test('is kept only as a hash', () => {
    const { ticket } = openStore().mint(launch);
    const bytes = ['', '-wal'].map((suffix) =>
      readFileSync(join(folder, `gateway.sqlite${suffix}`), 'latin1'),
    );
    expect(bytes.join()).toContain('1.2.3');
    expect(bytes.join()).not.toContain(ticket);
  });

  test('is different every time', () => {
    const tickets = openStore();
    const all = Array.from({ length: 100 }, () => tickets.mint(launch).ticket);
    expect(new Set(all).size).toBe(100);
  });
});

test('of 200 who open one link at the same time, exactly one gets in', async () => {
  const gateway = createTestGateway();
  const { ticket } = JSON.parse((await gateway.launch(launchOf('1.2.3'))).text) as { ticket: string };
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      gateway.server.request({ url: i % 2 === 0 ? `/view?ticket=${ticket}` : `/launch/${ticket}` }),
    ),
  );
  expect(answers.filter(({ status }) => status === 303 || status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 404)).toHaveLength(199);
});

test('expired rows are swept away', () => {
  const database = openGatewayDatabase(':memory:');
  const time = { now: 0 };
  const tickets = createTicketStore({ database, clock: () => new Date(time.now), ttlSeconds: 60 });
  tickets.mint(launch);
  tickets.redeem(tickets.mint(launch).ticket);
  time.now = 60_000;
  tickets.mint(launch);
  expect(database.prepare('SELECT count(*) AS rows FROM tickets').get()).toEqual({ rows: 1 });
});
