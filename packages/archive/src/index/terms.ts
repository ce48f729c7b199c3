import { getItems, type DicomDataset } from '@sightline/dicom';
import { storedText, studyColumns, type Columns } from './columns.ts';
import { nameSounds } from './person-names.ts';

/** What a study is found by as a whole; each kind has a letter of its own. */
export const modalityTerm = (code: string): string => `m:${code}`;
export const sopClassTerm = (uid: string): string => `c:${uid}`;
export const otherPatientIdTerm = (id: string): string => `o:${id}`;

/** The names of a study that are found by their sound, with the letter of their terms. */
const soundingNames = { p: '00100010', r: '00080090', d: '00081060' } as const;
export type SoundKind = keyof typeof soundingNames;
export const soundTerm = (kind: SoundKind, key: string): string => `${kind}:${key}`;

/** Every term of a study. */
export function studyTerms(found: {
  readonly study: DicomDataset;
  readonly modalities: readonly string[];
  readonly sopClasses: readonly string[];
}): ReadonlySet<string> {
  const { study, modalities, sopClasses } = found;
  const otherIds = getItems(study, '00101002').map((item) => storedText(item, '00100020'));
  const sounds = Object.entries(soundingNames).flatMap(([kind, tag]) =>
    // The keys of the table are its kinds.
    nameSounds(study, tag).map((key) => soundTerm(kind as SoundKind, key)),
  );
  return new Set([
    ...modalities.map(modalityTerm),
    ...sopClasses.map(sopClassTerm),
    ...otherIds.filter((id) => id !== null).map(otherPatientIdTerm),
    ...sounds,
  ]);
}

/** The texts of a study of which any part can be asked for. */
export function studyTexts(study: DicomDataset): Columns {
  const columns = studyColumns(study);
  const groups = (name: string): string =>
    [1, 2, 3]
      .map((at) => columns[`${name}_${at}`])
      .filter(Boolean)
      .join('\n');
  return {
    patient_name: groups('patient_name'),
    referring_name: groups('referring_name'),
    patient_id: columns['patient_id'] ?? '',
    accession_number: columns['accession_number'] ?? '',
    study_description: columns['study_description'] ?? '',
    study_id: columns['study_id'] ?? '',
  };
}
