import type { CheckedBlob, DamagedInstance } from '@sightline/archive';
import { expect, test } from 'vitest';
import { uid } from '../testing/test-gateway.ts';
import { describeVerify, isWhole, verifyArchive } from './verify-archive.ts';

const clock = () => new Date('2026-01-02T03:04:05Z');

const damaged = {
  hash: 'ab',
  state: 'missing',
  instance: { studyInstanceUid: uid('1.2'), seriesInstanceUid: uid('1.3'), sopInstanceUid: uid('1.4') },
} as unknown as DamagedInstance; // the rest of the record is not asked for

function archive(checked: readonly CheckedBlob[], list: readonly DamagedInstance[] = []) {
  return {
    async *checkBlobs({ before }: { readonly before: string }) {
      expect(before).toBe('2026-01-02T03:04:05.000Z');
      yield* checked;
    },
    damaged: () => Promise.resolve(list),
  };
}

const blob = (size: number): CheckedBlob => ({ hash: 'ab', size, state: 'whole' });

test('counts what it checked, and says that all is whole', async () => {
  const seen: number[] = [];
  const trail = { firstBroken: () => undefined };
  const summary = await verifyArchive(archive([blob(500_000), blob(700_000)]), trail, clock, (count) =>
    seen.push(count),
  );
  expect([isWhole(summary), seen]).toEqual([true, [1, 2]]);
  expect(describeVerify(summary)).toBe('Checked 2 files, 1.2 MB.\nAll are whole.\n');
});

test('names what is damaged by its UIDs, and the line from which the trail is not as it was written', async () => {
  const summary = await verifyArchive(archive([blob(1)], [damaged]), { firstBroken: () => 7 }, clock);
  expect(isWhole(summary)).toBe(false);
  expect(describeVerify(summary)).toBe(
    [
      'Checked 1 files, 0.0 MB.',
      '1 objects are damaged or missing; storing them again, or their files from a backup, mends them:',
      '  missing: study 1.2, series 1.3, object 1.4',
      'The audit trail is not as it was written, from line 7 on.',
      '',
    ].join('\n'),
  );
});
