import type { DicomDataset } from '@sightline/dicom';

/** What a study is found by as a whole, each kind with a letter of its own. */
export const modalityTerm = (code: string): string => `m:${code}`;
export const sopClassTerm = (uid: string): string => `c:${uid}`;

/** Every term of a study. */
export function studyTerms(
  _study: DicomDataset,
  modalities: readonly string[],
  sopClasses: readonly string[],
): readonly string[] {
  return [...modalities.map(modalityTerm), ...sopClasses.map(sopClassTerm)];
}
