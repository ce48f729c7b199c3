import { asUid } from '@sightline/dicom';
import { expect, test } from 'vitest';
import { demoUid } from './identifiers.ts';

test('a name always gives the same UID, and another name another one', () => {
  expect(demoUid('ct-head')).toBe(demoUid('ct-head'));
  expect(demoUid('ct-head')).not.toBe(demoUid('ct-head/1'));
});

test('a UID is valid, below 2.25, and the number of a version 4 UUID', () => {
  const uid = demoUid('');
  expect(asUid(uid)).toBe(uid);
  const uuid = BigInt(uid.slice('2.25.'.length)).toString(16).padStart(32, '0');
  expect(uuid).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
});
