import type { AuditEvent } from '@sightline/archive';
import { beforeEach, expect, test } from 'vitest';
import { type GatewayDatabase, openGatewayDatabase } from '../storage/gateway-database.ts';
import { openAuditTrail } from './audit-trail.ts';

const event = (study: string): AuditEvent => ({
  action: 'deleted',
  at: '2026-01-02T03:04:05.000Z',
  actor: { name: 'api-key', address: '127.0.0.1' },
  studyInstanceUids: [study],
  instances: 2,
  outcome: 'success',
});
let database: GatewayDatabase;

beforeEach(() => {
  database = openGatewayDatabase(':memory:');
});

async function filled() {
  const trail = openAuditTrail(database);
  for (const study of ['1.1', '1.2', '1.3']) await trail.write(event(study));
  return trail;
}

test('an empty trail is whole', () => {
  const trail = openAuditTrail(database);
  expect([[...trail.events()], trail.firstBroken()]).toEqual([[], undefined]);
});

test('gives back what was written, in order', async () => {
  const trail = await filled();
  expect([...trail.events()]).toEqual([event('1.1'), event('1.2'), event('1.3')]);
  expect(trail.firstBroken()).toBeUndefined();
});

test('lines are neither changed nor taken out', async () => {
  await filled();
  expect(() => database.exec("UPDATE audit SET line = '{}'")).toThrow('lines of the audit trail stay');
  expect(() => database.exec('DELETE FROM audit')).toThrow('lines of the audit trail stay');
});

test.each([
  ['changed', "UPDATE audit SET line = replace(line, '1.2', '1.9') WHERE id = 2", 2],
  ['taken out', 'DELETE FROM audit WHERE id = 2', 2],
  ['taken out, its place closed', 'DELETE FROM audit WHERE id = 1; UPDATE audit SET id = id - 1', 1],
])('a line that somebody has %s behind our back is found', async (_, sql, line) => {
  const trail = await filled();
  database.exec('DROP TRIGGER audit_stays_1; DROP TRIGGER audit_stays_2');
  database.exec(sql);
  expect(trail.firstBroken()).toBe(line);
});
