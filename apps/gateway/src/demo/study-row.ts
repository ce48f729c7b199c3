import {
  asUid,
  type DicomDataset,
  displayPersonName,
  getPersonName,
  getText,
  getTexts,
  Tag,
  type Uid,
} from '@sightline/dicom';

/** One line of the portal's table, as people read it. A value that the archive does not know is ''. */
export interface StudyRow {
  readonly studyInstanceUid: Uid;
  readonly patientName: string;
  readonly patientId: string;
  readonly birthDate: string;
  readonly studyDate: string;
  readonly modalities: string;
  readonly description: string;
  readonly accessionNumber: string;
  readonly series: string;
  readonly images: string;
  /** The latest earlier study of the same patient. */
  readonly prior?: Uid;
}

/**
 * From the archive's study list, newest first. A study whose UID could not be launched (components with leading
 * zeros are kept by archives, but are no UIDs of PS3.5) is left out.
 */
export function toStudyRows(studies: readonly DicomDataset[]): readonly StudyRow[] {
  const rows = studies.flatMap((study): StudyRow[] => {
    const studyInstanceUid = asUid(getText(study, Tag.StudyInstanceUID) ?? '');
    return studyInstanceUid === undefined ? [] : [{ studyInstanceUid, ...textsOf(study) }];
  });
  return rows.map((row, index) => {
    const earlier = rows
      .slice(index + 1)
      .find((other) => isSamePatient(row, other) && other.studyDate < row.studyDate);
    return earlier === undefined ? row : { ...row, prior: earlier.studyInstanceUid };
  });
}

function textsOf(study: DicomDataset): Omit<StudyRow, 'studyInstanceUid'> {
  const name = getPersonName(study, Tag.PatientName);
  return {
    patientName: name ? displayPersonName(name) : '',
    patientId: getText(study, Tag.PatientID) ?? '',
    birthDate: displayDate(getText(study, Tag.PatientBirthDate)),
    studyDate: displayDate(getText(study, Tag.StudyDate)),
    modalities: getTexts(study, Tag.ModalitiesInStudy).join(', '),
    description: getText(study, Tag.StudyDescription) ?? '',
    accessionNumber: getText(study, Tag.AccessionNumber) ?? '',
    series: getText(study, Tag.NumberOfStudyRelatedSeries) ?? '',
    images: getText(study, Tag.NumberOfStudyRelatedInstances) ?? '',
  };
}

/** An ID alone is not enough: two hospitals may give the same one. */
function isSamePatient(a: StudyRow, b: StudyRow): boolean {
  return (
    a.patientId !== '' &&
    a.patientId === b.patientId &&
    a.patientName === b.patientName &&
    a.birthDate === b.birthDate
  );
}

/** A DA value (PS3.5 6.2) as ISO 8601; anything else as it stands, because a date must not be guessed. */
function displayDate(value = ''): string {
  return value.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
}
