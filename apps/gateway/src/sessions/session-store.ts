import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { GatewayDatabase } from '../storage/gateway-database.ts';
import type { Uid } from '@sightline/dicom';
import { type LaunchRequest, studiesOf } from '@sightline/launch';
import { sha256 } from '../http/api-key.ts';

/** What a redeemed ticket opened: who looks at which studies until when. Enforced on every request. */
export interface Session {
  /** Public: it stands in the path and opens nothing by itself. */
  readonly id: string;
  /** In the order in which the launch named them. */
  readonly studies: readonly Uid[];
  readonly scope: ReadonlySet<string>;
  readonly launch: LaunchRequest;
  readonly expiresAt: Date;
}

export interface SessionStore {
  /** `secret` is handed out once, as cookie or bearer token; only its hash is kept. */
  create(launch: LaunchRequest): { readonly session: Session; readonly secret: string };
  /** The open session with this id and secret; undefined for a wrong secret, an ended session, an unknown id. */
  find(id: string, secret: string): Session | undefined;
}

const IDLE_MS = 30 * 60_000;
const ABSOLUTE_MS = 12 * 60 * 60_000;
/** A durable write for each image would cost more than the image: "seen" is kept to the minute. */
const SEEN_STEP_MS = 60_000;
/** Hundreds of images are asked for in a second: what was read from the database is good for as long. */
const FRESH_MS = 1000;
const MAX_FRESH = 1000;

export function createSessionStore(parts: {
  readonly database: GatewayDatabase;
  readonly clock: () => Date;
}): SessionStore {
  const { database, clock } = parts;
  const insert = database.prepare(
    'INSERT INTO sessions (id, secret_hash, launch, seen_at, expires_at) VALUES (?, ?, ?, ?, ?)',
  );
  const sweep = database.prepare('DELETE FROM sessions WHERE expires_at <= ? OR seen_at <= ?');
  const select = database.prepare(
    'SELECT secret_hash, launch, seen_at, expires_at FROM sessions WHERE id = ? AND expires_at > ? AND seen_at > ?',
  );
  const touch = database.prepare('UPDATE sessions SET seen_at = ? WHERE id = ?');

  /** A disk that is full must not stop a person who looks at images: such a session only ends sooner. */
  const noteSeen = (now: number, id: string): void => {
    try {
      touch.run(now, id);
    } catch {
      // The launches and stores that need the disk say so.
    }
  };

  const fresh = new Map<string, { hash: Buffer; session: Session; until: number }>();

  return {
    create(launch) {
      const now = clock().getTime();
      const id = randomBytes(12).toString('base64url');
      const secret = randomBytes(32).toString('base64url');
      sweep.run(now, now - IDLE_MS);
      insert.run(id, sha256(secret), JSON.stringify(launch), now, now + ABSOLUTE_MS);
      return { session: toSession(id, launch, now + ABSOLUTE_MS), secret };
    },
    find(id, secret) {
      const now = clock().getTime();
      const hash = sha256(secret);
      const known = fresh.get(id);
      if (known !== undefined && now < known.until && timingSafeEqual(hash, known.hash)) return known.session;
      const row = select.get(id, now, now - IDLE_MS);
      // The cast: a BLOB column is read as bytes.
      if (row === undefined || !timingSafeEqual(hash, row['secret_hash'] as Uint8Array)) return undefined;
      if (now - Number(row['seen_at']) >= SEEN_STEP_MS) noteSeen(now, id);
      // Written by create above, in this file and from this type.
      const launch = JSON.parse(String(row['launch'])) as LaunchRequest;
      const expiresAt = Number(row['expires_at']);
      const session = toSession(id, launch, expiresAt);
      if (fresh.size >= MAX_FRESH) fresh.clear();
      fresh.set(id, { hash, session, until: Math.min(now + FRESH_MS, expiresAt) });
      return session;
    },
  };
}

function toSession(id: string, launch: LaunchRequest, expiresAt: number): Session {
  const studies = studiesOf(launch);
  return { id, studies, scope: new Set(studies), launch, expiresAt: new Date(expiresAt) };
}
