import type { DicomDataset, PersonName } from '@sightline/dicom';
import { dataset } from './dataset.ts';
import { demoUid } from './identifiers.ts';

export interface DemoPatient {
  readonly name: PersonName;
  readonly id: string;
  readonly birthDate: string;
  readonly sex: 'F' | 'M';
}

export const patients = {
  head: { name: { Alphabetic: 'DEMO^MARGARET^ANNE' }, id: 'SLD-1001', birthDate: '19580317', sex: 'F' },
  brain: { name: { Alphabetic: 'DEMO^Zoë Hélène' }, id: 'SLD-1002', birthDate: '19870924', sex: 'F' },
  heart: {
    name: { Alphabetic: 'DEMO^HANAKO', Ideographic: '見本^花子', Phonetic: 'みほん^はなこ' },
    id: 'SLD-1003',
    birthDate: '19720605',
    sex: 'F',
  },
  chest: { name: { Alphabetic: 'DEMO^WILLIAM^JAMES' }, id: 'SLD-1004', birthDate: '19491130', sex: 'M' },
} as const satisfies Record<string, DemoPatient>;

export interface DemoStudy {
  /** Key of all its UIDs. */
  readonly key: string;
  readonly patient: DemoPatient;
  readonly date: string;
  readonly time: string;
  readonly accession: string;
  readonly description: string;
}

export interface DemoSeries {
  readonly key: string;
  readonly number: number;
  readonly modality: string;
  readonly description: string;
}

/** Age at the study in whole years, as an AS value. */
function ageAt(birthDate: string, date: string): string {
  const years = Math.floor((Number(date) - Number(birthDate)) / 10_000);
  return `${String(years).padStart(3, '0')}Y`;
}

/** Patient, General Study, General Series and General Equipment modules (PS3.3 C.7.1 to C.7.5) and the instance. */
export function commonAttributes(
  study: DemoStudy,
  series: DemoSeries,
  instance: { readonly number: number; readonly sopClassUid: string; readonly uid: string },
): DicomDataset {
  const { patient } = study;
  return dataset({
    SpecificCharacterSet: 'ISO_IR 192',
    InstanceCreationDate: study.date,
    InstanceCreationTime: study.time,
    SOPClassUID: instance.sopClassUid,
    SOPInstanceUID: instance.uid,
    StudyDate: study.date,
    StudyTime: study.time,
    SeriesDate: study.date,
    SeriesTime: study.time,
    ContentDate: study.date,
    ContentTime: study.time,
    AccessionNumber: study.accession,
    Modality: series.modality,
    Manufacturer: 'Sightline',
    InstitutionName: 'Northbridge Hospital (demo)',
    ReferringPhysicianName: 'DEMO^REFERRER',
    StudyDescription: study.description,
    SeriesDescription: series.description,
    ManufacturerModelName: 'Demo generator',
    DeviceSerialNumber: '0',
    SoftwareVersions: '1',
    PatientName: patient.name,
    PatientID: patient.id,
    IssuerOfPatientID: 'SIGHTLINE-DEMO',
    PatientBirthDate: patient.birthDate,
    PatientSex: patient.sex,
    PatientAge: ageAt(patient.birthDate, study.date),
    PatientComments: 'Invented patient, computed images',
    StudyInstanceUID: demoUid(study.key),
    SeriesInstanceUID: demoUid(series.key),
    StudyID: study.accession,
    SeriesNumber: series.number,
    InstanceNumber: instance.number,
  });
}
