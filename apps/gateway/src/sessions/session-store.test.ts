import type { LaunchRequest } from '@sightline/launch';
import { expect, test } from 'vitest';
import { openGatewayDatabase } from '../storage/gateway-database.ts';
import { uid } from '../testing/test-gateway.ts';
import { createSessionStore } from './session-store.ts';

const MINUTE = 60_000;
const launch: LaunchRequest = {
  dialect: 'sightline',
  selections: [{ target: { kind: 'studies', studyInstanceUids: [uid('1.2.3')] } }],
};

test('a session stays open on a disk that takes no more writes, until it has been idle as far as is known', () => {
  const database = openGatewayDatabase(':memory:');
  const time = { now: 0 };
  const sessions = createSessionStore({ database, clock: () => new Date(time.now) });
  const { session, secret } = sessions.create(launch);
  database.exec('PRAGMA query_only = ON');
  time.now = 29 * MINUTE;
  expect(sessions.find(session.id, secret)?.studies).toEqual(['1.2.3']);
  time.now = 31 * MINUTE;
  expect(sessions.find(session.id, secret)).toBeUndefined();
});
