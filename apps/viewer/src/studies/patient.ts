import { displayPersonName, getPersonName, getText, Tag, type DicomDataset } from '@sightline/dicom';

/** Who an image belongs to, as its own metadata says. Empty strings for what it does not say. */
export interface Patient {
  readonly name: string;
  readonly patientId: string;
  readonly issuer: string;
  /** DA, as stored. */
  readonly birthDate: string;
  readonly sex: string;
  /** AS, as stored: 042Y. */
  readonly age: string;
}

export function readPatient(dataset: DicomDataset): Patient {
  const name = getPersonName(dataset, Tag.PatientName);
  return {
    name: name ? displayPersonName(name) : '',
    patientId: getText(dataset, Tag.PatientID) ?? '',
    issuer: getText(dataset, Tag.IssuerOfPatientID) ?? '',
    birthDate: getText(dataset, Tag.PatientBirthDate) ?? '',
    sex: getText(dataset, Tag.PatientSex) ?? '',
    age: getText(dataset, Tag.PatientAge) ?? '',
  };
}

/**
 * Whether two sets of images may be taken for the same person's. Any difference in identifier, issuer, name or birth date
 * counts, even where it is only a spelling: announcing one patient as two is a nuisance, two as one is an error.
 */
export function isSamePatient(a: Patient, b: Patient): boolean {
  return (
    a.patientId === b.patientId && a.issuer === b.issuer && a.name === b.name && a.birthDate === b.birthDate
  );
}

/** One of each. */
export function distinctPatients(patients: readonly Patient[]): readonly Patient[] {
  return patients.filter(
    (patient, at) => patients.findIndex((other) => isSamePatient(other, patient)) === at,
  );
}
