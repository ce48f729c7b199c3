import { randomBytes } from 'node:crypto';
import type { GatewayDatabase } from '../storage/gateway-database.ts';
import type { LaunchRequest } from '@sightline/launch';
import { sha256 } from '../http/api-key.ts';

declare const brand: unique symbol;
/** 256 random bits as base64url. Whoever holds it may open its launch once; only its hash is kept. */
export type Ticket = string & { readonly [brand]: 'Ticket' };

export interface TicketStore {
  /** Keeps a launch until it is redeemed or expires. */
  mint(launch: LaunchRequest): { readonly ticket: Ticket; readonly expiresAt: Date };
  /** The launch of a ticket that could be redeemed now, without spending it. Not an answer to build access on. */
  peek(text: string): LaunchRequest | undefined;
  /**
   * Spends a ticket and answers its launch; undefined for one that is used, expired or unknown. Exactly one of any
   * number of callers, in this process or another, gets the launch, and it is spent before they do.
   */
  redeem(text: string): LaunchRequest | undefined;
}

const SHAPE = /^[A-Za-z0-9_-]{43}$/;

export function createTicketStore(parts: {
  readonly database: GatewayDatabase;
  readonly clock: () => Date;
  readonly ttlSeconds: number;
}): TicketStore {
  const { database, clock, ttlSeconds } = parts;
  const insert = database.prepare('INSERT INTO tickets (hash, launch, expires_at) VALUES (?, ?, ?)');
  const sweep = database.prepare('DELETE FROM tickets WHERE expires_at <= ?');
  const select = database.prepare(
    'SELECT launch FROM tickets WHERE hash = ? AND used_at IS NULL AND expires_at > ?',
  );
  // One statement: looking first and marking afterwards lets two callers through (measured, RELIABILITY S19).
  const spend = database.prepare(
    'UPDATE tickets SET used_at = ? WHERE hash = ? AND used_at IS NULL AND expires_at > ? RETURNING launch',
  );

  return {
    mint(launch) {
      const now = clock().getTime();
      const ticket = randomBytes(32).toString('base64url') as Ticket; // the one place where tickets are made
      const expiresAt = new Date(now + ttlSeconds * 1000);
      sweep.run(now);
      insert.run(sha256(ticket), JSON.stringify(launch), expiresAt.getTime());
      return { ticket, expiresAt };
    },
    peek(text) {
      return SHAPE.test(text) ? launchOf(select.get(sha256(text), clock().getTime())) : undefined;
    },
    redeem(text) {
      if (!SHAPE.test(text)) return undefined;
      const now = clock().getTime();
      return launchOf(spend.get(now, sha256(text), now));
    },
  };
}

function launchOf(row: Record<string, unknown> | undefined): LaunchRequest | undefined {
  // Written by mint above, in this file and from this type.
  return row === undefined ? undefined : (JSON.parse(String(row['launch'])) as LaunchRequest);
}
