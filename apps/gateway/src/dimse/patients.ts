import { type DicomDataset, type DicomElement, getNumber, getText, Tag } from '@sightline/dicom';

const NumberOfPatientRelatedStudies = '00201200';
const NumberOfPatientRelatedSeries = '00201202';
const NumberOfPatientRelatedInstances = '00201204';
const NumberOfStudyRelatedSeries = '00201206';
const NumberOfStudyRelatedInstances = '00201208';

/** Patients are few beside their studies, but they are held until all studies were seen. */
const MAX_PATIENTS = 100_000;

interface Patient {
  readonly study: DicomDataset;
  studies: number;
  series: number;
  instances: number;
}

/** The patients of studies: those with the same ID from the same issuer are one, as PS3.3 C.7.1.1 has it. */
export async function* patientsOf(studies: AsyncIterable<DicomDataset>): AsyncGenerator<DicomDataset> {
  const patients = new Map<string, Patient>();
  for await (const study of studies) {
    const id = getText(study, Tag.PatientID);
    const key = JSON.stringify(
      id === undefined ? study[Tag.PatientName] : [id, getText(study, Tag.IssuerOfPatientID)],
    );
    const patient = patients.get(key) ?? { study, studies: 0, series: 0, instances: 0 };
    if (!patients.has(key) && patients.size === MAX_PATIENTS) break;
    patients.set(key, patient);
    patient.studies += 1;
    patient.series += getNumber(study, NumberOfStudyRelatedSeries) ?? 0;
    patient.instances += getNumber(study, NumberOfStudyRelatedInstances) ?? 0;
  }
  for (const patient of patients.values()) {
    yield {
      ...patient.study,
      [NumberOfPatientRelatedStudies]: count(patient.studies),
      [NumberOfPatientRelatedSeries]: count(patient.series),
      [NumberOfPatientRelatedInstances]: count(patient.instances),
    };
  }
}

const count = (value: number): DicomElement => ({ vr: 'IS', Value: [value] });
