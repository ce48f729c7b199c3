import type { AuditEvent } from '@sightline/archive';
import { expect, test } from 'vitest';
import { uid } from '../testing/test-gateway.ts';
import { deletedBy, describeReindex } from './reindex-archive.ts';

const line = (at: string, rest: Partial<AuditEvent> = {}): AuditEvent => ({
  action: 'deleted',
  at,
  actor: { name: 'api-key' },
  studyInstanceUids: ['1.2'],
  instances: 1,
  outcome: 'success',
  ...rest,
});

const object = (study: string, series: string, instance: string) => ({
  studyInstanceUid: uid(study),
  seriesInstanceUid: uid(series),
  sopInstanceUid: uid(instance),
  sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
});

test('an object is deleted when it, its series or its study was, after it was stored', () => {
  const isDeleted = deletedBy([
    line('2026-01-02'),
    line('2026-01-03', { studyInstanceUids: ['1.3'], seriesInstanceUid: '1.3.1' }),
    line('2026-01-03', { studyInstanceUids: ['1.3'], seriesInstanceUid: '1.3.2', sopInstanceUid: '1.3.2.1' }),
  ]);
  expect(isDeleted(object('1.2', '1.2.1', '1.2.1.1'), '2026-01-01')).toBe(true);
  expect(isDeleted(object('1.2', '1.2.1', '1.2.1.1'), '2026-01-05')).toBe(false);
  expect(isDeleted(object('1.3', '1.3.1', '1.3.1.1'), '2026-01-01')).toBe(true);
  expect(isDeleted(object('1.3', '1.3.2', '1.3.2.1'), '2026-01-01')).toBe(true);
  expect(isDeleted(object('1.3', '1.3.2', '1.3.2.2'), '2026-01-01')).toBe(false);
  expect(isDeleted(object('1.9', '1.9.1', '1.9.1.1'), '2026-01-01')).toBe(false);
});

test('a deletion that was begun or failed deletes nothing', () => {
  const isDeleted = deletedBy([
    line('2026-01-02', { outcome: 'begun' }),
    line('2026-01-02', { outcome: 'failure' }),
  ]);
  expect(isDeleted(object('1.2', '1.2.1', '1.2.1.1'), '2026-01-01')).toBe(false);
});

test('says what the index has now, and what was left out for which reason', () => {
  const statistics = { studies: 1, series: 2, instances: 3, bytes: 4 };
  expect(
    describeReindex({
      statistics,
      outcomes: new Map([
        ['stored', 3],
        ['damaged', 1],
      ]),
    }),
  ).toBe(
    [
      'The index has 3 objects in 2 series of 1 studies.',
      '  1 left out: Its bytes are not those that were stored. Restore the file from a backup, or send the object again.',
      '',
    ].join('\n'),
  );
});
