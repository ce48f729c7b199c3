import { describe, expect, it } from 'vitest';
import { distinctPatients, isSamePatient, readPatient } from './patient.ts';

const patient = readPatient({
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] },
  '00100020': { vr: 'LO', Value: ['PID1'] },
  '00100021': { vr: 'LO', Value: ['HOSP'] },
  '00100030': { vr: 'DA', Value: ['19821108'] },
});

describe('isSamePatient', () => {
  it('takes equal identities for one person', () => {
    expect(isSamePatient(patient, { ...patient, sex: 'F', age: '042Y' })).toBe(true);
  });

  it.each([
    ['identifier', { patientId: 'PID2' }],
    ['issuer', { issuer: 'OTHER' }],
    ['name', { name: 'Doe, John' }],
    ['birth date', { birthDate: '19821109' }],
  ])('announces a difference in %s', (_, change) => {
    expect(isSamePatient(patient, { ...patient, ...change })).toBe(false);
  });
});

it('names each patient once', () => {
  const other = { ...patient, patientId: 'PID2' };
  expect(distinctPatients([patient, other, patient])).toEqual([patient, other]);
  expect(distinctPatients([])).toEqual([]);
});

it('reads an object without any identity', () => {
  expect(readPatient({})).toEqual({ name: '', patientId: '', issuer: '', birthDate: '', sex: '', age: '' });
});
