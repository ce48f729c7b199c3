import { createHash } from 'node:crypto';
import type { Audit, AuditEvent } from '@sightline/archive';
import type { GatewayDatabase } from '../storage/gateway-database.ts';

/** Who did what to patient data and when: UIDs, never names. Lines are only ever added. */
export interface AuditTrail {
  /** Resolves when the line is on the disk. Rejects with the database's own error. */
  readonly write: Audit;
  /** From the first line to the last. */
  events(): Iterable<AuditEvent>;
  /**
   * Each line's hash is over the one before it and its own text, so that a line that was changed, taken out or put in
   * is found, but for lines cut off at the end. Answers the number of the first line that is wrong, or undefined.
   */
  firstBroken(): number | undefined;
}

const SEED = Buffer.alloc(32);

export function openAuditTrail(database: GatewayDatabase): AuditTrail {
  const last = database.prepare('SELECT hash FROM audit ORDER BY id DESC LIMIT 1');
  const insert = database.prepare('INSERT INTO audit (line, hash) VALUES (?, ?)');
  const all = database.prepare('SELECT id, line, hash FROM audit ORDER BY id');
  return {
    async write(event) {
      const line = JSON.stringify(event);
      // Another process, a command beside the server, may write as well: the last line is read under the write lock.
      database.exec('BEGIN IMMEDIATE');
      try {
        insert.run(line, chained(last.get()?.['hash'], line));
        database.exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    *events() {
      for (const { line } of all.iterate()) yield JSON.parse(String(line)) as AuditEvent; // written by `write`
    },
    firstBroken() {
      let before: unknown;
      let expected = 1;
      for (const { id, line, hash } of all.iterate()) {
        const isRight = id === expected && chained(before, String(line)).equals(bytesOf(hash));
        if (!isRight) return expected;
        before = hash;
        expected += 1;
      }
      return undefined;
    },
  };
}

const chained = (before: unknown, line: string): Buffer =>
  createHash('sha256')
    .update(before === undefined ? SEED : bytesOf(before))
    .update(line)
    .digest();

const bytesOf = (value: unknown): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array(0));
